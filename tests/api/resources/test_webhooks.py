"""Webhooks as clients meet them."""

import json
import logging

import pytest

from chalicelib.domain.webhooks import Outcome
from chalicelib.services.users import Users
from tests.api.api_server import ADA, PASSWORD, Api, running_api

URL = "https://receiver.example.org/hook?token=quiet"


def _pump(api: Api) -> None:
    """Checks what Lambda does with the queue of deliveries; the messages stay, as if they came twice."""
    for message in api.backstage.deliveries.sent:
        api.services.notifications.send(message.account_id, message.job_id)


def test_a_job_shows_how_its_notification_fares(api: Api) -> None:
    job = api.ada.send_job(callback_url=URL).json()
    assert (job["callback_url"], job["deliveries"], job["next_delivery"]) == (URL, [], None)
    api.backstage.webhooks.outcomes = [Outcome(error="timeout"), Outcome(status_code=200)]
    ended = api.ada.call("PATCH", job["self"], data={"entry_job[status]": "cancelled"}).json()
    assert ended["next_delivery"] == ended["updated"]
    _pump(api)
    shown = api.ada.call("GET", job["self"]).json()
    (delivery,) = shown["deliveries"]
    assert (delivery["event"], delivery["attempt"]) == ("job.cancelled", 1)
    assert (delivery["status_code"], delivery["error"]) == (None, "timeout")
    assert shown["next_delivery"] > delivery["time"]
    api.clock.advance(10)
    _pump(api)
    told = api.ada.call("GET", job["self"]).json()
    assert [each["status_code"] for each in told["deliveries"]] == [None, 200]
    assert told["next_delivery"] is None
    first, second = api.backstage.webhooks.sent
    assert first.headers["X-Mien-Delivery"] == second.headers["X-Mien-Delivery"] == delivery["id"]
    assert json.loads(second.body)["job"]["self"] == job["self"]


@pytest.mark.parametrize(
    "resource",
    [
        {"file_name": "clip.mp4", "size_bytes": 3, "callback_url": URL},
        {"input_url": "https://media.example.org/clip.mp4", "callback_url": URL},
    ],
)
def test_jobs_announced_as_json_have_one_too(api: Api, resource: dict[str, object]) -> None:
    job = api.ada.call("POST", "/jobs", json={"entry_job": resource}).json()
    assert job["callback_url"] == URL
    account_id = api.services.users.authenticate(ADA, PASSWORD, source_ip="127.0.0.1").account_id
    assert api.backstage.webhook_secrets.get(account_id) is not None  # made by who may make it
    assert api.ada.call("GET", job["self"]).json()["deliveries"] == []
    api.ada.call("PATCH", job["self"], data={"entry_job[status]": "cancelled"})
    _pump(api)
    (sent,) = api.backstage.webhooks.sent
    assert json.loads(sent.body)["event"] == "job.cancelled"


def test_a_form_with_an_input_url_has_one_too(api: Api) -> None:
    form = {"entry_job[input_url]": (None, "https://media.example.org/a"), "entry_job[callback_url]": (None, URL)}
    assert api.ada.call("POST", "/jobs", files=form).json()["callback_url"] == URL


def test_a_job_without_one_says_nothing_of_it(api: Api) -> None:
    for job in (api.ada.send_job().json(), api.ada.send_job(callback_url="").json()):
        assert {"callback_url", "deliveries", "next_delivery"}.isdisjoint(job)


@pytest.mark.parametrize("url", ["http://receiver.example.org/", "https://127.0.0.1/", "https://10.0.0.1/", "x"])
def test_where_nothing_may_be_sent_is_refused(api: Api, url: str) -> None:
    assert api.ada.send_job(callback_url=url).status_code == 422
    for media in ({"file_name": "clip.mp4", "size_bytes": 3}, {"input_url": "https://media.example.org/clip.mp4"}):
        answer = api.ada.call("POST", "/jobs", json={"entry_job": {**media, "callback_url": url}})
        assert answer.status_code == 422
        assert "callback_url" in answer.json()["error"]
    assert api.ada.call("GET", "/jobs").json() == []


def test_a_deployment_without_the_queue_says_so(users: Users) -> None:
    with running_api(users, delivery_queue_url=None) as api:
        answer = api.ada.send_job(callback_url=URL)
        assert (answer.status_code, "no notifications" in answer.json()["error"]) == (422, True)
        assert api.ada.send_job().status_code == 201


def test_accounts_have_secrets_of_their_own(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        first = api.ada.call("GET", "/webhook_secret").json()
        assert api.ada.call("GET", first["self"]).json() == first
        bens = api.ben.call("GET", "/webhook_secret").json()
        rotated = api.ada.call("POST", "/webhook_secret")
    assert rotated.status_code == 201
    assert api.ada.call("GET", "/webhook_secret").json() == rotated.json()
    assert api.ben.call("GET", "/webhook_secret").json() == bens
    secrets = {first["secret"], bens["secret"], rotated.json()["secret"]}
    assert len(secrets) == 3
    assert not any(secret in caplog.text for secret in secrets)


def test_the_secret_needs_credentials(api: Api) -> None:
    api.ada.auth = None
    for method in ("GET", "POST"):
        assert api.ada.call(method, "/webhook_secret").status_code == 401


def test_a_new_secret_is_not_kept_under_the_key_it_was_asked_for_with(api: Api) -> None:
    key = {"Idempotency-Key": "rotate-once"}
    rotated = api.ada.call("POST", "/webhook_secret", headers=key)
    assert rotated.status_code == 201
    again = api.ada.call("POST", "/webhook_secret", headers=key)
    assert again.status_code == 409
    assert rotated.json()["self"] in again.json()["error"]
    assert api.ada.call("GET", "/webhook_secret").json() == rotated.json()  # rotated once
    assert rotated.json()["secret"] not in repr(api.backstage.keyed_requests.__dict__)
