"""Direct uploads: announced in JSON, sent to the media store, completed or given up here."""

from collections.abc import Mapping

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.documents import Document, entry_document, job_document, upload_document
from chalicelib.api.requests.forms import check_content_type
from chalicelib.api.requests.json_bodies import parse_object, text_of, whole_number_of
from chalicelib.api.responses import JSON_CONTENT_TYPE, json_response, no_content
from chalicelib.api.routes import Answer, Body, Route
from chalicelib.domain.intake.announced_files import AnnouncedFile, check_announced_file
from chalicelib.domain.intake.uploads import MAX_PARTS, FinishedPart
from chalicelib.domain.requests.json_members import check_members
from chalicelib.errors import Invalid
from chalicelib.services.intake.upload_targets import UploadTarget


def announced_file(call: Call, resource: Mapping[str, object]) -> AnnouncedFile:
    """The file that the members `file_name`, `content_type` and `size_bytes` announce. Raises `Invalid`."""
    return check_announced_file(
        file_name=text_of(resource, "file_name"),
        content_type=text_of(resource, "content_type"),
        size_bytes=whole_number_of(resource, "size_bytes"),
        max_bytes=call.services.settings.max_upload_bytes,
    )


def target_document(target: UploadTarget, complete_url: str) -> Document:
    """An upload together with the addresses to send it to, which are shown this once."""
    document = upload_document(target.upload, complete_url)
    if target.form is not None:
        return {**document, "url": target.form.url, "fields": dict(target.form.fields)}
    parts = [{"number": number, "url": url} for number, url in enumerate(target.part_urls, start=1)]
    return {**document, "part_size_bytes": target.part_size_bytes, "parts": parts}


def complete_job_upload(call: Call) -> Response:
    """POST /jobs/{job_id}/upload: completes the upload and queues the job."""
    job = call.services.job_uploads.complete(call.caller, call.path_id("job"), _read_parts(call))
    entry_ids = [job.input_entry_id] if job.input_entry_id else []
    return json_response(job_document(job, call.services.entries.get_many(call.caller, entry_ids), call.urls))


def abort_job_upload(call: Call) -> Response:
    """DELETE /jobs/{job_id}/upload: cancels the upload and the job."""
    call.services.job_uploads.abort(call.caller, call.path_id("job"))
    return no_content()


def complete_entry_upload(call: Call) -> Response:
    """POST /entries/{entry_id}/upload: completes the upload of an entry."""
    entry = call.services.entry_uploads.complete(call.caller, call.path_id("entry"), _read_parts(call))
    return json_response(entry_document(entry, call.urls))


def abort_entry_upload(call: Call) -> Response:
    """DELETE /entries/{entry_id}/upload: cancels the upload and deletes the entry."""
    call.services.entry_uploads.abort(call.caller, call.path_id("entry"))
    return no_content()


_PARTS = (Body(JSON_CONTENT_TYPE, "UploadedParts"),)

ROUTES = (
    Route(("POST",), "/jobs/{job_id}/upload", complete_job_upload, Answer(200, "Job"), _PARTS, is_body_optional=True),
    Route(("DELETE",), "/jobs/{job_id}/upload", abort_job_upload, Answer(204)),
    Route(
        ("POST",),
        "/entries/{entry_id}/upload",
        complete_entry_upload,
        Answer(200, "Entry"),
        _PARTS,
        is_body_optional=True,
    ),
    Route(("DELETE",), "/entries/{entry_id}/upload", abort_entry_upload, Answer(204)),
)


def _read_parts(call: Call) -> list[FinishedPart]:
    """The parts that the body lists; none for an upload in one piece, whose body may be empty."""
    body = call.body()
    if not body:
        return []
    check_content_type(call.header("content-type"), (JSON_CONTENT_TYPE,))
    document = parse_object(body)
    check_members("The body", document, ("parts",))
    parts = document.get("parts", [])
    if not isinstance(parts, list) or len(parts) > MAX_PARTS:
        raise Invalid(f"The parts must be a list of at most {MAX_PARTS} objects, each with number and etag.")
    return [_part(part) for part in parts]


def _part(part: object) -> FinishedPart:
    known = part if isinstance(part, dict) else {}
    check_members("A part", known, ("number", "etag"))
    number, etag = whole_number_of(known, "number"), text_of(known, "etag")
    if number is None or etag is None:
        raise Invalid("Each of the parts needs its number and the etag that its PUT was answered with.")
    return FinishedPart(number, etag)
