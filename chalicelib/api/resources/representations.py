"""`/entries/{entry_id}/representations`: the files of an entry."""

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.documents import representation_document
from chalicelib.api.requests.forms import MULTIPART, Form, read_form
from chalicelib.api.responses import created, json_response, no_content, redirect
from chalicelib.api.routes import READ, Answer, Body, Route
from chalicelib.errors import Invalid
from chalicelib.services.entries import Upload
from chalicelib.services.ports import LinkMethod

_MEDIA = "media"
_BODIES = (Body(MULTIPART, "FileForm"),)


def create_representation(call: Call) -> Response:
    """POST /entries/{entry_id}/representations: adds a file to the entry; 201."""
    entry_id = call.path_id("entry")
    with read_form(call.header("content-type"), call.body(), accepted=(MULTIPART,), file_parts=(_MEDIA,)) as form:
        representation = call.services.entries.add_representation(call.caller, entry_id, _media_of(form))
    return created(representation_document(representation, call.urls))


def get_representation(call: Call) -> Response:
    """GET /entries/{entry_id}/representations/{representation_id}: the description of one file."""
    representation = call.services.entries.get_representation(
        call.caller, call.path_id("entry"), call.path_id("representation")
    )
    return json_response(representation_document(representation, call.urls))


def replace_representation(call: Call) -> Response:
    """PUT /entries/{entry_id}/representations/{representation_id}: replaces the bytes of the file; 201."""
    entry_id, representation_id = call.path_id("entry"), call.path_id("representation")
    with read_form(call.header("content-type"), call.body(), accepted=(MULTIPART,), file_parts=(_MEDIA,)) as form:
        representation = call.services.entries.replace_representation(
            call.caller, entry_id, representation_id, _media_of(form)
        )
    return created(representation_document(representation, call.urls))


def delete_representation(call: Call) -> Response:
    """DELETE /entries/{entry_id}/representations/{representation_id}: deletes the file; 204."""
    call.services.entries.remove_representation(call.caller, call.path_id("entry"), call.path_id("representation"))
    return no_content()


def get_media(call: Call) -> Response:
    """GET /entries/{entry_id}/representations/{representation_id}/media: a redirect to the bytes.

    The link expires soon and is signed for the method of the request.
    """
    entry_id, representation_id = call.path_id("entry"), call.path_id("representation")
    method: LinkMethod = "HEAD" if call.request.method == "HEAD" else "GET"
    return redirect(call.services.entries.media_url(call.caller, entry_id, representation_id, method))


ROUTES = (
    Route(
        ("POST",), "/entries/{entry_id}/representations", create_representation, Answer(201, "Representation"), _BODIES
    ),
    Route(
        READ,
        "/entries/{entry_id}/representations/{representation_id}",
        get_representation,
        Answer(200, "Representation"),
    ),
    Route(
        ("PUT",),
        "/entries/{entry_id}/representations/{representation_id}",
        replace_representation,
        Answer(201, "Representation"),
        _BODIES,
    ),
    Route(("DELETE",), "/entries/{entry_id}/representations/{representation_id}", delete_representation, Answer(204)),
    Route(READ, "/entries/{entry_id}/representations/{representation_id}/media", get_media, Answer(302)),
)


def _media_of(form: Form) -> Upload:
    upload = form.uploads.get(_MEDIA)
    if upload is None:
        raise Invalid(f"The representation has no media; send the file as the part {_MEDIA}.")
    return upload
