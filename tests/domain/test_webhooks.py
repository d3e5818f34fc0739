"""Notifications from the end of a job to the last attempt; the signature as a receiver checks it."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.ids import derived_id, new_id
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.webhooks import (
    INTERRUPTED,
    MAX_ATTEMPTS,
    MAX_DELIVERIES_SHOWN,
    RETRIED_AFTER_S,
    Notification,
    Outcome,
    Webhook,
    WebhookSecret,
    make_webhook,
    new_secret,
    notification_body,
    signature,
)
from chalicelib.errors import Invalid, NotDue
from tests.fakes import START

_HOOK = Webhook("https://example.org/hook", "https://api.example.org/jobs")
_BAD = Outcome(status_code=500)


def _after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def _job(webhook: Webhook | None = _HOOK) -> Job:
    return Job(
        new_id(START), "account", "ada@example.org", JobName.NO_OP, START, START, input_entry_id="e", webhook=webhook
    )


def _working(job: Job) -> Job:
    return job.claimed(run=job.run, owner="w", now=START, lease_s=60)


def _ends(job: Job) -> list[Job]:
    working = _working(job)
    return [
        working.done(owner="w", now=_after(1), result_entry_id="r", progress=None),
        working.failed(owner="w", now=_after(1), sentence="It is broken."),
        working.cancelled(_after(1)),
        job.cancelled(_after(1)),
    ]


def _begun(webhook: Webhook, now: datetime) -> tuple[Webhook, Notification]:
    begun = webhook.begun(now, lease_s=60)
    assert begun.notification is not None
    return begun, begun.notification


def test_every_end_is_announced_under_an_id_of_its_run() -> None:
    job = _job()
    for ended in _ends(job):
        expected = Notification(
            derived_id(job.id, "end", "1", ended.status), f"job.{ended.status}", _after(1), _after(1)
        )
        assert ended.webhook is not None
        assert ended.webhook.notification == expected
    assert [str(ended.status) for ended in _ends(job)] == ["done", "error", "cancelled", "cancelled"]


def test_an_upload_that_never_came_is_an_end() -> None:
    waiting = replace(_job(), input_entry_id=None, upload=object())  # type: ignore[arg-type]  # only whether there is one
    webhook = waiting.upload_failed("It did not arrive.", _after(1)).webhook
    assert webhook is not None
    assert webhook.notification is not None
    assert webhook.notification.event == "job.error"


def test_a_result_of_the_clients_own_after_an_error_is_another_end() -> None:
    failed = _ends(_job())[1]
    done = failed.with_client_result(failed.client_result_entry_id, _after(2))
    assert failed.webhook is not None
    assert failed.webhook.notification is not None
    assert done.webhook is not None
    assert done.webhook.notification is not None
    assert (done.webhook.notification.event, done.webhook.notification.attempts) == ("job.done", 0)
    assert done.webhook.notification.id != failed.webhook.notification.id


def test_nobody_is_told_who_did_not_ask() -> None:
    assert [ended.webhook for ended in _ends(_job(None))] == [None] * 4


def test_what_is_no_end_is_not_announced() -> None:
    working = _working(_job())
    renewed = working.renewed(owner="w", now=_after(1), lease_s=60, progress=None)
    for job in (working, renewed, renewed.released(owner="w", now=_after(2))):
        assert job.webhook == _HOOK


def test_a_change_after_the_end_announces_nothing_anew() -> None:
    ended = _ends(_job())[0]
    assert ended.renamed(JobName.MULTIFACE, _after(9)).webhook == ended.webhook


def test_a_requeue_withdraws_what_was_not_told_and_keeps_the_record() -> None:
    ended = _ends(_job())[0]
    assert ended.webhook is not None
    begun, attempt = _begun(ended.webhook, _after(1))
    failed = begun.attempted(attempt, _BAD, _after(2))
    again = ended.with_webhook(failed).requeued(_after(3))
    assert again.webhook == replace(_HOOK, deliveries=failed.deliveries)
    second = again.cancelled(_after(4)).webhook
    assert second is not None
    assert second.notification is not None
    assert second.notification.id != attempt.id


def test_attempts_are_made_with_growing_pauses_and_then_no_more() -> None:
    webhook, now = _HOOK.announced("n", "job.done", START), START
    for number, pause_s in enumerate((*RETRIED_AFTER_S, None), start=1):
        begun, attempt = _begun(webhook, now)
        assert attempt.attempts == number
        webhook = begun.attempted(attempt, _BAD, now)
        assert webhook.deliveries[-1].attempt == number
        if pause_s is not None:
            due_at = now + timedelta(seconds=pause_s)
            assert webhook.next_at == due_at
            with pytest.raises(NotDue):
                webhook.begun(due_at - timedelta(milliseconds=1), lease_s=60)
            now = due_at
    assert webhook.next_at is None
    with pytest.raises(NotDue):
        webhook.begun(now + timedelta(days=30), lease_s=60)


@pytest.mark.parametrize("status_code", [200, 202, 204, 299])
def test_a_success_is_the_end_of_it(status_code: int) -> None:
    begun, attempt = _begun(_HOOK.announced("n", "job.done", START), START)
    told = begun.attempted(attempt, Outcome(status_code), _after(1))
    assert told.next_at is None
    with pytest.raises(NotDue):
        told.begun(_after(10**6), lease_s=60)


@pytest.mark.parametrize("outcome", [Outcome(199), Outcome(302), Outcome(404), Outcome(error="timeout")])
def test_all_else_is_tried_again(outcome: Outcome) -> None:
    begun, attempt = _begun(_HOOK.announced("n", "job.done", START), START)
    assert begun.attempted(attempt, outcome, _after(1)).next_at == _after(1 + RETRIED_AFTER_S[0])


def test_one_attempt_at_a_time_until_it_counts_as_dead() -> None:
    begun, first = _begun(_HOOK.announced("n", "job.done", START), START)
    with pytest.raises(NotDue):
        begun.begun(_after(59.9), lease_s=60)
    taken_over, second = _begun(begun, _after(60))
    assert [(delivery.attempt, delivery.error) for delivery in taken_over.deliveries] == [(1, INTERRUPTED)]
    assert taken_over.attempted(first, Outcome(200), _after(61)) is taken_over
    assert taken_over.attempted(second, Outcome(200), _after(61)).next_at is None


def test_the_last_attempt_may_die_too() -> None:
    webhook, now = _HOOK.announced("n", "job.done", START), START
    for _ in range(MAX_ATTEMPTS):
        webhook = webhook.begun(now, lease_s=60)
        now += timedelta(seconds=60)
    given_up = webhook.begun(now, lease_s=60)
    assert given_up.notification is not None
    assert (given_up.next_at, given_up.notification.is_sending) == (None, False)
    assert [delivery.attempt for delivery in given_up.deliveries] == list(range(1, MAX_ATTEMPTS + 1))


def test_the_record_is_bounded() -> None:
    webhook, now = _HOOK, START
    for number in range(2 * MAX_DELIVERIES_SHOWN):
        begun, attempt = _begun(webhook.announced(str(number), "job.done", now), now)
        webhook = begun.attempted(attempt, Outcome(200), now)
    shown = [str(number) for number in range(MAX_DELIVERIES_SHOWN, 2 * MAX_DELIVERIES_SHOWN)]
    assert [delivery.id for delivery in webhook.deliveries] == shown


@given(st.text(), st.text(max_size=200))
def test_a_receiver_can_check_the_signature(job_url: str, error: str) -> None:
    secret = new_secret()
    notification = Notification("n", "job.error", START, START)
    body = notification_body(
        notification, job_id="j", job_url=job_url, status=JobStatus.ERROR, error=error.replace("\ud800", "")
    )
    header = signature(secret, body, START)
    fields = dict(part.split("=", 1) for part in header.split(","))
    expected = hmac.new(secret.encode(), fields["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(expected, fields["v1"])
    assert int(fields["t"]) == int(START.timestamp())
    document = json.loads(body)
    assert document["job"] == {"id": "j", "self": job_url, "status": "error", "error": error.replace("\ud800", "")}
    assert (document["event"], document["time"]) == ("job.error", "2026-01-31T09:30:00.250Z")


def test_secrets_differ_and_do_not_show() -> None:
    secret = WebhookSecret("account", new_secret(), START)
    assert secret.secret != new_secret()
    assert secret.secret not in repr(secret)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "https://127.0.0.1/hook",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/",
        "https://[::1]/",
        "https://localhost/",
        "https://2130706433/",
        "https://user:word@example.org/",
        "https://example.org:8443/",
        "ftp://example.org/",
        "nonsense",
        "https://example.org/" + "x" * 3000,
    ],
)
def test_only_https_to_the_public_internet(url: str) -> None:
    with pytest.raises(Invalid, match="callback_url"):
        make_webhook(url, "https://api.example.org/jobs")


def test_no_url_is_no_webhook() -> None:
    assert make_webhook(None, "jobs") is None
    assert make_webhook("", "jobs") is None
    assert make_webhook("https://example.org", "jobs") == Webhook("https://example.org/", "jobs")
