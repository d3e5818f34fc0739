"""Simulated time."""

import heapq
from collections.abc import Callable
from itertools import count

Action = Callable[[], None]


class Agenda:
    """Scheduled actions. Actions at the same time run in the order in which they were added."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, Action]] = []
        self._order = count()
        self.now_s = 0.0

    def after(self, delay_s: float, action: Action) -> None:
        """Adds an action `delay_s` from now. Raises ValueError for the past."""
        if delay_s < 0:
            raise ValueError("nothing can happen before now")
        heapq.heappush(self._entries, (self.now_s + delay_s, next(self._order), action))

    def run(self) -> None:
        """Lets everything happen, and what comes of it, until nothing is left."""
        while self._entries:
            self.now_s, _, action = heapq.heappop(self._entries)
            action()
