"""Sums up a stream of frames: who was seen, when, and what each face showed.

Means and shares weigh frames by how long they last (`measurements.frame_durations`). The only frame of a still lasts
no time and weighs as one.

What a face shows in a frame that is not valid is left out, and counted by what speaks against it. Only turns of the
head are events there too: to be turned far away is what makes a frame invalid.

What is kept is one frame, and of the faces seen of late five numbers per metric and a bounded list of events each; what
is known of the others lies in a spool.
"""

from collections.abc import Iterator

from chalicelib.domain.measurements.frame_durations import FrameDurations, LastingFrame
from chalicelib.domain.measurements.metrics import FrameMetrics, MetricSet
from chalicelib.formats.face_summaries import FaceSummaries
from chalicelib.formats.face_summary import FaceSummary
from chalicelib.formats.writers import OpenSpool


class MediaSummary:
    """All frames and faces so far; `start_s` is None before the first frame. Complete after `finish`."""

    def __init__(self, metrics: MetricSet, open_spool: OpenSpool) -> None:
        self._faces = FaceSummaries(metrics, open_spool)
        self.start_s: float | None = None
        self.frames = self.frames_without_face = 0
        self.seconds = self.seconds_without_face = self.seconds_missing = 0.0
        self.most_left_out = self.frames_with_left_out = 0
        self._durations = FrameDurations()

    def add(self, frame: FrameMetrics) -> None:
        """The next frame. Raises `ValueError`, and adds nothing, for one that is not later than the one before."""
        before = self._durations.add(frame)
        if before is None:
            self.start_s = frame.time_s
        else:
            self._count(before)

    def finish(self) -> None:
        """There are no more frames."""
        last = self._durations.finish()
        if last is not None:
            self._count(last)

    @property
    def face_count(self) -> int:
        """Returns the number of faces."""
        return len(self._faces)

    def faces(self) -> Iterator[tuple[int, FaceSummary]]:
        """Every face with its id, in the order in which the faces first appear; once, after `finish`."""
        for face_id, face in self._faces.items():
            face.events.leave(face.until_s)
            yield face_id, face

    def _count(self, lasting: LastingFrame) -> None:
        frame, duration_s = lasting.frame, lasting.duration_s
        weight = duration_s or 1.0
        for metrics in frame.faces:
            face = self._faces.of(metrics.face_id, frame.time_s)
            if face.last_index != self.frames - 1 or face.until_s < frame.time_s:  # it was away, or frames are missing
                face.events.leave(face.until_s)
                if face.eyes is not None:
                    face.eyes.blinks.leave()
            face.last_s, face.until_s, face.last_index = frame.time_s, lasting.end_s, self.frames
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
        self.seconds += duration_s + lasting.missing_s
        self.seconds_missing += lasting.missing_s
        if not frame.faces:
            self.frames_without_face += 1
            self.seconds_without_face += duration_s
