"""The summary of one face, and of its eyes."""

import math
from collections import Counter
from dataclasses import dataclass, field

from chalicelib.domain.measurements.blinks import Blinks
from chalicelib.domain.measurements.gaze import TOWARDS_CAMERA_DEG, GazeReason, share_of_right_eye
from chalicelib.domain.measurements.metrics import GAZE_NAMES, OPENNESS_NAMES, FaceMetrics
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.formats.face_events import FaceEvents
from chalicelib.formats.face_statistics import FaceStatistics

_WINK = 0.7


@dataclass(slots=True)
class EyeSummary:
    """The eyes of one face. `frames`, `seconds`: with a gaze; `left_out`: the others, by what speaks against it."""

    frames: int = 0
    seconds: float = 0.0
    left_out: Counter[GazeReason] = field(default_factory=Counter)
    blinks: Blinks = field(default_factory=Blinks)
    _weight: float = 0.0
    _towards_camera: float = 0.0

    @property
    def share(self) -> float | None:
        """Returns the share of the time with a gaze, 0..1, in which it is within `TOWARDS_CAMERA_DEG` of the camera."""
        return self._towards_camera / self._weight if self._weight else None

    def add(self, time_s: float, duration_s: float, face: FaceMetrics, events: FaceEvents) -> None:
        """Adds the face in the next frame, and the blink that ended with it to `events`. The only frame of a still
        lasts no time and weighs as one."""
        self.left_out.update(face.gaze_reasons)
        yaw_deg, pitch_deg = (face.values[name] for name in GAZE_NAMES[:2])
        if not math.isnan(yaw_deg):
            weight = duration_s or 1.0
            self.frames += 1
            self.seconds += duration_s
            self._weight += weight
            self._towards_camera += weight * (_from_camera_deg(yaw_deg, pitch_deg) <= TOWARDS_CAMERA_DEG)
        blink = self.blinks.add(time_s, duration_s, _opening_of_both(face))
        if blink is not None:
            events.add_found(blink)


@dataclass(slots=True)
class FaceSummary:
    """One face. `until_s` is the end of the last frame that shows it, `last_index` the number of that frame.
    `valid_frames`: those of its frames that statistics are of; `left_out`: the others, by what speaks against them.
    `eyes`: if the job reads them."""

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
    eyes: EyeSummary | None = None


def _opening_of_both(face: FaceMetrics) -> float | None:
    """Returns the opening of both eyes: their mean, the eye that is turned away counting less, but no less than most of
    what the wider one is open, because a wink is no blink. None if it was not read."""
    left, right = (face.values[name] for name in OPENNESS_NAMES)
    if math.isnan(left):
        return None
    share = share_of_right_eye(face.values["yaw"])
    return max(share * right + (1.0 - share) * left, _WINK * max(left, right))


def _from_camera_deg(yaw_deg: float, pitch_deg: float) -> float:
    """The angle between a direction and the way to the camera."""
    return math.degrees(math.acos(math.cos(math.radians(yaw_deg)) * math.cos(math.radians(pitch_deg))))
