"""Sums up a stream of frames: who was seen, when, and what each face showed.

A frame lasts until the next one begins, whatever the frame rate says; the last lasts as long as its container says, or
else as long as the one before it. Frames may be missing before a picture that shows a loss, so the frame before that
lasts no longer than its predecessor.
Means and shares weigh frames by this duration. The only frame of a still lasts no time and weighs as one.

What a face shows in a frame that is not valid is left out, and counted by what speaks against it. Only turns of the
head are events there too: to be turned far away is what makes a frame invalid.

What is kept is one frame, and of the faces seen of late five numbers per metric and a bounded list of events each; what
is known of the others lies in a spool.
"""

from collections.abc import Iterator

from chalicelib.domain.measurements.metrics import FrameMetrics, MetricSet
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.formats.face_summaries import FaceSummaries
from chalicelib.formats.face_summary import FaceSummary
from chalicelib.formats.writers import OpenSpool


class MediaSummary:
    """All frames and faces so far; `start_s` is None before the first frame. Complete after `finish`."""

    def __init__(self, metrics: MetricSet, open_spool: OpenSpool) -> None:
        self._faces = FaceSummaries(metrics, open_spool)
        self.start_s: float | None = None
        self.frames = self.frames_without_face = 0
        self.seconds = self.seconds_without_face = 0.0
        self.most_left_out = self.frames_with_left_out = 0
        self._waiting: FrameMetrics | None = None  # its duration is known when the next frame comes
        self._last_duration_s = 0.0

    def add(self, frame: FrameMetrics) -> None:
        """The next frame. Raises `ValueError`, and adds nothing, for one that is not later than the one before."""
        if self._waiting is None:
            self.start_s = frame.time_s
        else:
            if frame.time_s <= self._waiting.time_s:
                raise ValueError(f"a frame at {frame.time_s} s cannot follow one at {self._waiting.time_s} s")
            duration_s, end_s = frame.time_s - self._waiting.time_s, frame.time_s
            is_loss = _is_damaged(frame) and not _is_damaged(self._waiting)
            if is_loss and 0.0 < self._last_duration_s < duration_s:
                duration_s, end_s = self._last_duration_s, self._waiting.time_s + self._last_duration_s
            self._last_duration_s = duration_s
            self._count(self._waiting, end_s)
            self.seconds += frame.time_s - end_s
        self._waiting = frame

    def finish(self) -> None:
        """There are no more frames."""
        if self._waiting is not None:
            if self._waiting.duration_s is not None:
                self._last_duration_s = self._waiting.duration_s
            self._count(self._waiting, self._waiting.time_s + self._last_duration_s)
            self._waiting = None

    @property
    def face_count(self) -> int:
        """Returns the number of faces."""
        return len(self._faces)

    def faces(self) -> Iterator[tuple[int, FaceSummary]]:
        """Every face with its id, in the order in which the faces first appear; once, after `finish`."""
        for face_id, face in self._faces.items():
            face.events.leave(face.until_s)
            yield face_id, face

    def _count(self, frame: FrameMetrics, end_s: float) -> None:
        duration_s = self._last_duration_s
        weight = duration_s or 1.0
        for metrics in frame.faces:
            face = self._faces.of(metrics.face_id, frame.time_s)
            if face.last_index != self.frames - 1 or face.until_s < frame.time_s:  # it was away, or frames are missing
                face.events.leave(face.until_s)
                if face.eyes is not None:
                    face.eyes.blinks.leave()
            face.last_s, face.until_s, face.last_index = frame.time_s, end_s, self.frames
            face.frames += 1
            face.seconds += duration_s
            if metrics.is_valid:
                face.valid_frames += 1
                face.statistics.add(frame.time_s, weight, metrics.values)
            face.left_out.update(metrics.invalid_reasons)
            face.events.add(frame.time_s, metrics.values, is_valid=metrics.is_valid)
            if face.eyes is not None:
                face.eyes.add(frame.time_s, duration_s, metrics, face.events)
        self.most_left_out = max(self.most_left_out, frame.faces_left_out)
        self.frames_with_left_out += frame.faces_left_out > 0
        self.frames += 1
        self.seconds += duration_s
        if not frame.faces:
            self.frames_without_face += 1
            self.seconds_without_face += duration_s


def _is_damaged(frame: FrameMetrics) -> bool:
    return any(InvalidReason.SMEARED in face.invalid_reasons for face in frame.faces)
