"""`/entries`: media without a job, and what jobs made."""

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.conditional import unless_unchanged
from chalicelib.api.documents import entry_document
from chalicelib.api.fields import data_split_of
from chalicelib.api.forms import MULTIPART, read_form
from chalicelib.api.responses import created
from chalicelib.api.routes import READ, Route
from chalicelib.errors import Invalid

_MEDIA = "entry[media]"


def create_entry(call: Call) -> Response:
    """POST /entries: stores media without a job; 201."""
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
