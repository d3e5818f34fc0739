"""Frames of segments, joined. The one pass that they have to look like is known here."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.measurements.metrics import FaceMetrics, FrameMetrics
from chalicelib.domain.measurements.stitching import SeamMismatch, stitch
from chalicelib.domain.segments import MAX_SEGMENTS, SegmentPlan, plan_segments

RATE_HZ = 5.0
OVERLAP_S = 2.0


def _face(face_id: int, place: float, jitter: float = 0.0) -> FaceMetrics:
    """A face of 100 pixels at `place` pixels from the left."""
    box = {"left": place + jitter, "top": 10.0 - jitter, "width": 100.0, "height": 100.0 + jitter}
    return FaceMetrics(face_id, {f"face box {side}": value for side, value in box.items()})


def _segments(video: list[FrameMetrics], plan: SegmentPlan, jitter: float = 0.0) -> list[list[FrameMetrics]]:
    """Returns what each segment measures: the same faces under ids of its own, and a little elsewhere."""
    parts = []
    for index in range(plan.count):
        segment = plan.segment(index)
        ids: dict[int, int] = {}
        part = []
        for frame in video:
            if (segment.lead_in_s is None or frame.time_s >= segment.lead_in_s) and (
                segment.end_s is None or frame.time_s < segment.end_s
            ):
                faces = []
                for face in frame.faces:
                    own_id = ids.setdefault(face.face_id, len(ids))
                    left = face.values["face box left"]
                    faces.append(_face(own_id, left, jitter if index % 2 else 0.0))
                part.append(FrameMetrics(frame.time_s, tuple(sorted(faces, key=lambda face: face.face_id))))
        parts.append(part)
    return parts


def _shape(frames: Iterable[FrameMetrics]) -> list[tuple[float, dict[int, float]]]:
    """Times, and who is where to the nearest ten pixels."""
    return [
        (frame.time_s, {face.face_id: round(face.values["face box left"], -1) for face in frame.faces})
        for frame in frames
    ]


@st.composite
def videos(draw: st.DrawFn) -> list[FrameMetrics]:
    """People who each have a place of their own and are there for one stretch of time; times are uneven."""
    gaps = draw(st.lists(st.floats(0.05, 0.6), min_size=30, max_size=150))
    origin_s = draw(st.floats(-1.0, 5.0))
    times = [origin_s]
    for gap in gaps:
        times.append(times[-1] + gap)
    stays = draw(st.lists(st.tuples(st.integers(0, 150), st.integers(1, 100)), max_size=6))
    order = sorted(range(len(stays)), key=lambda person: (stays[person][0], person))
    ids = {person: face_id for face_id, person in enumerate(order)}
    frames = []
    for number, time_s in enumerate(times):
        there = [person for person, (start, length) in enumerate(stays) if start <= number < start + length]
        faces = sorted((_face(ids[person], 150.0 * person) for person in there), key=lambda face: face.face_id)
        frames.append(FrameMetrics(time_s, tuple(faces)))
    return frames


@given(videos(), st.floats(4.0, 20.0), st.floats(-3.0, 3.0))
def test_segments_joined_are_the_one_pass(video: list[FrameMetrics], segment_s: float, jitter: float) -> None:
    duration_s = video[-1].time_s - video[0].time_s
    plan = plan_segments(
        origin_s=video[0].time_s, duration_s=duration_s, segment_s=segment_s, overlap_s=OVERLAP_S, frames_total=None
    )
    if plan is not None:
        joined = list(stitch(_segments(video, plan, jitter), plan))
        assert _shape(joined) == _shape(_in_order(video))


def _in_order(video: list[FrameMetrics]) -> list[FrameMetrics]:
    ids: dict[int, int] = {}
    frames = []
    for frame in video:
        faces = [replace(face, face_id=ids.setdefault(face.face_id, len(ids))) for face in frame.faces]
        frames.append(FrameMetrics(frame.time_s, tuple(sorted(faces, key=lambda face: face.face_id))))
    return frames


PLAN = SegmentPlan(2, 0.0, 10.0, OVERLAP_S, 20.0)
TIMES = [number / RATE_HZ for number in range(100)]


def test_who_is_there_at_the_seam_counts_more_than_who_was_there_before() -> None:
    """The first segment lost a face and found it again as another; the second saw it all the time."""
    first = [FrameMetrics(time_s, (_face(0 if time_s < 9.0 else 1, 0.0),)) for time_s in TIMES if time_s < 10]
    second = [FrameMetrics(time_s, (_face(0, 0.0),)) for time_s in TIMES if time_s >= 8]
    joined = list(stitch([first, second], PLAN))
    assert [frame.time_s for frame in joined] == TIMES
    assert [face.face_id for frame in joined[-50:] for face in frame.faces] == [1] * 50


def test_faces_that_cross_before_the_seam_keep_their_ids() -> None:
    def people(time_s: float) -> tuple[FaceMetrics, FaceMetrics]:
        return _face(0, 60.0 * time_s), _face(1, 60.0 * (18.0 - time_s) + 7.0)  # they meet at 9 s

    first = [FrameMetrics(time_s, people(time_s)) for time_s in TIMES if time_s < 10]
    second = [FrameMetrics(time_s, _swapped(people(time_s))) for time_s in TIMES if time_s >= 8]
    joined = list(stitch([first, second], PLAN))
    assert _shape(joined) == [(time_s, _shape([FrameMetrics(time_s, people(time_s))])[0][1]) for time_s in TIMES]


def _swapped(faces: tuple[FaceMetrics, FaceMetrics]) -> tuple[FaceMetrics, FaceMetrics]:
    return replace(faces[1], face_id=0), replace(faces[0], face_id=1)


@pytest.mark.parametrize("missing", [8.2, 9.8])
def test_segments_that_saw_other_frames_are_not_joined(missing: float) -> None:
    first = [FrameMetrics(time_s, ()) for time_s in TIMES if time_s < 10]
    second = [FrameMetrics(time_s, ()) for time_s in TIMES if time_s >= 8 and time_s != missing]
    with pytest.raises(SeamMismatch):
        list(stitch([first, second], PLAN))


def test_a_segment_without_frames_is_no_obstacle() -> None:
    times = [0.0, 1.0, 25.0, 26.0]
    plan = SegmentPlan(3, 0.0, 10.0, OVERLAP_S, 30.0)
    video = [FrameMetrics(time_s, (_face(0, 0.0),)) for time_s in times]
    joined = list(stitch(_segments(video, plan), plan))
    assert [frame.time_s for frame in joined] == times
    assert [face.face_id for frame in joined for face in frame.faces] == [0, 0, 1, 1]


@given(st.floats(0.1, 40_000.0), st.floats(1.0, 600.0), st.floats(0.0, 10.0), st.floats(-10.0, 1000.0))
def test_a_plan_covers_all_of_time_once(duration_s: float, segment_s: float, overlap_s: float, origin_s: float) -> None:
    plan = plan_segments(
        origin_s=origin_s, duration_s=duration_s, segment_s=segment_s, overlap_s=overlap_s, frames_total=None
    )
    if plan is None:
        assert duration_s <= max(segment_s, 2 * overlap_s)
        return
    segments = [plan.segment(index) for index in range(plan.count)]
    assert 2 <= plan.count <= MAX_SEGMENTS
    assert (segments[0].start_s, segments[-1].end_s) == (None, None)
    for earlier, later in pairwise(segments):
        assert earlier.end_s == later.start_s
        assert later.lead_in_s is not None
        assert earlier.start_s is None or later.lead_in_s >= earlier.start_s
    with pytest.raises(ValueError, match="no segment"):
        plan.segment(plan.count)
