"""Ends of jobs are announced, once or again, whatever dies in between."""

import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from chalicelib.domain.ids import new_id
from chalicelib.domain.intake.announced_files import AnnouncedFile
from chalicelib.domain.jobs import Job, JobMessage
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.webhooks import MAX_ATTEMPTS, RETRIED_AFTER_S, Outcome, Webhook
from chalicelib.errors import NotFound
from chalicelib.services.duties.notifications import LEASE_S, announced
from tests.fakes import FakeQueue
from tests.services.conftest import ADA, EVE, World, an_upload

URL = "https://receiver.example.org/hook"


class _Death(BaseException):
    """A process ends here."""


class _DeadQueue(FakeQueue):
    def send(self, message: JobMessage) -> None:
        raise ConnectionError("the queue is gone")


def _job(world: World, url: str | None = URL) -> Job:
    webhook = None if url is None else Webhook(url, "https://api.example.org/jobs")
    return world.jobs.create(ADA, NewJob(JobName.NO_OP, webhook=webhook), an_upload())


def _cancel(world: World, job: Job) -> Job:
    return world.jobs.update(ADA, job.id, name=None, status="cancelled")


def _pump(world: World) -> None:
    """Checks what Lambda does with the queue of deliveries."""
    waiting, world.deliveries.sent = world.deliveries.sent, []
    for message in waiting:
        world.notifications.send(message.account_id, message.job_id)


def _webhook(world: World, job: Job) -> Webhook:
    webhook = world.jobs.get(ADA, job.id).webhook
    assert webhook is not None
    return webhook


def _shown(world: World, job: Job) -> list[tuple[int, int | None, str | None]]:
    deliveries = _webhook(world, job).deliveries
    return [(delivery.attempt, delivery.status_code, delivery.error) for delivery in deliveries]


def test_an_end_is_told_at_once_signed_and_shown(world: World) -> None:
    job = _job(world)
    world.clock.advance(1)
    ended = _cancel(world, job)
    _pump(world)
    (sent,) = world.webhooks.sent
    assert sent.url == URL
    assert json.loads(sent.body) == {
        "event": "job.cancelled",
        "time": "2026-01-31T09:30:01.250Z",
        "job": {
            "id": job.id,
            "self": f"https://api.example.org/jobs/{job.id}",
            "status": "cancelled",
            "error": None,
        },
    }
    moment, digest = (part.partition("=")[2] for part in sent.headers["X-Mien-Signature"].split(","))
    key = world.secrets.get(ADA.account_id).secret.encode()
    assert hmac.compare_digest(hmac.new(key, moment.encode() + b"." + sent.body, hashlib.sha256).hexdigest(), digest)
    assert sent.headers["User-Agent"].startswith("Mien")
    assert _shown(world, job) == [(1, 204, None)]
    assert world.jobs.get(ADA, job.id).updated == ended.updated


def test_a_worker_that_ends_a_job_has_it_told(world: World) -> None:
    runs = world.runs("worker")
    for sentence in (None, "It is broken."):
        job = runs.claim(_job(world).message)
        if sentence is None:
            runs.finish(job, result_entry_id=job.run_result_entry_id, progress=None)
        else:
            runs.fail(job, sentence)
        _pump(world)
    bodies = [json.loads(sent.body) for sent in world.webhooks.sent]
    assert [body["event"] for body in bodies] == ["job.done", "job.error"]
    assert [body["job"]["error"] for body in bodies] == [None, "It is broken."]


def test_nothing_is_sent_or_written_for_whoever_did_not_ask(world: World) -> None:
    _cancel(world, _job(world, None))
    world.clock.advance(LEASE_S)
    assert world.deliveries.sent == []
    assert world.sweeper.sweep() == 0


def test_failures_are_retried_with_growing_pauses_under_one_id_until_given_up(world: World) -> None:
    world.webhooks.outcomes = [Outcome(status_code=500), Outcome(error="timeout"), Outcome(status_code=302)]
    job = _job(world)
    _cancel(world, job)
    _pump(world)
    for number, pause_s in enumerate(RETRIED_AFTER_S, start=1):
        world.clock.advance(pause_s - 0.001)
        world.sweeper.sweep()
        _pump(world)
        assert len(world.webhooks.sent) == number
        world.clock.advance(max(LEASE_S, 0.001))  # the sweeper looks again in its own time
        world.sweeper.sweep()
        _pump(world)
        assert len(world.webhooks.sent) == number + 1
    for _ in range(3):
        world.clock.advance(86_400)
        world.sweeper.sweep()
        _pump(world)
    assert len(world.webhooks.sent) == MAX_ATTEMPTS
    assert len({sent.headers["X-Mien-Delivery"] for sent in world.webhooks.sent}) == 1
    assert len({sent.body for sent in world.webhooks.sent}) == 1
    assert len({sent.headers["X-Mien-Signature"] for sent in world.webhooks.sent}) == MAX_ATTEMPTS
    assert _shown(world, job)[:3] == [(1, 500, None), (2, None, "timeout"), (3, 302, None)]
    assert world.sweeper.sweep() == 0


