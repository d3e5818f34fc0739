"""The description of the API: complete, true, and readable."""

import base64
import hashlib
import json
import re
from dataclasses import fields, replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from chalicelib.api.application import ROUTES
from chalicelib.api.documents import job_document
from chalicelib.api.html.docs import docs_page
from chalicelib.api.openapi.batch_schemas import BATCH_BODIES
from chalicelib.api.openapi.body_schemas import BODY_SCHEMAS
from chalicelib.api.openapi.document import ERRORS, openapi_document, summary_of
from chalicelib.api.openapi.headers import RESPONSE_HEADERS
from chalicelib.api.openapi.result_schemas import RESULT_SCHEMAS
from chalicelib.api.routes import READ, Answer, Route
from chalicelib.api.urls import Urls
from chalicelib.api.views import View
from chalicelib.domain.batches import BatchPlace, Members
from chalicelib.domain.entries import Entry, Representation
from chalicelib.domain.intake.uploads import DirectUpload
from chalicelib.domain.jobs import Job, JobStatus, Lease, Progress
from chalicelib.domain.measurements.metrics import EVERY_METRIC
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.segments import SegmentPlan
from chalicelib.domain.webhooks import Webhook, notification_body, notification_headers
from tests.api.api_server import Api
from tests.api.openapi.described_api import closed_document, validator
from tests.contract.samples import make_job, make_job_with_webhook
from tests.fakes import START

DOCUMENT = closed_document()
_API = Path(__file__).parents[3] / "chalicelib" / "api"
_DESCRIBING = {"body_schemas.py", "batch_schemas.py", "face_schemas.py", "schemas.py"}
URLS = Urls("https://media.example.org")


def test_the_description_is_openapi() -> None:
    document = openapi_document(ROUTES, EVERY_METRIC)
    validate(document)
    for schema in document["components"]["schemas"].values():  # type: ignore[index]  # checked by validate
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.methods[0]} {route.path}")
def test_every_route_is_described(route: Route) -> None:
    assert len(summary_of(route)) > 8
    for method in route.methods:
        operation = DOCUMENT["paths"][route.path][method.lower()]
        assert operation["summary"] == summary_of(route)
        assert str(route.answer.status) in operation["responses"]
    assert "options" in DOCUMENT["paths"][route.path]


@pytest.mark.parametrize(
    "docstring", [None, "", "Gets it.", "GET /other: gets it.", "PUT /path: puts it.", "GET /path."]
)
def test_a_route_that_does_not_say_what_it_does_is_refused(view: View, docstring: str | None) -> None:
    view.__doc__ = docstring
    with pytest.raises(ValueError, match="docstring"):
        openapi_document([Route(READ, "/path", view, Answer())], EVERY_METRIC)


@pytest.fixture
def view() -> View:
    def _view(call: object) -> object:
        return call

    return _view  # type: ignore[return-value]  # never called


def test_every_field_and_parameter_that_the_code_reads_is_described() -> None:
    code = "".join(path.read_text() for path in _API.rglob("*.py") if path.name not in _DESCRIBING)
    bodies = {**BODY_SCHEMAS, **BATCH_BODIES}
    sent = {name for schema in bodies.values() for name in re.findall(r'"([^"]+)": \{', json.dumps(schema))}
    asked = {query.name for route in ROUTES for query in route.queries}
    for pattern, described in (
        (r'"((?:entry_job|entry|annotation)\[\w+\])"', sent),
        (r'(?:text_of|whole_number_of)\(\w+, "(\w+)"\)', sent),
        (r'call\.query\("(\w+)"\)', asked),
    ):
        read = set(re.findall(pattern, code))
        assert len(read) > 1
        assert read <= described


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for path in DOCUMENT["paths"].values() for operation in _operations(path)]
    assert len(names) == len(set(names)) > 40


def _operations(path: dict[str, object]) -> list[dict[str, object]]:
    return [node for node in path.values() if isinstance(node, dict)]


