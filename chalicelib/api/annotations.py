"""`/entries/{entry_id}/annotations`: notes on an entry."""

from collections.abc import Mapping

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.documents import annotation_document
from chalicelib.api.forms import MULTIPART, URL_ENCODED, check_content_type, read_form
from chalicelib.api.json_bodies import parse_resource, text_of
from chalicelib.api.responses import JSON_CONTENT_TYPE, created, json_response
from chalicelib.api.routes import READ, Route

_ACCEPTED = (JSON_CONTENT_TYPE, URL_ENCODED, MULTIPART)
_FIELDS = ("key", "value", "source")


def create_annotation(call: Call) -> Response:
    """POST /entries/{entry_id}/annotations: adds a note; 201."""
    entry_id = call.path_id("entry")
    texts = _read_texts(call)
    annotation = call.services.annotations.create(
        call.caller, entry_id, key=texts["key"], value=texts["value"], source=texts["source"]
    )
    return created(annotation_document(annotation, call.urls))


def list_annotations(call: Call) -> Response:
    """GET /entries/{entry_id}/annotations: all notes on the entry, oldest first."""
    annotations = call.services.annotations.list(call.caller, call.path_id("entry"))
    return json_response([annotation_document(each, call.urls) for each in annotations])


def get_annotation(call: Call) -> Response:
    """GET /entries/{entry_id}/annotations/{annotation_id}."""
    annotation = call.services.annotations.get(call.caller, call.path_id("entry"), call.path_id("annotation"))
    return json_response(annotation_document(annotation, call.urls))


ROUTES = (
    Route(("POST",), "/entries/{entry_id}/annotations", create_annotation),
    Route(READ, "/entries/{entry_id}/annotations", list_annotations),
    Route(READ, "/entries/{entry_id}/annotations/{annotation_id}", get_annotation),
)


def _read_texts(call: Call) -> Mapping[str, str | None]:
    """Key, value and source of the body, None for each that is not there."""
    content_type = call.header("content-type")
    if check_content_type(content_type, _ACCEPTED) == JSON_CONTENT_TYPE:
        resource = parse_resource(call.body(), "annotation")
        return {name: text_of(resource, name) for name in _FIELDS}
    with read_form(content_type, call.body(), accepted=_ACCEPTED) as form:
        return {name: form.fields.get(f"annotation[{name}]") for name in _FIELDS}
