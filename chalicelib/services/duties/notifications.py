"""Telling clients that their jobs have ended: one attempt at a time, again and again until it is taken or given up."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from chalicelib.domain.jobs import Job
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.domain.webhooks import Notification, Webhook, notification_body, notification_headers
from chalicelib.errors import NotDue, NotFound
from chalicelib.services.changes import Transition, change_job
from chalicelib.services.ports import Clock, JobQueue, JobStore, ReminderStore, WebhookSender
from chalicelib.services.webhook_secrets import WebhookSecrets

LEASE_S = 60.0
"""After this long an attempt counts as dead; a `WebhookSender` gives up long before."""

_WATCHED_EVERY_S = 300.0

_log = logging.getLogger(__name__)


@contextmanager
def announced(job: Job, reminders: ReminderStore, queue: JobQueue, clock: Clock) -> Iterator[None]:
    """Observes the end of a job. If a notification is to be sent, sets a reminder before the end is stored, so that the
    sweeper finds it if a process dies afterwards, and sends a message after it, so that the notification does not wait
    for the sweeper.
    """
    if job.webhook is None or job.webhook.notification is None:
        yield
        return
    reminders.set(Reminder(job.account_id, Duty.NOTIFICATION, job.id, clock() + timedelta(seconds=LEASE_S)))
    yield
    try:
        queue.send(job.message)
    except Exception:  # noqa: BLE001  # the job has ended all the same, and the reminder stands
        _log.exception("the notification of job %s will be late", job.id)


class Notifications:
    """Sends notifications. An attempt begins with a conditional write, so there are never two at the same time.

    Of the rows of accounts it changes webhooks and the times of reminders only: a deployment allows it no more.
    """

    def __init__(
        self,
        *,
        jobs: JobStore,
        secrets: WebhookSecrets,
        reminders: ReminderStore,
        sender: WebhookSender,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._secrets = secrets
        self._reminders = reminders
        self._sender = sender
        self._clock = clock

    def send(self, account_id: str, job_id: str) -> None:
        """Makes the attempt that is due, if any, and stores its outcome. May be repeated."""
        try:
            job = self._change(account_id, job_id, self._begun)
        except (NotDue, NotFound):
            return
        webhook = job.webhook
        if webhook is None or webhook.notification is None or not webhook.notification.is_sending:
            return  # the last attempt has died
        self._attempt(job, webhook, webhook.notification)

    def _begun(self, job: Job) -> Job:
        if job.webhook is None:
            raise NotDue("there is no notification")
        return job.with_webhook(job.webhook.begun(self._clock(), lease_s=LEASE_S))

    def _attempt(self, job: Job, webhook: Webhook, notification: Notification) -> None:
        body = notification_body(
            notification,
            job_id=job.id,
            job_url=f"{webhook.jobs_url}/{job.id}",
            status=job.status,
            error=job.error,
        )
        secret = self._secrets.get(job.account_id).secret
        headers = notification_headers(notification, secret, body, self._clock())
        outcome = self._sender.send(webhook.url, headers, body)

        def transition(current: Job) -> Job:
            if current.webhook is None:
                return current
            after = current.webhook.attempted(notification, outcome, self._clock())
            return current if after is current.webhook else current.with_webhook(after)

        try:
            job = self._change(job.account_id, job.id, transition)
        except NotFound:
            return
        if job.webhook is not None and job.webhook.next_at is not None:
            self._reminders.move(Reminder(job.account_id, Duty.NOTIFICATION, job.id, job.webhook.next_at))

    def _change(self, account_id: str, job_id: str, transition: Transition) -> Job:
        return change_job(self._jobs, account_id, job_id, transition, only=("webhook",))


class NotificationDuty:
    """The duty `NOTIFICATION`: notifications that are due are sent through the queue, so that slow receivers do not
    delay others."""

    def __init__(self, jobs: JobStore, queue: JobQueue, clock: Clock) -> None:
        self._jobs = jobs
        self._queue = queue
        self._clock = clock

    def perform(self, reminder: Reminder) -> datetime | None:
        """Remains until the notification has been delivered or dropped."""
        try:
            job = self._jobs.get(reminder.account_id, reminder.subject_id)
        except NotFound:
            return None
        if job.webhook is None:
            return None
        now = self._clock()
        if not job.status.is_over:  # the process that set the reminder died before the end, or the job runs again
            return now + timedelta(seconds=_WATCHED_EVERY_S)
        next_at = job.webhook.next_at
        if next_at is None or next_at > now:
            return next_at
        self._queue.send(job.message)
        return now + timedelta(seconds=LEASE_S)
