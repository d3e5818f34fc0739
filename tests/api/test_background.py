"""Tests what Lambda calls without a request."""

import json
from typing import Any
from urllib.parse import quote_plus

import pytest
from chalice.app import Chalice

from chalicelib.api.background import CreatedObject, created_objects, register_background
from chalicelib.domain.dead_letters import SENTENCE
from chalicelib.domain.messages import encode_message
from tests.api.api_server import Api


def _notification(*keys: str, event_name: str = "ObjectCreated:Post") -> str:
    records = [{"eventName": event_name, "s3": {"object": {"key": quote_plus(key), "size": 3}}} for key in keys]
    return json.dumps({"Records": records})


def _sqs_event(body: str) -> dict[str, Any]:
    return {"Records": [{"messageId": "1", "body": body, "receiptHandle": "r", "eventSource": "aws:sqs"}]}


def test_keys_are_unquoted() -> None:
    keys = ("uploads/a b/c+d", "uploads/\u00fc%/x")
    created = tuple(CreatedObject(key) for key in keys)
    assert created_objects(_notification(*keys)) == created
    assert created_objects(_notification(*keys, event_name="s3:ObjectCreated:CompleteMultipartUpload")) == created


def test_a_version_is_named_where_there_is_one() -> None:
    found = {"key": "drop/a/b.mp4", "versionId": "v1"}
    body = json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": found}}]})
    assert created_objects(body) == (CreatedObject("drop/a/b.mp4", "v1"),)


def test_what_creates_nothing_has_no_keys() -> None:
    assert created_objects('{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}') == ()
    assert created_objects(_notification("a", event_name="ObjectRemoved:Delete")) == ()


@pytest.mark.parametrize("body", ["", "[]", "7", '{"Records": [{}]}', '{"Records": 7}', "[" * 100_000])
def test_what_is_no_notification_is_an_error(body: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # a JSONDecodeError has its own words
        created_objects(body)


def test_an_object_that_arrives_reaches_its_job(api: Api) -> None:
    backstage = api.backstage
    handlers = register_background(Chalice("mien", configure_logs=False, env={}), lambda: api.services)
    file = {"file_name": "clip.mp4", "size_bytes": 3}
    job = api.ada.call("POST", "/jobs", json={"entry_job": file}).json()
    key = job["upload"]["fields"]["key"]
    stored = backstage.jobs.get(key.split("/")[1], key.split("/")[2])
    assert stored.upload is not None
    backstage.uploads.send(stored.upload, b"abc")
    for _ in range(2):
        handlers.receive_uploads(_sqs_event(_notification(key)), None)
    assert api.ada.call("GET", job["self"]).json()["input"]["representations"]
    with pytest.raises(ValueError, match="notification"):  # raised, so that it comes again and ends as a dead letter
        handlers.receive_uploads(_sqs_event("[]"), None)


def test_a_dropped_object_becomes_a_job(api: Api) -> None:
    backstage = api.backstage
    handlers = register_background(Chalice("mien", configure_logs=False, env={}), lambda: api.services)
    key = "drop/account/no-op/a b+c%20\u00fc.mp4"
    backstage.drops.put(key, b"abc")
    for _ in range(2):
        handlers.receive_drops(_sqs_event(_notification(key)), None)
    (job,) = backstage.jobs.list("account", limit=10, cursor=None, status=None, name=None).items
    assert (job.filename, job.name) == ("a b+c%20\u00fc.mp4", "no-op")
    with pytest.raises(ValueError, match="notification"):
        handlers.receive_drops(_sqs_event("[]"), None)


def test_a_dead_letter_ends_its_job(api: Api) -> None:
    handlers = register_background(Chalice("mien", configure_logs=False, env={}), lambda: api.services)
    job = api.ada.send_job().json()
    (message,) = api.queue.sent
    for _ in range(2):
        handlers.bury_dead_letters(_sqs_event(encode_message(message)), None)
    ended = api.ada.call("GET", job["self"]).json()
    assert (ended["status"], ended["error"]) == ("error", SENTENCE)
    assert [letter.job_id for letter in api.services.dead_letters.list()] == [message.job_id]
    with pytest.raises(ValueError, match="job message"):
        handlers.bury_dead_letters(_sqs_event("{}"), None)
