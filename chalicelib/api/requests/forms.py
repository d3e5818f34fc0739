"""Forms as clients send them: multipart or URL-encoded, keys with brackets as in `entry_job[name]`."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from chalicelib.api.requests.multipart_forms import MAX_PARTS, MAX_TEXT_BYTES, MultipartForm
from chalicelib.errors import MalformedRequest, TooLarge, UnsupportedContentType
from chalicelib.services.entries import Upload

MULTIPART = "multipart/form-data"
URL_ENCODED = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Form:
    """Texts by the name of their field, the last one if a name occurs more than once; files likewise."""

    fields: Mapping[str, str] = field(default_factory=dict)
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def members(self, name: str) -> dict[str, str]:
        """Returns the texts of the fields `name[...]`, by what is in the brackets."""
        prefix, suffix = f"{name}[", "]"
        return {
            key.removeprefix(prefix).removesuffix(suffix): text
            for key, text in self.fields.items()
            if key.startswith(prefix) and key.endswith(suffix)
        }


@contextmanager
def read_form(
    content_type: str | None, body: bytes, *, accepted: tuple[str, ...], file_parts: tuple[str, ...] = ()
) -> Iterator[Form]:
    """The form in `body`; its files are open until the block ends.

    `accepted` are the content types that the route takes, `file_parts` the names of the parts that are files.
    Raises `UnsupportedContentType`, `MalformedRequest`, `TooLarge`, or `Invalid` for a file that is there twice.
    """
    kind = check_content_type(content_type, accepted)
    if kind == URL_ENCODED:
        yield Form(parse_url_encoded(body))
        return
    with ExitStack() as open_files:
        form = MultipartForm(file_parts, open_files)
        form.parse(content_type or "", body)
        yield Form(form.fields, form.uploads)


def check_content_type(content_type: str | None, accepted: tuple[str, ...]) -> str:
    """The media type in a Content-Type header, without parameters. Raises `UnsupportedContentType`."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind not in accepted:
        raise UnsupportedContentType(f"Send the body as {' or '.join(accepted)}, with that Content-Type.")
    return kind


def parse_url_encoded(body: bytes) -> dict[str, str]:
    """The fields of a URL-encoded form in UTF-8, brackets in their names plain or percent-encoded.

    Raises `MalformedRequest` for other encodings, `TooLarge` for too many or too long fields.
    """
    if len(body) > MAX_TEXT_BYTES:
        raise TooLarge(f"The form is longer than {MAX_TEXT_BYTES:,} bytes; send files as {MULTIPART}.")
    if body.count(b"&") >= MAX_PARTS:
        raise TooLarge(f"The form has more than {MAX_PARTS} fields.")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, encoding="utf-8", errors="strict"))
    except UnicodeDecodeError:
        raise MalformedRequest("The form is not in UTF-8.") from None
