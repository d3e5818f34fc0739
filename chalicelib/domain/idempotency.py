"""Requests that may be repeated: what a client's idempotency key stands for, and for how long."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.errors import Invalid

KEPT_S = 24 * 3600
# Longer than a Lambda behind API Gateway can run (29 s): who holds a key longer than this has died.
LEASE_S = 60
# A row holds 400 KB; JSON as the API writes it is ASCII, a byte a character.
MAX_BODY_CHARACTERS = 300_000

_KEY = re.compile(r"[ -~]{1,255}")


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A stored response. `body` is None if it is not kept: too long, secret, or deleted with the job or entry
    `subject_id` that it describes."""

    status: int
    location: str | None
    body: str | None
    subject_id: str | None = None


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request under a key of its account's. `answer` is None as long as it is being processed.

    `key` is the SHA-256 of the client's key, which may be the name of a file.
    `fingerprint` tells one request from another, `owner` one processing of it from another. `expires_at` is in whole
    seconds since 1970, as DynamoDB wants the time at which it may drop a row.
    """

    account_id: str
    key: str
    fingerprint: str
    owner: str
    leased_until: datetime
    expires_at: int
    answer: KeptAnswer | None = None

    def is_over(self, now: datetime) -> bool:
        """Returns True if the key is free again: it has expired, or the process that held it has died."""
        if self.expires_at <= now.timestamp():
            return True
        return self.answer is None and self.leased_until <= now

    def answered(self, answer: KeptAnswer, kept_until: datetime | None = None) -> "KeyedRequest":
        """Stores the response `answer` for the key, until `kept_until` if that is earlier."""
        if answer.body is not None and len(answer.body) > MAX_BODY_CHARACTERS:
            answer = replace(answer, body=None)
        if kept_until is None:
            return replace(self, answer=answer)
        return replace(self, answer=answer, expires_at=min(self.expires_at, int(kept_until.timestamp())))

    def given_up(self, now: datetime) -> "KeyedRequest":
        """The request came to nothing: its key is free at once."""
        return replace(self, leased_until=now)


def new_keyed_request(account_id: str, key: str, fingerprint: str, *, owner: str, now: datetime) -> KeyedRequest:
    """A request that begins now. Raises `Invalid` for a key that is not 1 to 255 printable ASCII characters."""
    if not _KEY.fullmatch(key):
        raise Invalid("The Idempotency-Key must have 1 to 255 printable ASCII characters; use a UUID, for example.")
    return KeyedRequest(
        account_id=account_id,
        key=hashlib.sha256(key.encode()).hexdigest(),
        fingerprint=fingerprint,
        owner=owner,
        leased_until=now + timedelta(seconds=LEASE_S),
        expires_at=int(now.timestamp()) + KEPT_S,
    )
