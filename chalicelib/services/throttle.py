"""A limit to how fast one user may call, counted in this process."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from chalicelib.domain.accounts import Caller
from chalicelib.errors import TooManyRequests

MAX_USERS = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_s: float


class Throttle:
    """One token bucket per user: `burst` requests at once, `per_minute` in the long run; 0 means no limit.

    It costs no write, and so each process counts for itself. The users that were seen last are remembered, as many
    as `max_users`. `monotonic` gives seconds from any beginning. May be shared by threads.
    """

    def __init__(
        self,
        *,
        per_minute: int,
        burst: int,
        monotonic: Callable[[], float] = time.monotonic,
        max_users: int = MAX_USERS,
    ) -> None:
        self._per_second = per_minute / 60
        self._burst = max(1, burst)
        self._monotonic = monotonic
        self._max_users = max_users
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = Lock()

    def check(self, caller: Caller) -> None:
        """Counts a request. Raises `TooManyRequests` with the seconds until the next one is due."""
        if self._per_second <= 0:
            return
        with self._lock:
            bucket = self._filled_bucket(caller.email)
            if bucket.tokens < 1:
                wait_s = max(1, math.ceil((1 - bucket.tokens) / self._per_second))
                raise TooManyRequests("Too many requests; slow down and try again.", retry_after_s=wait_s)
            bucket.tokens -= 1

    def __len__(self) -> int:
        """Returns the number of users that are remembered."""
        return len(self._buckets)

    def _filled_bucket(self, user: str) -> _Bucket:
        now_s = self._monotonic()
        bucket = self._buckets.pop(user, None) or _Bucket(self._burst, now_s)
        self._buckets[user] = bucket
        bucket.tokens = min(self._burst, bucket.tokens + (now_s - bucket.filled_s) * self._per_second)
        bucket.filled_s = now_s
        if len(self._buckets) > self._max_users:
            self._buckets.popitem(last=False)
        return bucket
