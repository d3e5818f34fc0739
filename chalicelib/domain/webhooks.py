"""Webhooks: notifications of a job's end to a client's URL.

The end of a job and its pending notification are one write of the job's row. Every attempt is written there too: it is
recorded before anything is sent, and no other attempt begins until it has ended or timed out.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.domain.intake.input_urls import parse_input_url
from chalicelib.domain.times import format_time
from chalicelib.errors import NotDue

RETRIED_AFTER_S = (10.0, 60.0, 300.0, 1800.0, 7200.0)
"""How long after each failed attempt the next one is due; after the last of these the notification is given up."""
MAX_ATTEMPTS = len(RETRIED_AFTER_S) + 1
MAX_DELIVERIES_SHOWN = 10
DELIVERY_HEADER = "X-Mien-Delivery"
SIGNATURE_HEADER = "X-Mien-Signature"
USER_AGENT = "Mien-Webhooks/1"
INTERRUPTED = "interrupted"
"""The outcome of an attempt whose process died; the receiver may have got it or not."""

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of an attempt: the receiver's status code, or a word for why there is none."""

    status_code: int | None = None
    error: str | None = None

    @property
    def is_success(self) -> bool:
        """Returns True if the receiver has accepted it."""
        return self.status_code is not None and 200 <= self.status_code < 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """An attempt that is over. `id` is the notification's: the same for all attempts at it."""

    id: str
    event: str
    attempt: int
    time: datetime
    status_code: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """The notification of one end of a job.

    `due_at` is the time of the next attempt, None if there is none. During an attempt (`is_sending`) it is the time at
    which the attempt counts as failed. `attempts` counts the attempts that were begun.
    """

    id: str
    event: str
    ended: datetime
    due_at: datetime | None
    attempts: int = 0
    is_sending: bool = False


@dataclass(frozen=True, slots=True)
class Webhook:
    """The callback URL of a job and the state of its notifications. The job's own URL is `jobs_url`, a slash and its
    id."""

    url: str
    jobs_url: str
    notification: Notification | None = None
    deliveries: tuple[Delivery, ...] = ()

    @property
    def next_at(self) -> datetime | None:
        """Returns the time of the next action on the notification; None if there is none."""
        return None if self.notification is None else self.notification.due_at

    def announced(self, notification_id: str, event: str, now: datetime) -> "Webhook":
        """Announces the end of the job: its notification is due at once."""
        return replace(self, notification=Notification(notification_id, event, now, now))

    def withdrawn(self) -> "Webhook":
        """Withdraws the notification because the job runs again."""
        return self if self.notification is None else replace(self, notification=None)

    def begun(self, now: datetime, *, lease_s: float) -> "Webhook":
        """An attempt begins, unless the last one died and was the last one. Raises `NotDue`."""
        due = self.notification
        if due is None or due.due_at is None or due.due_at > now:
            raise NotDue("there is nothing to send now")
        shown = self._with_delivery(due, Outcome(error=INTERRUPTED), now) if due.is_sending else self
        if due.attempts >= MAX_ATTEMPTS:
            return replace(shown, notification=replace(due, due_at=None, is_sending=False))
        due_at = now + timedelta(seconds=lease_s)
        return replace(shown, notification=replace(due, due_at=due_at, attempts=due.attempts + 1, is_sending=True))

    def attempted(self, begun: Notification, outcome: Outcome, now: datetime) -> "Webhook":
        """Ends the attempt `begun`. Unchanged if it has timed out already or was withdrawn."""
        now_there = self.notification
        if now_there is None or not now_there.is_sending:
            return self
        if (now_there.id, now_there.attempts) != (begun.id, begun.attempts):
            return self
        due_at = None
        if not outcome.is_success and begun.attempts < MAX_ATTEMPTS:
            due_at = now + timedelta(seconds=RETRIED_AFTER_S[begun.attempts - 1])
        shown = self._with_delivery(begun, outcome, now)
        return replace(shown, notification=replace(begun, due_at=due_at, is_sending=False))

    def _with_delivery(self, notification: Notification, outcome: Outcome, now: datetime) -> "Webhook":
        delivery = Delivery(
            id=notification.id,
            event=notification.event,
            attempt=notification.attempts,
            time=now,
            status_code=outcome.status_code,
            error=outcome.error,
        )
        return replace(self, deliveries=(*self.deliveries, delivery)[-MAX_DELIVERIES_SHOWN:])


def make_webhook(callback_url: str | None, jobs_url: str) -> Webhook | None:
    """None without a URL. Raises `Invalid` for one that nothing can be sent to."""
    if not callback_url:
        return None
    return Webhook(str(parse_input_url(callback_url, field="callback_url")), jobs_url)


@dataclass(frozen=True, slots=True)
class WebhookSecret:
    """The secret that signs an account's notifications. `version` counts the writes."""

    account_id: str
    secret: str = field(repr=False)
    created: datetime
    version: int = 1


def new_secret() -> str:
    """Returns a random secret; its characters are the key of the HMAC."""
    return f"whsec_{secrets.token_hex(_SECRET_BYTES)}"


def notification_body(
    notification: Notification, *, job_id: str, job_url: str, status: str, error: str | None
) -> bytes:
    """The JSON that is sent: the same bytes at every attempt."""
    job = {"id": job_id, "self": job_url, "status": status, "error": error}
    document = {"event": notification.event, "time": format_time(notification.ended), "job": job}
    return json.dumps(document, separators=(",", ":")).encode()


def notification_headers(notification: Notification, secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """Returns the headers of `body`, which is signed again at every attempt."""
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        DELIVERY_HEADER: notification.id,
        SIGNATURE_HEADER: signature(secret, body, now),
    }


def signature(secret: str, body: bytes, now: datetime) -> str:
    """`t=<seconds since 1970>,v1=<HMAC-SHA256 of "t.body" in hex>`."""
    seconds = str(int(now.timestamp()))
    digest = hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"
