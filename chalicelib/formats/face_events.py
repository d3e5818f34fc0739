"""Finds the events on one face, frame by frame."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.measurements.events import ANGLES, EVENTS, Event, EventDefinition

MAX_EVENTS = 10_000
"""The most events that are kept of one face: a person who blinks thirty times a minute reaches them in five hours."""

_DURATION_DECIMALS = 6  # microseconds: 1.2 - 1.0 is 0.2, not a little less


@dataclass(slots=True)
class _Open:
    """An event in progress."""

    start_s: float
    peak: float
    peak_time_s: float


class FaceEvents:
    """The events of one face. Keeps the open ones and at most `MAX_EVENTS` that are over; `counts` has them all."""

    def __init__(self, definitions: tuple[EventDefinition, ...] = EVENTS, *, limit: int = MAX_EVENTS) -> None:
        self._definitions = definitions
        self._limit = limit
        self._open: list[_Open | None] = [None] * len(definitions)
        self._events: list[Event] = []
        self.counts: Counter[str] = Counter()

    @property
    def dropped(self) -> int:
        """Returns the number of events that were counted and not kept."""
        return self.counts.total() - len(self._events)

    def add(self, time_s: float, values: Mapping[str, float], *, is_valid: bool = True) -> None:
        """Adds the face in the next frame, which begins at `time_s`, the end of the previous frame. In a frame that is
        not valid, only turns of the head begin or continue."""
        for index, definition in enumerate(self._definitions):
            if not is_valid and definition.metric not in ANGLES:
                self._end(index, time_s)
                continue
            value, sign = values[definition.metric], definition.sign
            event = self._open[index]
            if event is None:
                if sign * value >= sign * definition.enter:
                    self._open[index] = _Open(time_s, value, time_s)
            elif sign * value < sign * definition.leave:
                self._end(index, time_s)
            elif sign * value > sign * event.peak:
                event.peak, event.peak_time_s = value, time_s

    def add_found(self, event: Event) -> None:
        """Adds an event that was found otherwise."""
        self.counts[event.name] += 1
        if len(self._events) < self._limit:
            self._events.append(event)

    def leave(self, time_s: float) -> None:
        """Ends all events: the face was last seen until `time_s`."""
        for index in range(len(self._open)):
            self._end(index, time_s)

    def in_order(self) -> list[Event]:
        """The events kept, by their start."""
        return sorted(self._events, key=lambda event: event.start_s)

    def _end(self, index: int, end_s: float) -> None:
        event, definition = self._open[index], self._definitions[index]
        self._open[index] = None
        if event is None or not definition.lasts_long_enough(round(end_s - event.start_s, _DURATION_DECIMALS)):
            return
        self.add_found(Event(definition.name, event.start_s, end_s, event.peak, event.peak_time_s))