def test_nothing_described_is_unused() -> None:
    used = set(re.findall(r'"#/components/(\w+/[\w-]+)"', json.dumps(DOCUMENT)))
    used |= {"responses/Error405"}  # for the methods that a path does not have, and so no operation of it
    used |= {f"schemas/{name}" for name in RESULT_SCHEMAS}  # the files behind redirects, and so no answer either
    described = {
        f"{kind}/{name}"
        for kind, nodes in DOCUMENT["components"].items()
        if kind != "securitySchemes"
        for name in nodes
    }
    assert described == used


def test_programs_get_the_description_without_credentials(api: Api) -> None:
    answer = api.ada.call("GET", "/openapi.json", auth=("", ""))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    document = answer.json()
    assert document.pop("servers") == [{"url": api.url}]
    assert document == json.loads(json.dumps(openapi_document(ROUTES, EVERY_METRIC)))
    known = api.ada.call("GET", "/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert known.status_code == 304


def test_people_get_a_page_that_shows_every_route_field_error_and_header(api: Api) -> None:
    answer = api.ada.call("GET", "/docs", auth=("", ""))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    shown = _text_of(answer.text)
    for route in ROUTES:
        assert summary_of(route).replace("`", "") in shown
        for method in set(route.methods) - {"HEAD"}:
            assert f"{method} {route.path}" in shown
        assert f"{api.url}{route.path}" in shown
    for schema in DOCUMENT["components"]["schemas"].values():
        assert all(field in shown for field in schema.get("properties", ()))
    assert all(str(status) in shown and meaning in shown for status, meaning in ERRORS.items())
    assert all(name in shown for name in RESPONSE_HEADERS)


def test_the_page_loads_nothing_and_its_links_lead_somewhere(api: Api) -> None:
    answer = api.ada.call("GET", "/docs")
    style = re.search(r"<style>(.*)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<(script|link|img|iframe)|src=|style=", answer.text)
    targets = set(re.findall(r'href="#([^"]+)"', answer.text))
    assert len(targets) > 20
    assert targets <= set(re.findall(r'id="([^"]+)"', answer.text))


def test_the_page_escapes_what_it_shows() -> None:
    description = json.dumps(openapi_document(ROUTES, EVERY_METRIC))
    document = json.loads(description.replace("The key of the annotation.", "<i>'x'</i>"))
    page = docs_page(document, Urls("https://x/?a=<b>&c"))
    assert "<i>" not in page
    assert "<b>" not in page


def test_the_index_page_leads_to_the_description(api: Api) -> None:
    page = api.ada.call("GET", "/", headers={"Accept": "text/html"}).text
    for path in ("/docs", "/openapi.json"):
        assert f'href="{api.url}{path}"' in page


@pytest.mark.parametrize("status", list(JobStatus))
def test_jobs_in_every_state_are_as_described(status: JobStatus) -> None:
    job = replace(make_job(), status=status, progress=Progress(1, None, 2.5), error="It failed.", input_entry_id="a")
    entries = {"a": _entry("a"), "b": replace(_entry("b"), media_seconds=None, source=None)}
    validator(DOCUMENT, "Job").validate(_as_sent(job_document(job, entries, URLS)))
    validator(DOCUMENT, "Job").validate(_as_sent(job_document(replace(job, result_entry_id="b"), entries, URLS)))


def test_a_job_that_waits_for_its_media_is_as_described() -> None:
    upload = DirectUpload("uploads/a/b/job", "clip.mp4", "video/mp4", 3, START + timedelta(hours=1))
    document = _as_sent(job_document(replace(make_job(), upload=upload), {}, URLS))
    assert "upload" in document
    validator(DOCUMENT, "Job").validate(document)


def test_whatever_a_job_can_have_is_described() -> None:
    waiting = replace(
        make_job(),
        upload=DirectUpload("u", "c.mp4", "video/mp4", 3, START, multipart_id="m"),
        data_split="test",
        result_entry_id="a",
        earlier_result_entry_ids=("b",),
        error="No.",
        progress=Progress(1, 2, 2.5),
        lease=Lease("worker", START),
        input_url="https://example.org/clip.mp4",
        drop_key="drop/account/multiface/clip.mp4",
        segments=SegmentPlan(2, 0.0, 60.0, 2.0, 120.0),
        batch=BatchPlace("b", 7),
        members=Members(9, JobName.NO_OP),
        expires=START,
        webhook=make_job_with_webhook().webhook,
    )
    fed = replace(waiting, input_entry_id="a")
    # A member that is new has to be set here, so that its document is compared.
    assert [each.name for each in fields(Job) if getattr(fed, each.name) is None] == []
    documents = [_as_sent(job_document(job, {"a": _entry("a")}, URLS)) for job in (waiting, fed)]
    for document in documents:
        validator(DOCUMENT, "Job").validate(document)
    assert {name for document in documents for name in document} == set(
        DOCUMENT["components"]["schemas"]["Job"]["properties"]
    )


def _as_sent(document: object) -> dict[str, object]:
    sent: dict[str, object] = json.loads(json.dumps(document))
    return sent


def _entry(entry_id: str) -> Entry:
    file = Representation(
        id="c",
        entry_id=entry_id,
        account_id="account",
        media_key="k",
        content_type="video/mp4",
        file_name="clip.mp4",
        size_bytes=3,
        sha256="0" * 64,
        published=START,
        updated=START,
    )
    return Entry(
        id=entry_id,
        account_id="account",
        author="ada@example.org",
        published=START,
        updated=START,
        media_seconds=1.5,
        source="mien",
        expires=START,
        representations={"c": file},
    )


def _text_of(page: str) -> str:
    """Returns what a person reads, with single spaces."""
    texts: list[str] = []
    parser = HTMLParser(convert_charrefs=True)
    parser.handle_data = texts.append  # type: ignore[method-assign,assignment]  # it is called with one text
    parser.feed(page)
    return " ".join(" ".join(texts).split()).replace(" ,", ",")


def _sent_webhook() -> dict[str, Any]:
    operation: dict[str, Any] = DOCUMENT["webhooks"]["job.ended"]["post"]
    return operation


def _ends(job: Job) -> list[Job]:
    claimed = job.with_input("a", START).claimed(run=1, owner="worker", now=START, lease_s=60)
    return [
        claimed.done(owner="worker", now=START, result_entry_id="b", progress=None),
        claimed.failed(owner="worker", now=START, sentence="It failed."),
        claimed.cancelled(START),
    ]


def test_what_is_sent_when_a_job_ends_is_as_described() -> None:
    described = {each["name"]: each["schema"] for each in _sent_webhook()["parameters"]}
    job = replace(make_job(), webhook=Webhook("https://example.org/hook", "https://api.example.org/jobs"))
    ends = _ends(job)
    assert {ended.status for ended in ends} == {status for status in JobStatus if status.is_over}
    for ended in ends:
        assert ended.webhook is not None
        news = ended.webhook.notification
        assert news is not None
        url = f"https://api.example.org/jobs/{job.id}"
        body = notification_body(news, job_id=job.id, job_url=url, status=ended.status, error=ended.error)
        validator(DOCUMENT, "Notification").validate(json.loads(body))
        headers = notification_headers(news, "secret", body, START)
        assert set(headers) == {*described, "Content-Type"}
        assert headers["Content-Type"] in _sent_webhook()["requestBody"]["content"]
        for name, schema in described.items():
            Draft202012Validator(schema).validate(headers[name])


def test_the_page_shows_what_is_sent(api: Api) -> None:
    shown = _text_of(api.ada.call("GET", "/docs").text)
    assert "POST to you" in shown
    for each in _sent_webhook()["parameters"]:
        assert each["name"] in shown
