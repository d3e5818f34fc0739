"""The summary of one face."""

from collections import Counter
from dataclasses import dataclass, field

from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.formats.face_events import FaceEvents
from chalicelib.formats.face_statistics import FaceStatistics


@dataclass(slots=True)
class FaceSummary:
    """One face. `until_s` is the end of the last frame that shows it, `last_index` the number of that frame.
    `valid_frames`: those of its frames that statistics are of; `left_out`: the others, by what speaks against them."""

    first_s: float
    statistics: FaceStatistics
    last_s: float = 0.0
    until_s: float = 0.0
    last_index: int = -1
    frames: int = 0
    seconds: float = 0.0
    valid_frames: int = 0
    left_out: Counter[InvalidReason] = field(default_factory=Counter)
    events: FaceEvents = field(default_factory=FaceEvents)
