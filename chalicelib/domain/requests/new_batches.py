"""A request for a batch: its inputs, and what all of its jobs have in common."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.batches import MAX_MEMBERS, BatchInput, Note
from chalicelib.domain.entries import ANNOTATION_TEXTS, check_annotation_text
from chalicelib.domain.intake.announced_files import check_announced_file
from chalicelib.domain.intake.input_urls import file_name_of, parse_input_url
from chalicelib.domain.requests.json_members import check_members
from chalicelib.domain.requests.new_jobs import INPUT_MEMBERS, NEW_JOB_MEMBERS, NewJob
from chalicelib.errors import Invalid

MAX_NOTES = 10


@dataclass(frozen=True, slots=True)
class NewBatch:
    """The request. `new` says what each job is to be; its `expires_in_s` and its webhook are those of the batch."""

    inputs: tuple[BatchInput, ...]
    new: NewJob
    notes: tuple[Note, ...] = ()


def parse_inputs(value: object, *, max_bytes: int) -> tuple[BatchInput, ...]:
    """Parses the member `inputs` of a batch. Raises `Invalid` with the place of the first input that is wrong."""
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_MEMBERS:
        raise Invalid(f"The inputs of a batch must be an array of 1 to {MAX_MEMBERS} objects.")
    inputs = []
    for number, each in enumerate(value, start=1):
        try:
            inputs.append(_input(each, max_bytes))
        except Invalid as error:
            raise Invalid(f"Input {number}: {error}") from None
    return tuple(inputs)


def parse_notes(value: object) -> tuple[Note, ...]:
    """Parses the member `annotations` of a batch, None for none. Raises `Invalid`."""
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_NOTES or not all(isinstance(each, Mapping) for each in value):
        raise Invalid(f"The annotations of a batch must be an array of at most {MAX_NOTES} objects.")
    return tuple(_note(each) for each in value)


def _input(value: object, max_bytes: int) -> BatchInput:
    if not isinstance(value, Mapping):
        raise Invalid('it must be an object, {"input_url": ...} or {"file_name": ..., "size_bytes": ...}.')
    if not value.keys().isdisjoint(NEW_JOB_MEMBERS):
        raise Invalid("it has a member that only the batch may have; name options next to the inputs.")
    check_members("an input", value, INPUT_MEMBERS)
    url, size = value.get("input_url"), value.get("size_bytes")
    if url is not None and (size is not None or value.get("file_name") is not None):
        raise Invalid("it has two media; give either its input_url, or file_name and size_bytes.")
    if url is not None:
        parsed = parse_input_url(_text("input_url", url))
        return BatchInput(file_name_of(parsed), str(parsed))
    if size is not None and type(size) is not int:
        raise Invalid("The size_bytes must be a whole number.")
    name, kind = (
        None if value.get(each) is None else _text(each, value[each]) for each in ("file_name", "content_type")
    )
    file = check_announced_file(file_name=name, content_type=kind, size_bytes=size, max_bytes=max_bytes)
    return BatchInput(file.file_name, None, file.size_bytes, file.content_type)


def _note(value: Mapping[str, object]) -> Note:
    check_members("An annotation", value, ANNOTATION_TEXTS)
    texts = {name: None if value.get(name) is None else _text(name, value[name]) for name in ANNOTATION_TEXTS}
    source = texts["source"]
    return Note(
        check_annotation_text("key", texts["key"]),
        check_annotation_text("value", texts["value"]),
        check_annotation_text("source", source) if source else None,
    )


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise Invalid(f"The {name} must be a text.")
    return value
