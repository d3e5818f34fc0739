"""`/entries`: media without a job, and what jobs made."""

from collections.abc import Iterable, Mapping

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.conditional import unless_unchanged
from chalicelib.api.documents import Document, entry_document
from chalicelib.api.html.resources import entry_page
from chalicelib.api.html.style import page_response
from chalicelib.api.pages import full_page, next_link, page_queries, parse_limit
from chalicelib.api.requests.annotation_searches import SEARCH_QUERIES, found_page
from chalicelib.api.requests.fields import LABELS, form_labels, json_labels
from chalicelib.api.requests.forms import MULTIPART, URL_ENCODED, check_content_type, read_form
from chalicelib.api.requests.json_bodies import parse_resource
from chalicelib.api.requests.negotiation import prefers_page
from chalicelib.api.resources.uploads import announced_file, target_document
from chalicelib.api.responses import JSON_CONTENT_TYPE, VARIES, created, json_response, no_content
from chalicelib.api.routes import READ, Answer, Body, Query, Route
from chalicelib.domain.entries import Entry
from chalicelib.domain.intake.announced_files import ANNOUNCED_MEMBERS
from chalicelib.errors import Invalid
from chalicelib.services.ports import Page

_MEDIA = "entry[media]"
_ACCEPTED = (JSON_CONTENT_TYPE, URL_ENCODED, MULTIPART)


def create_entry(call: Call) -> Response:
    """POST /entries: stores a media file without a job, or returns the URLs of its upload; 201."""
    if check_content_type(call.header("content-type"), (MULTIPART, JSON_CONTENT_TYPE)) == JSON_CONTENT_TYPE:
        return _create_for_upload(call)
    with read_form(call.header("content-type"), call.body(), accepted=(MULTIPART,), file_parts=(_MEDIA,)) as form:
        upload = form.uploads.get(_MEDIA)
        if upload is None:
            raise Invalid(f"The entry has no media; send the file as the part {_MEDIA}.")
        entry = call.services.entries.create(call.caller, upload, **form_labels(form))
    return created(entry_document(entry, call.urls))


def list_entries(call: Call) -> Response:
    """GET /entries: a page of the account's entries, newest first; the Link header leads to the next page."""
    labels = {name: text for name in LABELS if (text := call.query(name)) is not None}
    limit = parse_limit(call.query("limit"))

    def list_page(most: int) -> Page[Entry]:
        return call.services.entries.list(call.caller, limit=most, labels=labels, cursor=call.query("cursor"))

    documents, cursor = full_page(list_page, lambda entries: _documents(call, entries), limit)
    return json_response(documents, headers=next_link(call.urls.entries, labels, limit, cursor))


def get_entry(call: Call) -> Response:
    """GET /entries/{entry_id}: the entry with its files; 304 if If-None-Match has its ETag. A page for browsers."""
    entry = call.services.entries.get(call.caller, call.path_id("entry"))
    if prefers_page(call.header("accept")):
        return page_response(entry_page(entry, call.urls), VARIES)
    return unless_unchanged(call, entry_document(entry, call.urls), VARIES)


def update_entry(call: Call) -> Response:
    """PUT /entries/{entry_id}: changes the source and the data_split; an empty one is removed."""
    entry_id = call.path_id("entry")
    entry = call.services.entries.set_labels(call.caller, entry_id, _read_given(call))
    return json_response(entry_document(entry, call.urls))


def delete_entry(call: Call) -> Response:
    """DELETE /entries/{entry_id}: deletes the entry permanently, with its files and annotations; 204."""
    call.services.entry_deletions.delete(call.caller, call.path_id("entry"))
    return no_content()


def search_entries(call: Call) -> Response:
    """GET /entries/search_by_annotation: a page of the entries that have the annotation, newest first."""
    return found_page(
        call, call.services.annotations.search, lambda entries: _documents(call, entries), call.urls.entry_search
    )


ROUTES = (
    Route(
        READ,
        "/entries/search_by_annotation",
        search_entries,
        Answer(200, "Entry", is_list=True, headers=("Link",)),
        queries=SEARCH_QUERIES,
    ),
    Route(
        READ,
        "/entries",
        list_entries,
        Answer(200, "Entry", is_list=True, headers=("Link",)),
        queries=(
            Query("source", "Only entries from this source.", {"type": "string"}),
            Query("data_split", "Only entries of this part of a data set.", {"type": "string"}),
            *page_queries(),
        ),
    ),
    Route(
        ("POST",),
        "/entries",
        create_entry,
        Answer(201, "Entry"),
        bodies=(Body(MULTIPART, "NewEntryForm"), Body(JSON_CONTENT_TYPE, "NewEntry")),
    ),
    Route(READ, "/entries/{entry_id}", get_entry, Answer(200, "Entry"), is_conditional=True),
    Route(
        ("PUT",),
        "/entries/{entry_id}",
        update_entry,
        Answer(200, "Entry"),
        bodies=(
            Body(URL_ENCODED, "EntryChangesForm"),
            Body(MULTIPART, "EntryChangesForm"),
            Body(JSON_CONTENT_TYPE, "EntryChanges"),
        ),
    ),
    Route(("DELETE",), "/entries/{entry_id}", delete_entry, Answer(204)),
)


def _create_for_upload(call: Call) -> Response:
    resource = parse_resource(call.body(), "entry", (*ANNOUNCED_MEMBERS, *LABELS))
    file = announced_file(call, resource)
    entry, target = call.services.entry_uploads.create(call.caller, file=file, **json_labels(resource))
    upload = target_document(target, call.urls.entry_upload(entry.id))
    return created({**entry_document(entry, call.urls), "upload": upload})


def _documents(call: Call, entries: Iterable[Entry]) -> list[Document]:
    return [entry_document(entry, call.urls) for entry in entries]


def _read_given(call: Call) -> Mapping[str, str | None]:
    """The entry's labels that the body gives; other fields are ignored."""
    content_type = call.header("content-type")
    if check_content_type(content_type, _ACCEPTED) == JSON_CONTENT_TYPE:
        return json_labels(parse_resource(call.body(), "entry"))
    with read_form(content_type, call.body(), accepted=_ACCEPTED) as form:
        return form_labels(form)
