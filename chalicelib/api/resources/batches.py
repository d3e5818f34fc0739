"""`/batches`: many files as one job, with one status, one notification and one table of all results."""

from collections.abc import Sequence

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.conditional import unless_unchanged
from chalicelib.api.documents import Document, batch_document, entry_ids_of, job_document
from chalicelib.api.pages import full_page, next_link, page_queries, parse_limit
from chalicelib.api.requests.forms import check_content_type
from chalicelib.api.requests.json_bodies import parse_resource, text_of
from chalicelib.api.requests.new_jobs import new_job_of_json
from chalicelib.api.resources.uploads import target_document
from chalicelib.api.responses import JSON_CONTENT_TYPE, created, json_response, retry_after
from chalicelib.api.routes import READ, Answer, Body, Query, Route
from chalicelib.domain.batches import MemberState
from chalicelib.domain.jobs import Job
from chalicelib.domain.requests.new_batches import NewBatch, parse_inputs, parse_notes
from chalicelib.domain.requests.new_jobs import NEW_JOB_MEMBERS
from chalicelib.errors import Invalid
from chalicelib.services.batches.batches import AwaitedFile, Batch

_MOST_BATCHES, _MOST_JOBS, _MOST_UPLOADS = 100, 1000, 100
_POLL_S = 5


def create_batch(call: Call) -> Response:
    """POST /batches: creates a job for each of up to 1,000 URLs or announced files; 201.

    All jobs get the same options and annotations. They are jobs like any others, at /batches/{batch_id}/jobs; the
    addresses of the announced files are at /batches/{batch_id}/uploads. Once all have ended, a worker writes one table
    of their results, and then the callback_url is notified, once.
    """
    check_content_type(call.header("content-type"), (JSON_CONTENT_TYPE,))
    resource = parse_resource(call.body(), "batch", ("inputs", "annotations", *NEW_JOB_MEMBERS))
    inputs = parse_inputs(resource.get("inputs"), max_bytes=call.services.settings.max_upload_bytes)
    notes = parse_notes(resource.get("annotations"))
    wanted = NewBatch(inputs, new_job_of_json(call, resource), notes)
    return created(_document(call, call.services.batch_services.batches.create(call.caller, wanted)))


def list_batches(call: Call) -> Response:
    """GET /batches: a page of the account's batches, newest first; the Link header leads to the next page."""
    limit, cursor = parse_limit(call.query("limit"), _MOST_BATCHES), call.query("cursor")
    page = call.services.batch_services.batches.list(call.caller, limit=limit, cursor=cursor)
    documents = [_document(call, batch) for batch in page.items]
    return json_response(documents, headers=next_link(call.urls.batches, {}, limit, page.cursor))


def get_batch(call: Call) -> Response:
    """GET /batches/{batch_id}: the state of the batch; 304 if If-None-Match has its ETag."""
    batch = call.services.batch_services.batches.get(call.caller, call.path_id("batch"))
    poll_s = None if batch.job.status.is_over else _POLL_S
    return unless_unchanged(call, _document(call, batch), retry_after(poll_s))


def list_batch_jobs(call: Call) -> Response:
    """GET /batches/{batch_id}/jobs: a page of the jobs of the batch, in the order of its inputs.

    A page that is not full may have a Link to the next all the same.
    """
    batch_id, limit, cursor = call.path_id("batch"), parse_limit(call.query("limit"), _MOST_JOBS), call.query("cursor")
    state = call.query("state")
    wanted = _parse_state(state)

    def documents_of(jobs: Sequence[Job]) -> list[Document]:
        entries = call.services.entries.get_many(call.caller, entry_ids_of(jobs))
        return [job_document(job, entries, call.urls) for job in jobs]

    documents, rest = full_page(
        lambda most: call.services.batch_services.batches.list_jobs(
            call.caller, batch_id, limit=most, cursor=cursor, state=wanted
        ),
        documents_of,
        limit,
    )
    filters = {} if state is None else {"state": state}
    return json_response(
        documents, headers=next_link(lambda query: call.urls.batch_jobs(batch_id, query), filters, limit, rest)
    )


