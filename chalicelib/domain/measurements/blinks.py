"""Blinks, from how far the eyes are open, and how often they come.

A blink is a dip: lids that close, compared with how far they were open just before, and open again within half a
second. Lids that go down with the gaze, squint or close stay down for longer, and are none. Everything goes by the
frames' own times. A blink takes 0.1 to 0.4 s (J. Stern, L. Walrath, R. Goldstein 1984): it needs at least 15 frames a
second to be seen, so time in which frames are further apart is not watched.
"""

from collections import deque
from dataclasses import dataclass, field

from chalicelib.domain.measurements.events import BLINK, Event

MIN_BLINK_RATE_HZ = 15.0
"""The least frames a second at which blinks are counted."""
MIN_WATCHED_S = 10.0
"""Shorter than this no rate is stated: one blink more or less would change it by six a minute or more."""
CLOSES_TO = 0.6
"""A blink begins when the eyes are open less than this share of how far they were just before."""
CLOSED_BELOW = 18.0
"""However wide they were open before, eyes blink only if they are open less than this, in percent of their width."""
OPEN_FROM = 14.0
"""Eyes that were open less than this before are closed, or nearly, and cannot blink."""
OPENS_TO = 0.75
"""It ends when they are open this share again."""
MAX_BLINK_S = 0.5
"""Lids that stay down for as long are no blink."""
BEFORE_S = 0.4
"""Just before: so long."""

_LONGEST_STEP_S = 1.001 / MIN_BLINK_RATE_HZ  # 15 frames a second by a clock of whole milliseconds


@dataclass(slots=True)
class Blinks:
    """The blinks of one face. `count`; `seconds`: all of them together; `watched_s`: how long they could be seen;
    `unwatched_s`: how long the eyes were read, but frames were too far apart."""

    count: int = 0
    seconds: float = 0.0
    watched_s: float = 0.0
    unwatched_s: float = 0.0
    _recent: deque[tuple[float, float]] = field(default_factory=deque)
    _open: "_Dip | None" = None

    @property
    def per_minute(self) -> float | None:
        """The rate, None if too little was watched."""
        return 60.0 * self.count / self.watched_s if self.watched_s >= MIN_WATCHED_S else None

    @property
    def no_rate_because(self) -> str:
        """Why there is no rate."""
        if self.unwatched_s > self.watched_s:
            return f"fewer than {MIN_BLINK_RATE_HZ:g} frames a second"
        return f"eyes seen for less than {MIN_WATCHED_S:g} s"

    def add(self, time_s: float, duration_s: float, openness: float | None) -> Event | None:
        """Adds the next frame of the face, which lasts `duration_s`, and returns the blink that ended with it, if any.
        `openness`: how far the eyes are open, None if that was not read."""
        if openness is None:
            self.leave()
            return None
        if duration_s > _LONGEST_STEP_S:
            self.unwatched_s += duration_s
            self.leave()
            return None
        self.watched_s += duration_s
        return self._next(time_s, openness)

    def leave(self) -> None:
        """The face is gone, or its eyes are not seen: a blink that goes on is none that can be counted."""
        self._recent.clear()
        self._open = None

    def _next(self, time_s: float, openness: float) -> Event | None:
        while self._recent and time_s - self._recent[0][0] > BEFORE_S:
            self._recent.popleft()
        dip = self._open
        if dip is None:
            before = max((value for _, value in self._recent), default=0.0)
            if before >= OPEN_FROM and openness < min(CLOSES_TO * before, CLOSED_BELOW):
                self._open = _Dip(time_s, before, openness, time_s)
            self._recent.append((time_s, openness))
            return None
        if openness < dip.least:
            dip.least, dip.least_s = openness, time_s
        is_open = openness >= OPENS_TO * dip.before
        if not is_open and time_s - dip.start_s < MAX_BLINK_S:
            return None
        self.leave()  # what is seen from here on is compared with what is seen from here on
        self._recent.append((time_s, openness))
        if not is_open or time_s - dip.start_s >= MAX_BLINK_S:
            return None
        self.count += 1
        self.seconds += time_s - dip.start_s
        return Event(BLINK, dip.start_s, time_s, dip.least, dip.least_s)


@dataclass(slots=True)
class _Dip:
    start_s: float
    before: float
    least: float
    least_s: float
