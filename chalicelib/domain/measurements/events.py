"""The events on a face: a smile, a blink, a turn of the head.

One table, and one rule for all: an event begins with the first frame whose metric reaches `enter` and lasts until a
frame in which the metric is beyond `leave`, or the face is absent. The gap between the two thresholds (hysteresis)
keeps a value that fluctuates about one of them from splitting an event.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """One kind of event. `enter` and `leave` are values of the metric `metric`, in its unit.

    If `enter` is above `leave`, the event is a high value; if it is below, a low one (a head turned to the other side).
    An event lasts at least `minimum_s` and less than `maximum_s` (None: no limit).
    """

    name: str
    metric: str
    enter: float
    leave: float
    minimum_s: float
    maximum_s: float | None = None
    meaning: str = ""

    @property
    def sign(self) -> float:
        """Returns 1.0 if high values make the event, -1.0 if low ones do."""
        return 1.0 if self.enter > self.leave else -1.0

    def lasts_long_enough(self, duration_s: float) -> bool:
        """Returns True if an event of this kind may last so long."""
        return duration_s >= self.minimum_s and (self.maximum_s is None or duration_s < self.maximum_s)


# At 25 frames a second one frame is 0.04 s: an expression must hold for five frames. A spontaneous blink takes 0.1 to
# 0.4 s; lids that stay down for half a second are closed eyes.
_HELD_S = 0.2
_BLINK_S = (0.02, 0.5)
_TURN_S = 0.3

BLINK = "blink"
EVENTS: tuple[EventDefinition, ...] = (
    EventDefinition("smile", "smile", 50.0, 30.0, _HELD_S, meaning="lip corners pulled up and out"),
    EventDefinition(BLINK, "eye closure", 50.0, 30.0, *_BLINK_S, meaning="both eyes closed for a moment"),
    EventDefinition("eyes closed", "eye closure", 50.0, 30.0, _BLINK_S[1], meaning="both eyes closed"),
    EventDefinition("mouth open", "mouth open", 50.0, 30.0, _HELD_S, meaning="lips well apart"),
    EventDefinition("brow raise", "brow raise", 50.0, 30.0, _HELD_S, meaning="both brows up"),
    EventDefinition("brow furrow", "brow furrow", 50.0, 30.0, _HELD_S, meaning="brows lowered and drawn together"),
    EventDefinition("head turn right", "yaw", 20.0, 15.0, _TURN_S, meaning="face turned towards the picture's right"),
    EventDefinition("head turn left", "yaw", -20.0, -15.0, _TURN_S, meaning="face turned towards the picture's left"),
    EventDefinition("head up", "pitch", 20.0, 15.0, _TURN_S, meaning="nose up"),
    EventDefinition("head down", "pitch", -20.0, -15.0, _TURN_S, meaning="nose down"),
)
"""Every kind of event. A new one is a row here, and a line in `docs/results.md`."""

BLINK_OF_OPENING = EventDefinition(
    BLINK, "eye openness", 60.0, 75.0, *_BLINK_S, meaning="both eyes closed for a moment, by how far they are open"
)
"""A blink if the job reads the eyes: thresholds are percent of how far they were open just before; see `blinks`."""

ANGLES = frozenset({"yaw", "pitch"})
"""The metrics whose events count in every frame; those of the others in valid ones only."""


def event_definitions(*, reads_eyes: bool) -> tuple[EventDefinition, ...]:
    """Returns `EVENTS`; if the eyes are read, with blinks by their opening."""
    if not reads_eyes:
        return EVENTS
    return tuple(BLINK_OF_OPENING if each.name == BLINK else each for each in EVENTS)


@dataclass(frozen=True, slots=True)
class Event:
    """An event on one face, from `start_s` to `end_s` of the media file's clock. `peak` is the metric's most extreme
    value, first reached at `peak_time_s`."""

    name: str
    start_s: float
    end_s: float
    peak: float
    peak_time_s: float
