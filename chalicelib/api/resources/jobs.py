"""`/jobs`: create, list, get, update, requeue."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.conditional import unless_unchanged
from chalicelib.api.documents import Document, entry_ids_of, job_document
from chalicelib.api.html.resources import job_page
from chalicelib.api.html.style import page_response
from chalicelib.api.pages import full_page, next_link, page_queries, parse_limit
from chalicelib.api.requests.annotation_searches import SEARCH_QUERIES, found_page
from chalicelib.api.requests.forms import MULTIPART, URL_ENCODED, Form, check_content_type, read_form
from chalicelib.api.requests.json_bodies import parse_resource, text_of
from chalicelib.api.requests.negotiation import prefers_page
from chalicelib.api.requests.new_jobs import new_job_of_form, new_job_of_json
from chalicelib.api.resources.uploads import announced_file, target_document
from chalicelib.api.responses import JSON_CONTENT_TYPE, VARIES, created, json_response, retry_after
from chalicelib.api.routes import READ, Answer, Body, Query, Route
from chalicelib.domain.intake.input_urls import parse_input_url
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.requests.job_names import JobName, parse_job_name
from chalicelib.domain.requests.job_options import KEPT_OPTIONS, OptionValues, options_of_json, options_of_texts
from chalicelib.domain.requests.new_jobs import INPUT_MEMBERS, NEW_JOB_MEMBERS
from chalicelib.errors import Invalid
from chalicelib.services.entries import Upload
from chalicelib.services.ports import Page

_POLL_S = 2  # workers report about once a second

_INPUT = "entry_job[input]"
_INPUT_URL = "entry_job[input_url]"
_RESULT = "entry_job[result]"
_CHANGED_MEMBERS = ("name", "status", *(row.name for row in KEPT_OPTIONS), "result")
_RESULT_IS_A_FILE = f"A result is a file; send it as the part {_RESULT} of {MULTIPART}."

Choice = TypeVar("Choice", bound=StrEnum)


def create_job(call: Call) -> Response:
    """POST /jobs: stores the media file and queues its analysis, or returns the URLs of its upload; 201."""
    accepted = (MULTIPART, URL_ENCODED, JSON_CONTENT_TYPE)
    if check_content_type(call.header("content-type"), accepted) == JSON_CONTENT_TYPE:
        return _create_from_json(call)
    with read_form(call.header("content-type"), call.body(), accepted=accepted, file_parts=(_INPUT,)) as form:
        job = _create(call, form)
    return created(_documents(call, [job])[0])


def list_jobs(call: Call) -> Response:
    """GET /jobs: a page of the account's jobs, newest first; the Link header leads to the next page."""
    filters = {name: text for name in ("status", "name") if (text := call.query(name)) is not None}
    limit = parse_limit(call.query("limit"))
    status = _parse_choice(JobStatus, "status", filters.get("status"))
    name = _parse_choice(JobName, "name", filters.get("name"))

    def list_page(most: int) -> Page[Job]:
        cursor = call.query("cursor")
        return call.services.jobs.list(call.caller, limit=most, cursor=cursor, status=status, name=name)

    documents, cursor = full_page(list_page, lambda jobs: _documents(call, jobs), limit)
    return json_response(documents, headers=next_link(call.urls.jobs, filters, limit, cursor))


def search_jobs(call: Call) -> Response:
    """GET /jobs/search_by_annotation: a page of the jobs whose input or result has the annotation, newest first."""
    return found_page(
        call, call.services.annotations.search_jobs, lambda jobs: _documents(call, jobs), call.urls.job_search
    )


def get_job(call: Call) -> Response:
    """GET /jobs/{job_id}: the current state of the job; 304 if If-None-Match has its ETag. A page for browsers."""
    job = call.services.jobs.get(call.caller, call.path_id("job"))
    if prefers_page(call.header("accept")):
        entries = call.services.entries.get_many(call.caller, entry_ids_of([job]))
        return page_response(job_page(job, entries, call.urls), VARIES)
    poll_s = _POLL_S if job.status in (JobStatus.QUEUED, JobStatus.WORKING) else None
    return unless_unchanged(call, _documents(call, [job])[0], {**retry_after(poll_s), **VARIES})


def update_job(call: Call) -> Response:
    """PATCH and PUT /jobs/{job_id}: renames or cancels the job, sets its options, or ends it with a result.

    An empty body changes nothing.
    """
    job_id = call.path_id("job")
    if not call.body() and call.header("content-type") is None:
        return _job_response(call, call.services.jobs.get(call.caller, job_id))
    accepted = (URL_ENCODED, MULTIPART, JSON_CONTENT_TYPE)
    if check_content_type(call.header("content-type"), accepted) == JSON_CONTENT_TYPE:
        resource = parse_resource(call.body(), "entry_job", _CHANGED_MEMBERS, only_new=NEW_JOB_MEMBERS)
        if resource.get("result") is not None:
            raise Invalid(_RESULT_IS_A_FILE)
        name, status = text_of(resource, "name"), text_of(resource, "status")
        options = options_of_json(resource, KEPT_OPTIONS)
        return _changed(call, job_id, name=name, status=status, options=options)
    with read_form(call.header("content-type"), call.body(), accepted=accepted, file_parts=(_RESULT,)) as form:
        if _RESULT in form.fields:
            raise Invalid(_RESULT_IS_A_FILE)
        members = form.members("entry_job")
        return _changed(
            call,
            job_id,
            name=members.get("name"),
            status=members.get("status"),
            options=options_of_texts(members, KEPT_OPTIONS),
            result=form.uploads.get(_RESULT),
        )