def test_a_message_that_is_lost_is_made_up_for(world: World) -> None:
    job = _job(world)
    _cancel(world, job)
    world.deliveries.sent.clear()
    world.clock.advance(LEASE_S)
    world.sweeper.sweep()
    _pump(world)
    assert _shown(world, job) == [(1, 204, None)]
    world.clock.advance(LEASE_S)
    world.sweeper.sweep()
    assert world.sweeper.sweep() == 0


def test_a_queue_that_fails_does_not_fail_the_end(world: World) -> None:
    job = _job(world)
    stored = world.jobs.get(ADA, job.id)
    ended = stored.cancelled(world.clock())
    with announced(ended, world.reminders, _DeadQueue(), world.clock):
        world.job_rows.save(replace(ended, version=stored.version + 1))
    world.clock.advance(LEASE_S)
    world.sweeper.sweep()
    _pump(world)
    assert _shown(world, job) == [(1, 204, None)]


def test_a_process_that_dies_before_the_end_leaves_a_reminder_that_waits_for_it(world: World) -> None:
    job = _job(world)
    ended = world.jobs.get(ADA, job.id).cancelled(world.clock())
    with pytest.raises(_Death), announced(ended, world.reminders, world.deliveries, world.clock):
        raise _Death
    world.clock.advance(LEASE_S)
    assert world.sweeper.sweep() == 1
    world.clock.advance(3600)
    _cancel(world, job)
    world.deliveries.sent.clear()
    world.clock.advance(LEASE_S)
    assert world.sweeper.sweep() == 1
    _pump(world)
    assert _shown(world, job) == [(1, 204, None)]


def test_a_process_that_dies_while_sending_is_followed_by_another_after_its_lease(world: World) -> None:
    def die() -> None:
        raise _Death

    job = _job(world)
    _cancel(world, job)
    world.webhooks.while_sending = die
    with pytest.raises(_Death):
        _pump(world)
    world.webhooks.while_sending = lambda: None
    world.notifications.send(ADA.account_id, job.id)
    assert len(world.webhooks.sent) == 1  # the lease still stands
    world.clock.advance(LEASE_S)
    world.sweeper.sweep()
    _pump(world)
    assert _shown(world, job) == [(1, None, "interrupted"), (2, 204, None)]
    first, second = world.webhooks.sent
    assert first.headers["X-Mien-Delivery"] == second.headers["X-Mien-Delivery"]


def test_two_at_the_same_time_send_once(world: World) -> None:
    job = _job(world)
    _cancel(world, job)
    world.webhooks.while_sending = lambda: world.notifications.send(ADA.account_id, job.id)
    _pump(world)
    _pump(world)
    world.notifications.send(ADA.account_id, job.id)
    assert len(world.webhooks.sent) == 1
    assert _shown(world, job) == [(1, 204, None)]


def test_a_requeue_while_an_attempt_is_under_way_is_not_undone(world: World) -> None:
    job = _job(world)
    _cancel(world, job)
    world.webhooks.while_sending = lambda: world.jobs.requeue(ADA, job.id)
    _pump(world)
    assert _webhook(world, job).notification is None
    world.webhooks.while_sending = lambda: None
    _cancel(world, job)
    _pump(world)
    first, second = world.webhooks.sent
    assert first.headers["X-Mien-Delivery"] != second.headers["X-Mien-Delivery"]


def test_messages_for_what_is_not_there_are_consumed(world: World) -> None:
    world.notifications.send(ADA.account_id, new_id(world.clock()))
    job = _job(world)
    world.notifications.send(ADA.account_id, job.id)
    world.notifications.send(EVE.account_id, job.id)
    assert world.webhooks.sent == []


def test_an_upload_that_expires_is_told(world: World) -> None:
    job, _target = world.job_uploads.create(
        ADA, NewJob(JobName.NO_OP, webhook=Webhook(URL, "jobs")), AnnouncedFile("clip.mp4", "video/mp4", 3)
    )
    world.clock.advance(3600)
    world.sweeper.sweep()
    _pump(world)
    (sent,) = world.webhooks.sent
    assert json.loads(sent.body)["job"]["id"] == job.id
    assert json.loads(sent.body)["event"] == "job.error"


def test_accounts_have_secrets_of_their_own_that_can_be_changed(world: World) -> None:
    first = world.secrets.get(ADA.account_id)
    assert world.secrets.get(ADA.account_id) == first
    assert world.secrets.get(EVE.account_id).secret != first.secret
    rotated = world.secrets.rotate(ADA.account_id)
    assert rotated.secret != first.secret
    assert world.secrets.get(ADA.account_id).secret == rotated.secret


def test_a_job_that_expires_before_it_has_run_is_told_before_it_goes(world: World) -> None:
    webhook = Webhook(URL, "jobs")
    job = world.jobs.create(ADA, NewJob(JobName.NO_OP, expires_in_s=3600, webhook=webhook), an_upload())
    world.clock.advance(3600)
    world.sweeper.sweep()
    _pump(world)
    (sent,) = world.webhooks.sent
    assert json.loads(sent.body)["job"]["status"] == "cancelled"
    for _ in range(3):
        world.clock.advance(300)
        world.sweeper.sweep()
    with pytest.raises(NotFound):
        world.jobs.get(ADA, job.id)
    _pump(world)
    assert len(world.webhooks.sent) == 1
