"""`/entries`: media without a job, and what jobs made."""

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.conditional import unless_unchanged
from chalicelib.api.documents import entry_document
from chalicelib.api.fields import check_data_split, data_split_of
from chalicelib.api.forms import MULTIPART, check_content_type, read_form
from chalicelib.api.json_bodies import parse_resource, text_of
from chalicelib.api.responses import JSON_CONTENT_TYPE, created
from chalicelib.api.routes import READ, Route
from chalicelib.api.uploads import announced_file, target_document
from chalicelib.errors import Invalid

_MEDIA = "entry[media]"


def create_entry(call: Call) -> Response:
    """POST /entries: stores media without a job, or says where to upload it; 201."""
    if check_content_type(call.header("content-type"), (MULTIPART, JSON_CONTENT_TYPE)) == JSON_CONTENT_TYPE:
        return _create_for_upload(call)
    with read_form(call.header("content-type"), call.body(), accepted=(MULTIPART,), file_parts=(_MEDIA,)) as form:
        upload = form.uploads.get(_MEDIA)
        if upload is None:
            raise Invalid(f"The entry has no media; send the file as the part {_MEDIA}.")
        entry = call.services.entries.create(call.caller, upload, data_split=data_split_of(form))
    return created(entry_document(entry, call.urls))


def get_entry(call: Call) -> Response:
    """GET /entries/{entry_id}."""
    entry = call.services.entries.get(call.caller, call.path_id("entry"))
    return unless_unchanged(call, entry_document(entry, call.urls))


ROUTES = (
    Route(("POST",), "/entries", create_entry),
    Route(READ, "/entries/{entry_id}", get_entry),
)


def _create_for_upload(call: Call) -> Response:
    resource = parse_resource(call.body(), "entry")
    entry, target = call.services.entry_uploads.create(
        call.caller,
        file=announced_file(call, resource),
        data_split=check_data_split(text_of(resource, "data_split")),
    )
    upload = target_document(target, call.urls.entry_upload(entry.id))
    return created({**entry_document(entry, call.urls), "upload": upload})
