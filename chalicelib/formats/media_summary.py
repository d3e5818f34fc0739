"""Sums up a stream of frames: who was seen, when, and what each face showed.

A frame lasts until the next one begins, whatever the frame rate says; the last lasts as long as the one before it.
Means and shares weigh frames by this duration. The only frame of a still lasts no time and weighs as one.

What a face shows in a frame that is not valid is left out, and counted by what speaks against it. Only turns of the
head are events there too: to be turned far away is what makes a frame invalid.

What is kept is one frame, and per face five numbers per metric and a bounded list of events.
"""

from collections import Counter
from dataclasses import dataclass, field

from chalicelib.domain.metrics import FrameMetrics, MetricSet
from chalicelib.domain.validity import InvalidReason
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


class MediaSummary:
    """All frames and faces so far. `faces` is by face id, in the order in which the faces first appear; `start_s` is
    None before the first frame. Complete after `finish`."""

    def __init__(self, metrics: MetricSet) -> None:
        self._metrics = metrics
        self.faces: dict[int, FaceSummary] = {}
        self.start_s: float | None = None
        self.frames = self.frames_without_face = 0
        self.seconds = self.seconds_without_face = 0.0
        self._waiting: FrameMetrics | None = None  # its duration is known when the next frame comes
        self._last_duration_s = 0.0

    def add(self, frame: FrameMetrics) -> None:
        """The next frame. Raises `ValueError`, and adds nothing, for one that is not later than the one before."""
        if self._waiting is None:
            self.start_s = frame.time_s
        else:
            if frame.time_s <= self._waiting.time_s:
                raise ValueError(f"a frame at {frame.time_s} s cannot follow one at {self._waiting.time_s} s")
            self._last_duration_s = frame.time_s - self._waiting.time_s
            self._count(self._waiting, frame.time_s)
        self._waiting = frame

    def finish(self) -> None:
        """There are no more frames."""
        if self._waiting is not None:
            self._count(self._waiting, self._waiting.time_s + self._last_duration_s)
            self._waiting = None
        for face in self.faces.values():
            face.events.leave(face.until_s)

    def _count(self, frame: FrameMetrics, end_s: float) -> None:
        duration_s = self._last_duration_s
        weight = duration_s or 1.0
        for metrics in frame.faces:
            face = self._face(metrics.face_id, frame.time_s)
            if face.last_index != self.frames - 1:  # it was away
                face.events.leave(face.until_s)
            face.last_s, face.until_s, face.last_index = frame.time_s, end_s, self.frames
            face.frames += 1
            face.seconds += duration_s
            if metrics.is_valid:
                face.valid_frames += 1
                face.statistics.add(frame.time_s, weight, metrics.values)
            face.left_out.update(metrics.invalid_reasons)
            face.events.add(frame.time_s, metrics.values, is_valid=metrics.is_valid)
        self.frames += 1
        self.seconds += duration_s
        if not frame.faces:
            self.frames_without_face += 1
            self.seconds_without_face += duration_s

    def _face(self, face_id: int, time_s: float) -> FaceSummary:
        if face_id not in self.faces:
            self.faces[face_id] = FaceSummary(time_s, FaceStatistics(self._metrics))
        return self.faces[face_id]
