"""Requests with an idempotency key."""

from datetime import datetime
from typing import Protocol

from chalicelib.domain.idempotency import KeyedRequest


class KeyedRequestStore(Protocol):
    """Requests by account and idempotency key."""

    def claim(self, request: KeyedRequest, now: datetime) -> KeyedRequest | None:
        """Writes the row if its key is free or `is_over`, and returns None; else returns the request that has the key.

        Of several concurrent claims, one succeeds.
        """

    def save(self, request: KeyedRequest) -> None:
        """Replaces the row of the same owner. Raises `StaleWrite` if the key has another owner or none."""

    def delete_responses(self, account_id: str, subject_id: str) -> None:
        """Removes the bodies of all responses about a job or an entry. Their keys remain taken."""
