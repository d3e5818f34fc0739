"""`/entries/{entry_id}/representations`: the files of an entry."""

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.documents import representation_document
from chalicelib.api.forms import MULTIPART, read_form
from chalicelib.api.responses import created, json_response, redirect
from chalicelib.api.routes import READ, Route
from chalicelib.errors import Invalid
from chalicelib.services.ports import LinkMethod

_MEDIA = "media"


def create_representation(call: Call) -> Response:
    """POST /entries/{entry_id}/representations: adds a file to the entry; 201."""
    entry_id = call.path_id("entry")
    with read_form(call.header("content-type"), call.body(), accepted=(MULTIPART,), file_parts=(_MEDIA,)) as form:
        upload = form.uploads.get(_MEDIA)
        if upload is None:
            raise Invalid(f"The representation has no media; send the file as the part {_MEDIA}.")
        representation = call.services.entries.add_representation(call.caller, entry_id, upload)
    return created(representation_document(representation, call.urls))


def get_representation(call: Call) -> Response:
    """GET /entries/{entry_id}/representations/{representation_id}."""
    representation = call.services.entries.get_representation(
        call.caller, call.path_id("entry"), call.path_id("representation")
    )
    return json_response(representation_document(representation, call.urls))


def get_media(call: Call) -> Response:
    """GET /entries/{entry_id}/representations/{representation_id}/media: a redirect to a link that expires soon and
    answers the method that was asked."""
    entry_id, representation_id = call.path_id("entry"), call.path_id("representation")
    method: LinkMethod = "HEAD" if call.request.method == "HEAD" else "GET"
    return redirect(call.services.entries.media_url(call.caller, entry_id, representation_id, method))


ROUTES = (
    Route(("POST",), "/entries/{entry_id}/representations", create_representation),
    Route(READ, "/entries/{entry_id}/representations/{representation_id}", get_representation),
    Route(READ, "/entries/{entry_id}/representations/{representation_id}/media", get_media),
)
