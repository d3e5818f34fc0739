"""`/entries/{entry_id}/annotations`: notes on an entry."""

from collections.abc import Mapping

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.documents import annotation_document
from chalicelib.api.html.annotations import annotations_page
from chalicelib.api.html.style import page_response
from chalicelib.api.pages import full_page, next_link, page_queries, parse_limit
from chalicelib.api.requests.forms import MULTIPART, URL_ENCODED, check_content_type, read_form
from chalicelib.api.requests.json_bodies import parse_resource, text_of, value_text_of
from chalicelib.api.requests.negotiation import preferred_content_type
from chalicelib.api.responses import JSON_CONTENT_TYPE, VARIES, created, json_response, no_content
from chalicelib.api.routes import READ, Answer, Body, Route
from chalicelib.domain.entries import ANNOTATION_TEXTS, Annotation
from chalicelib.services.ports import Page

# Clients that know no pages get all annotations that fit into an answer, some thousands.
_MOST = 10_000
_MOST_IN_HTML = 500  # a page of them stays below 6 MB whatever their texts are
_ACCEPTED = (JSON_CONTENT_TYPE, URL_ENCODED, MULTIPART)
_NEW = (
    Body(URL_ENCODED, "NewAnnotationForm"),
    Body(MULTIPART, "NewAnnotationForm"),
    Body(JSON_CONTENT_TYPE, "NewAnnotation"),
)
_CHANGES = (
    Body(URL_ENCODED, "AnnotationChangesForm"),
    Body(MULTIPART, "AnnotationChangesForm"),
    Body(JSON_CONTENT_TYPE, "AnnotationChanges"),
)


def create_annotation(call: Call) -> Response:
    """POST /entries/{entry_id}/annotations: adds an annotation; 201."""
    entry_id = call.path_id("entry")
    texts = _read_given(call)
    annotation = call.services.annotations.create(
        call.caller, entry_id, key=texts.get("key"), value=texts.get("value"), source=texts.get("source")
    )
    return created(annotation_document(annotation, call.urls))


def list_annotations(call: Call) -> Response:
    """GET /entries/{entry_id}/annotations: the annotations of the entry, oldest first, or a page for browsers; the Link
    header leads to the next page."""
    entry_id = call.path_id("entry")
    limit = parse_limit(call.query("limit"), _MOST)
    accepted = preferred_content_type(call.header("accept"), (JSON_CONTENT_TYPE, "text/html"))
    if accepted == "text/html":
        page = _list_page(call, entry_id, min(limit, _MOST_IN_HTML))
        next_url = page.cursor and call.urls.annotations(entry_id, {"limit": str(limit), "cursor": page.cursor})
        html = annotations_page(page.items, call.urls.entry(entry_id), next_url)
        return page_response(html, _headers(call, entry_id, limit, page.cursor))
    documents, cursor = full_page(
        lambda most: _list_page(call, entry_id, most),
        lambda annotations: [annotation_document(each, call.urls) for each in annotations],
        limit,
    )
    return json_response(documents, headers=_headers(call, entry_id, limit, cursor))


def get_annotation(call: Call) -> Response:
    """GET /entries/{entry_id}/annotations/{annotation_id}: one annotation."""
    annotation = call.services.annotations.get(call.caller, call.path_id("entry"), call.path_id("annotation"))
    return json_response(annotation_document(annotation, call.urls))


def update_annotation(call: Call) -> Response:
    """PUT /entries/{entry_id}/annotations/{annotation_id}: changes the fields that are given; 204."""
    entry_id, annotation_id = call.path_id("entry"), call.path_id("annotation")
    call.services.annotations.update(call.caller, entry_id, annotation_id, _read_given(call))
    return no_content()


def delete_annotation(call: Call) -> Response:
    """DELETE /entries/{entry_id}/annotations/{annotation_id}: deletes the annotation; 204."""
    call.services.annotations.delete(call.caller, call.path_id("entry"), call.path_id("annotation"))
    return no_content()


ROUTES = (
    Route(("POST",), "/entries/{entry_id}/annotations", create_annotation, Answer(201, "Annotation"), _NEW),
    Route(
        READ,
        "/entries/{entry_id}/annotations",
        list_annotations,
        Answer(200, "Annotation", is_list=True, headers=("Link", "Content-Security-Policy")),
        queries=page_queries(_MOST),
        pages=("text/html",),
    ),
    Route(READ, "/entries/{entry_id}/annotations/{annotation_id}", get_annotation, Answer(200, "Annotation")),
    Route(("PUT",), "/entries/{entry_id}/annotations/{annotation_id}", update_annotation, Answer(204), _CHANGES),
    Route(("DELETE",), "/entries/{entry_id}/annotations/{annotation_id}", delete_annotation, Answer(204)),
)


def _list_page(call: Call, entry_id: str, most: int) -> Page[Annotation]:
    return call.services.annotations.list(call.caller, entry_id, limit=most, cursor=call.query("cursor"))


def _headers(call: Call, entry_id: str, limit: int, cursor: str | None) -> dict[str, str]:
    return {**VARIES, **next_link(lambda query: call.urls.annotations(entry_id, query), {}, limit, cursor)}


def _read_given(call: Call) -> Mapping[str, str | None]:
    """Those of key, value and source that the body gives."""
    content_type = call.header("content-type")
    if check_content_type(content_type, _ACCEPTED) == JSON_CONTENT_TYPE:
        resource = parse_resource(call.body(), "annotation")
        return {
            name: value_text_of(resource) if name == "value" else text_of(resource, name)
            for name in ANNOTATION_TEXTS
            if name in resource
        }
    with read_form(content_type, call.body(), accepted=_ACCEPTED) as form:
        texts = {name: form.fields.get(f"annotation[{name}]") for name in ANNOTATION_TEXTS}
        return {name: text for name, text in texts.items() if text is not None}
