"""What Lambda calls without a request."""

import json
from typing import Any
from urllib.parse import quote_plus

import pytest
from chalice.app import Chalice

from chalicelib.api.background import register_background
from chalicelib.api.s3_events import created_keys
from chalicelib.services.arrivals import Arrivals
from chalicelib.services.sweeper import Sweeper
from chalicelib.services.users import Users
from chalicelib.settings import Settings
from chalicelib.wiring import BackgroundServices
from tests.api.api_server import Api, Backstage


def _notification(*keys: str, event_name: str = "ObjectCreated:Post") -> str:
    records = [{"eventName": event_name, "s3": {"object": {"key": quote_plus(key), "size": 3}}} for key in keys]
    return json.dumps({"Records": records})


def _sqs_event(body: str) -> dict[str, Any]:
    return {"Records": [{"messageId": "1", "body": body, "receiptHandle": "r", "eventSource": "aws:sqs"}]}


def test_keys_are_unquoted() -> None:
    keys = ("uploads/a b/c+d", "uploads/\u00fc%/x")
    assert created_keys(_notification(*keys)) == keys
    assert created_keys(_notification(*keys, event_name="s3:ObjectCreated:CompleteMultipartUpload")) == keys


def test_what_creates_nothing_has_no_keys() -> None:
    assert created_keys('{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}') == ()
    assert created_keys(_notification("a", event_name="ObjectRemoved:Delete")) == ()


@pytest.mark.parametrize("body", ["", "[]", "7", '{"Records": [{}]}', '{"Records": 7}', "[" * 100_000])
def test_what_is_no_notification_is_an_error(body: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # a JSONDecodeError has its own words
        created_keys(body)


def test_an_object_that_arrives_reaches_its_job(api: Api, users: Users) -> None:
    backstage: Backstage = api.backstage
    services = backstage.services(Settings("table", "bucket", "queue"), users)
    arrivals = Arrivals(services.job_uploads, services.entry_uploads, backstage.uploads)
    background = BackgroundServices(
        arrivals, Sweeper(backstage.reminders, {}, backstage.clock), backstage.notifications()
    )
    handlers = register_background(Chalice("mien", configure_logs=False, env={}), lambda: background)
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