def requeue_job(call: Call) -> Response:
    """POST /jobs/{job_id}/requeue: runs the job again with its current name."""
    return _job_response(call, call.services.jobs.requeue(call.caller, call.path_id("job")))


def delete_job(call: Call) -> Response:
    """DELETE /jobs/{job_id}: deletes the job with its media, the results of all its runs and their annotations.

    A job that a worker may be at is cancelled, and emptied within minutes; `is_complete` is false then.
    """
    deletion = call.services.job_deletions.delete(call.caller, call.path_id("job"))
    removed = {"entries": deletion.entries, "files": deletion.files}
    return json_response({"job": deletion.job_id, "removed": removed, "is_complete": deletion.is_complete})


ROUTES = (
    Route(
        ("POST",),
        "/jobs",
        create_job,
        Answer(201, "Job"),
        bodies=(
            Body(MULTIPART, "NewJobForm"),
            Body(URL_ENCODED, "NewJobFromUrlForm"),
            Body(JSON_CONTENT_TYPE, "NewJob"),
        ),
    ),
    Route(
        READ,
        "/jobs",
        list_jobs,
        Answer(200, "Job", is_list=True, headers=("Link",)),
        queries=(
            Query("status", "Only jobs in this state.", {"type": "string", "enum": [*JobStatus]}),
            Query("name", "Only jobs of this name.", {"type": "string", "enum": [*JobName]}),
            *page_queries(),
        ),
    ),
    Route(
        READ,
        "/jobs/search_by_annotation",
        search_jobs,
        Answer(200, "Job", is_list=True, headers=("Link",)),
        queries=SEARCH_QUERIES,
    ),
    Route(READ, "/jobs/{job_id}", get_job, Answer(200, "Job", headers=("Retry-After",)), is_conditional=True),
    Route(
        ("PATCH", "PUT"),
        "/jobs/{job_id}",
        update_job,
        Answer(200, "Job"),
        bodies=(
            Body(URL_ENCODED, "JobChanges"),
            Body(MULTIPART, "JobChangesForm"),
            Body(JSON_CONTENT_TYPE, "JobChangesJson"),
        ),
        is_body_optional=True,
    ),
    Route(("DELETE",), "/jobs/{job_id}", delete_job, Answer(200, "JobDeletion")),
    Route(("POST",), "/jobs/{job_id}/requeue", requeue_job, Answer(200, "Job")),
)


def _create(call: Call, form: Form) -> Job:
    new = new_job_of_form(call, form)
    upload, url = form.uploads.get(_INPUT), form.fields.get(_INPUT_URL)
    if upload is not None and url:
        raise Invalid(f"The job has two inputs; send either the file as {_INPUT} or its {_INPUT_URL}.")
    if url:
        return call.services.jobs.create_from_url(call.caller, new, parse_input_url(url))
    if upload is None:
        raise Invalid(
            f"The job has no input; send the file as the part {_INPUT} of {MULTIPART} (curl -F '{_INPUT}=@clip.mp4'), "
            f"or its URL as {_INPUT_URL}."
        )
    return call.services.jobs.create(call.caller, new, upload)


def _create_from_json(call: Call) -> Response:
    """A job without a file in the body: it names a URL, or announces an upload."""
    resource = parse_resource(call.body(), "entry_job", (*INPUT_MEMBERS, *NEW_JOB_MEMBERS))
    new, url = new_job_of_json(call, resource), text_of(resource, "input_url")
    if url:
        if resource.get("size_bytes") is not None:
            raise Invalid("The job has two inputs; send either its input_url or announce a file with size_bytes.")
        job = call.services.jobs.create_from_url(call.caller, new, parse_input_url(url))
        return created(_documents(call, [job])[0])
    job, target = call.services.job_uploads.create(call.caller, new, announced_file(call, resource))
    upload = target_document(target, call.urls.job_upload(job.id))
    return created({**job_document(job, {}, call.urls), "upload": upload})


def _changed(
    call: Call,
    job_id: str,
    *,
    name: str | None,
    status: str | None,
    options: OptionValues,
    result: Upload | None = None,
) -> Response:
    """Changes the job; what is None stays."""
    job = call.services.jobs.update(
        call.caller,
        job_id,
        name=None if name is None else parse_job_name(name),
        status=status,
        options=options,
        result=result,
    )
    return _job_response(call, job)


def _job_response(call: Call, job: Job) -> Response:
    return json_response(_documents(call, [job])[0])


def _documents(call: Call, jobs: Iterable[Job]) -> list[Document]:
    """All of `jobs` with their entries, which are read in one go."""
    jobs = tuple(jobs)
    entries = call.services.entries.get_many(call.caller, entry_ids_of(jobs))
    return [job_document(job, entries, call.urls) for job in jobs]


def _parse_choice(choices: type[Choice], noun: str, text: str | None) -> Choice | None:
    if text is None:
        return None
    try:
        return choices(text)
    except ValueError:
        raise Invalid(f"There is no such {noun} to filter by; use one of: {', '.join(choices)}.") from None
