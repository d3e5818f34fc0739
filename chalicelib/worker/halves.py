"""A video in two halves, which two processes measure in parallel.

Python computes in one thread of a process at a time, so one process leaves half of a second processor idle. The seam
depends on the video alone: a machine with one processor measures the halves one after the other, with the same numbers.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path
from typing import Protocol

from chalicelib.analysis.analyzer import FaceAnalyzer
from chalicelib.analysis.media.frames import Frame, MediaInfo, MediaLimits
from chalicelib.analysis.media.video_spans import SEEKABLE_FORMATS, Span, open_span
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.measurements.stitching import stitch
from chalicelib.domain.segments import SegmentPlan, plan_halves
from chalicelib.errors import MediaError, MienError
from chalicelib.formats.partial_metrics import PartialCounts
from chalicelib.worker.part_measurer import counts_of, require_all_decoded, span_of

# The second half begins two seconds early: of anything shorter that would be too much.
_MIN_DURATION_S = 12.0
# Of a frame. Of larger ones decoding is most of the work, which FFmpeg does in threads of its own, and the second half
# decodes from the key frame before it, up to ten seconds.
_MAX_PIXELS = 1_500_000
_TELL_S = 1.0


class SecondHalf(Protocol):
    """The second half of a video, as it is being measured."""

    def frames(self) -> Iterator[FrameMetrics]:
        """Its frames, those of the lead-in first; always the same iterator. Raises `MediaError` after those that it
        concerns."""
        ...

    @property
    def counts(self) -> PartialCounts | None:
        """Returns the decoder's counts, after all frames."""
        ...

    def stop(self) -> None:
        """Asks it to stop; readers blocked in other threads are soon released, or get an exception."""
        ...

    def close(self) -> None:
        """Ends it. No reader may wait for a frame."""
        ...


def halves_of(info: MediaInfo) -> SegmentPlan | None:
    """Returns how a video is halved; None if it is short, not a video, very large, or not seekable."""
    if info.kind != "video" or info.format_name not in SEEKABLE_FORMATS or info.duration_s is None:
        return None
    if info.duration_s < _MIN_DURATION_S or info.width_px * info.height_px > _MAX_PIXELS:
        return None
    return plan_halves(
        origin_s=info.begins_s,
        duration_s=info.duration_s,
        frames_total=info.frames_total,
        frame_size=info.frame_size,
    )


def measured_in_halves(
    analyzer: FaceAnalyzer, path: Path, plan: SegmentPlan, limits: MediaLimits, second: SecondHalf
) -> Generator[FrameMetrics]:
    """Yields every frame of a video once, in order. The first half is measured here and now, the second by `second`,
    which is closed at the end.

    If the two do not find frames with the same times before the seam, which unusual files can cause, the second is
    ignored and the first continues to the end. Raises `MediaError` as one pass would. Whoever does not take all frames
    must close the generator.
    """
    seam = _Seam(plan, second)
    with ExitStack() as ends:
        ends.callback(second.close)
        span = Span(None, None, plan.origin_s, own_until_s=plan.seam_s(1), frame_size=plan.frame_size)
        whole = ends.enter_context(open_span(path, span, limits))
        first = ends.enter_context(closing(analyzer.analyze(seam.first_half(whole.frames()))))
        ends.callback(second.stop)  # comes before the others: a thread of the first may be waiting for the second
        yield from stitch(seam.parts(first), plan)
        if seam.is_joined and second.counts is not None:
            require_all_decoded([counts_of(whole.own), second.counts])
        else:
            require_all_decoded([counts_of(whole.delivery)])


class _Seam:
    """Returns the end of the first half, if the second fits it."""

    def __init__(self, plan: SegmentPlan, second: SecondHalf) -> None:
        segment = plan.segment(1)
        self._lead_in_s, self._start_s = segment.lead_in_s or 0.0, segment.start_s or 0.0
        self._second = second
        self._later: Iterator[FrameMetrics] = iter(())
        self.is_joined = False

    def first_half(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        """Yields the frames before the seam; all of them if the second half does not fit."""
        times: list[float] = []
        for frame in frames:
            if frame.time_s >= self._start_s:
                self.is_joined = self._fits(times)
                if self.is_joined:
                    return
                self._second.stop()
                yield frame
                break
            if frame.time_s >= self._lead_in_s:
                times.append(frame.time_s)
            yield frame
        yield from frames

    def parts(self, first: Iterator[FrameMetrics]) -> Iterator[Iterator[FrameMetrics]]:
        """Returns the halves to stitch: the second follows only if it fits, which is known during the first."""
        yield first
        if self.is_joined:
            yield self._later

    def _fits(self, times: list[float]) -> bool:
        lead_in: list[FrameMetrics] = []
        frames = self._second.frames()
        try:
            for frame in frames:
                lead_in.append(frame)
                if frame.time_s >= self._start_s:
                    break
        except MediaError:
            return False  # one pass will show if the file is at fault
        self._later = chain(lead_in, frames)
        # Without a common frame, the faces of the two halves cannot be matched.
        return bool(times) and [frame.time_s for frame in lead_in if frame.time_s < self._start_s] == times


class HalfAfterwards:
    """A `SecondHalf` that is measured by this process, when its frames are asked for."""

    def __init__(
        self,
        analyzer: FaceAnalyzer,
        path: Path,
        plan: SegmentPlan,
        limits: MediaLimits,
        while_waiting: Callable[[], None] = lambda: None,
    ) -> None:
        """Readers call `while_waiting` about once a second while they wait for frames."""
        self.counts: PartialCounts | None = None
        self._is_stopped = False
        self._while_waiting = while_waiting
        self._last_told_s = time.monotonic()
        self._frames = self._measured(analyzer, path, span_of(plan.segment(1), plan), limits)

    def frames(self) -> Iterator[FrameMetrics]:
        return self._frames

    def stop(self) -> None:
        self._is_stopped = True

    def close(self) -> None:
        self._frames.close()

    def _measured(self, analyzer: FaceAnalyzer, path: Path, span: Span, limits: MediaLimits) -> Generator[FrameMetrics]:
        with open_span(path, span, limits, while_skipping=self._go_on) as source:
            with closing(analyzer.analyze(source.frames(), continues=True)) as measured:
                for frame in measured:
                    self._go_on()
                    yield frame
            self.counts = counts_of(source.own)

    def _go_on(self) -> None:
        if self._is_stopped:
            raise _Stopped
        if time.monotonic() - self._last_told_s >= _TELL_S:
            self._last_told_s = time.monotonic()
            self._while_waiting()


class _Stopped(MienError):
    """The half is not wanted any more."""
