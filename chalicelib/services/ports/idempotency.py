"""Requests with an idempotency key."""

from datetime import datetime
from typing import Protocol

from chalicelib.domain.idempotency import KeyedRequest


class KeyedRequestStore(Protocol):
    """Requests by account and idempotency key."""

    def claim(self, request: KeyedRequest, now: datetime) -> KeyedRequest | None:
        """Writes the row where its key is free or `is_over`, and returns None; else returns what has the key.

        Of several claims at the same time, one wins.
        """

    def save(self, request: KeyedRequest) -> None:
        """Replaces the row of the same owner. Raises `StaleWrite` where the key has another owner or none."""
