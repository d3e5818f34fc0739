"""Requests with an idempotency key."""

import threading
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.idempotency import KeyedRequest
from chalicelib.errors import StaleWrite
from tests.fakes.kept import as_kept


class FakeKeyedRequests:
    """The port `KeyedRequestStore`."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], KeyedRequest] = {}
        self._lock = threading.Lock()

    def claim(self, request: KeyedRequest, now: datetime) -> KeyedRequest | None:
        with self._lock:
            holder = self._rows.get((request.account_id, request.key))
            if holder is not None and not holder.is_over(as_kept(now)):
                return None if holder.owner == request.owner else holder
            self._rows[request.account_id, request.key] = as_kept(request)
            return None

    def save(self, request: KeyedRequest) -> None:
        with self._lock:
            holder = self._rows.get((request.account_id, request.key))
            if holder is None or holder.owner != request.owner:
                raise StaleWrite("the key was taken by another request")
            self._rows[request.account_id, request.key] = as_kept(request)

    def delete_responses(self, account_id: str, subject_id: str) -> None:
        with self._lock:
            for place, row in self._rows.items():
                if place[0] == account_id and row.answer is not None and row.answer.subject_id == subject_id:
                    self._rows[place] = replace(row, answer=replace(row.answer, body=None))
