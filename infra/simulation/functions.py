"""The worker function behind its queue, as Lambda scales it with the event source mapping of a standard queue
(https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html)."""

from collections import deque
from collections.abc import Callable

from infra.simulation.agenda import Action, Agenda
from infra.simulation.plan import Functions

_STEP_S = 1.0


class FunctionPool:
    """Serves work in the order of its arrival, as much at once as has grown by then."""

    def __init__(self, agenda: Agenda, functions: Functions) -> None:
        self._agenda = agenda
        self._functions = functions
        self._waiting: deque[tuple[float, float, Action]] = deque()
        self._allowed = float(min(functions.first, functions.maximum))
        self._grows = False
        self._running = 0
        self.peak = 0
        self.most_waiting = 0
        self.busy_s = 0.0
        self.waits_s: list[float] = []

    def do(self, duration_s: float, then: Action) -> None:
        """Queues work of `duration_s` seconds; `then` happens at its end."""
        self._waiting.append((self._agenda.now_s, duration_s, then))
        self._begin()

    def _begin(self) -> None:
        while self._waiting and self._running < int(self._allowed):
            arrived_s, duration_s, then = self._waiting.popleft()
            self.waits_s.append(self._agenda.now_s - arrived_s)
            self._running += 1
            self.peak = max(self.peak, self._running)
            self.busy_s += duration_s
            self._agenda.after(duration_s, self._ending(then))
        self.most_waiting = max(self.most_waiting, len(self._waiting))
        if self._waiting and not self._grows and self._allowed < self._functions.maximum:
            self._grows = True
            self._agenda.after(_STEP_S, self._grow)

    def _grow(self) -> None:
        self._grows = False
        step = self._functions.growth_per_min * _STEP_S / 60
        if self._waiting:
            self._allowed = min(self._allowed + step, float(self._functions.maximum))
        self._begin()

    def _ending(self, then: Action) -> Callable[[], None]:
        def end() -> None:
            self._running -= 1
            then()
            self._begin()

        return end
