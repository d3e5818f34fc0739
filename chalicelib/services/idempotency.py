"""One answer per idempotency key, however often the request comes."""

import logging
import secrets
from datetime import datetime

from chalicelib.domain.accounts import Caller
from chalicelib.domain.idempotency import KeptAnswer, KeyedRequest, new_keyed_request
from chalicelib.errors import Conflict, MienError
from chalicelib.services.ports import Clock, KeyedRequestStore

_RETRY_AFTER_S = 2

_log = logging.getLogger(__name__)


class Idempotency:
    """Lets one processing of a request through per key and account, and remembers what came of it."""

    def __init__(self, requests: KeyedRequestStore, clock: Clock) -> None:
        self._requests = requests
        self._clock = clock

    def begin(self, caller: Caller, key: str, fingerprint: str) -> KeyedRequest | KeptAnswer:
        """Claims the key and returns the request, which the caller must `finish` or `release`; or returns the stored
        response.

        Raises `Invalid` for an invalid key, `Conflict` if the key was used for another request, if the same request is
        being processed (with `retry_after_s`), or if its response is not stored.
        """
        now = self._clock()
        request = new_keyed_request(caller.account_id, key, fingerprint, owner=secrets.token_hex(16), now=now)
        holder = self._requests.claim(request, now)
        return request if holder is None else _answer_of(holder, fingerprint)

    def finish(self, request: KeyedRequest, answer: KeptAnswer, kept_until: datetime | None = None) -> None:
        """Keeps the answer, at most until `kept_until`. A failure is logged only: the request itself succeeded, and its
        client is to hear so."""
        self._save(request.answered(answer, kept_until))

    def release(self, request: KeyedRequest) -> None:
        """Frees the key of a request that came to nothing. A failure is logged only: the lease ends soon anyway."""
        self._save(request.given_up(self._clock()))

    def _save(self, request: KeyedRequest) -> None:
        try:
            self._requests.save(request)
        except MienError:
            _log.exception("the outcome of a request with an idempotency key is not kept")


def _answer_of(holder: KeyedRequest, fingerprint: str) -> KeptAnswer:
    if holder.fingerprint != fingerprint:
        raise Conflict("This Idempotency-Key was used for another request; use a new key for each new request.")
    if holder.answer is None:
        raise Conflict(
            "The first request with this Idempotency-Key is still being processed; try again shortly.",
            retry_after_s=_RETRY_AFTER_S,
        )
    if holder.answer.body is None:
        raise Conflict(
            "This request was already processed, but its response is not stored; "
            f"see {holder.answer.location or 'the resource itself'}."
        )
    return holder.answer