def list_batch_uploads(call: Call) -> Response:
    """GET /batches/{batch_id}/uploads: a page of the files that the batch waits for, with addresses to send them to.

    The addresses are signed anew by every request. A page that is not full may have a Link to the next all the same.
    """
    batch_id = call.path_id("batch")
    limit, cursor = parse_limit(call.query("limit"), _MOST_UPLOADS), call.query("cursor")

    def documents_of(files: Sequence[AwaitedFile]) -> list[Document]:
        return [_awaited_document(call, file) for file in files]

    documents, rest = full_page(
        lambda most: call.services.batch_services.batches.list_uploads(
            call.caller, batch_id, limit=most, cursor=cursor
        ),
        documents_of,
        limit,
    )
    return json_response(
        documents, headers=next_link(lambda query: call.urls.batch_uploads(batch_id, query), {}, limit, rest)
    )


def update_batch(call: Call) -> Response:
    """PATCH /batches/{batch_id}: cancels the batch with all of its jobs that have not ended.

    The jobs are cancelled within seconds; no table is written.
    """
    batch_id = call.path_id("batch")
    check_content_type(call.header("content-type"), (JSON_CONTENT_TYPE,))
    status = text_of(parse_resource(call.body(), "batch", ("status",)), "status")
    call.services.batch_services.batches.get(call.caller, batch_id)
    if status is not None:
        call.services.jobs.update(call.caller, batch_id, name=None, status=status)
    return json_response(_document(call, call.services.batch_services.batches.get(call.caller, batch_id)))


def delete_batch(call: Call) -> Response:
    """DELETE /batches/{batch_id}: deletes the batch with all of its jobs, their media and results.

    The jobs are stopped at once, and deleted within minutes; `is_complete` is false until then.
    """
    batch_id = call.path_id("batch")
    call.services.batch_services.batches.get(call.caller, batch_id)
    deletion = call.services.job_deletions.delete(call.caller, batch_id)
    removed = {"entries": deletion.entries, "files": deletion.files}
    return json_response({"job": deletion.job_id, "removed": removed, "is_complete": deletion.is_complete})


ROUTES = (
    Route(("POST",), "/batches", create_batch, Answer(201, "Batch"), (Body(JSON_CONTENT_TYPE, "NewBatch"),)),
    Route(
        READ,
        "/batches",
        list_batches,
        Answer(200, "Batch", is_list=True, headers=("Link",)),
        queries=page_queries(_MOST_BATCHES),
    ),
    Route(READ, "/batches/{batch_id}", get_batch, Answer(200, "Batch", headers=("Retry-After",)), is_conditional=True),
    Route(
        READ,
        "/batches/{batch_id}/jobs",
        list_batch_jobs,
        Answer(200, "Job", is_list=True, headers=("Link",)),
        queries=(
            Query("state", "Only jobs in this state.", {"type": "string", "enum": [*MemberState]}),
            *page_queries(_MOST_JOBS),
        ),
    ),
    Route(
        READ,
        "/batches/{batch_id}/uploads",
        list_batch_uploads,
        Answer(200, "AwaitedFile", is_list=True, headers=("Link",)),
        queries=page_queries(_MOST_UPLOADS),
    ),
    Route(
        ("PATCH",),
        "/batches/{batch_id}",
        update_batch,
        Answer(200, "Batch"),
        (Body(JSON_CONTENT_TYPE, "BatchChanges"),),
    ),
    Route(("DELETE",), "/batches/{batch_id}", delete_batch, Answer(200, "JobDeletion")),
)


def _document(call: Call, batch: Batch) -> Document:
    return batch_document(batch, call.services.entries.get_many(call.caller, entry_ids_of([batch.job])), call.urls)


def _awaited_document(call: Call, file: AwaitedFile) -> Document:
    job = file.job
    return {
        "job": call.urls.job(job.id),
        "index": 0 if job.batch is None else job.batch.index,
        "file_name": job.filename,
        "upload": target_document(file.target, call.urls.job_upload(job.id)),
    }


def _parse_state(text: str | None) -> MemberState | None:
    if text is None:
        return None
    try:
        return MemberState(text)
    except ValueError:
        raise Invalid(f"There is no such state to filter by; use one of: {', '.join(MemberState)}.") from None
