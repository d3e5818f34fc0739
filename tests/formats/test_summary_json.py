"""The summary."""

import io
import itertools
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import __version__
from chalicelib.domain.measurements.events import ANGLES, EVENTS
from chalicelib.domain.measurements.metrics import EVERY_METRIC, METRICS, FaceMetrics, FrameMetrics
from chalicelib.domain.measurements.reliability import RELIABILITY
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.formats.face_events import MAX_EVENTS
from chalicelib.formats.face_statistics import SHARE_THRESHOLD
from chalicelib.formats.summary_json import SummaryJsonWriter
from tests.formats.frames import REASONS
from tests.formats.readers import strict_json, summary_bytes
from tests.formats.summary_reference import ends_of, events_of, share_above, sightings_of, weighted_mean
from tests.memory import peak_bytes

ROUNDING = 0.00005 + 1e-9
SCORES = {metric.name for metric in METRICS if metric.unit == "score"}


def _face(face_id: int = 0, **values: float) -> FaceMetrics:
    given = {name.replace("_", " "): value for name, value in values.items()}
    return FaceMetrics(face_id, {metric.name: given.get(metric.name, 0.0) for metric in METRICS})


def _frames(values: Iterable[float | None], metric: str = "smile", *, step_s: float = 0.04) -> list[FrameMetrics]:
    """A frame for each value of `metric` on face 0; None is a frame without a face."""
    return [
        FrameMetrics(round(index * step_s, 6), () if value is None else (_face(0, **{metric: value}),))
        for index, value in enumerate(values)
    ]


def test_it_has_the_version_and_the_execution_provider() -> None:
    stream = io.BytesIO()
    SummaryJsonWriter(stream, metrics=EVERY_METRIC, open_spool=io.BytesIO, provider="CUDAExecutionProvider").close()
    assert json.loads(stream.getvalue())["configuration"] == {
        "version": __version__,
        "execution provider": "CUDAExecutionProvider",
    }
    assert _summary([])["configuration"] == {"version": __version__}


def _summary(frames: Iterable[FrameMetrics]) -> Any:
    return json.loads(summary_bytes(frames))


def test_it_says_how_far_each_metric_may_be_trusted() -> None:
    reliability = _summary([])["reliability"]
    assert set(reliability) == {metric.name for metric in EVERY_METRIC if metric.name in RELIABILITY}
    assert all(reliability[name] == RELIABILITY[name].grade for name in reliability)


def _events(frames: Iterable[FrameMetrics], name: str) -> list[tuple[float, float]]:
    (face,) = _summary(frames)["faces"]
    return [(event["start_s"], event["end_s"]) for event in face["events"] if event["event"] == name]


def test_a_hole_before_a_damaged_picture_does_not_count_for_the_frame_before_it() -> None:
    """A second of a furrow, four seconds that were lost, and a second of nothing that follows."""
    seen = [(index * 0.04, 90.0) for index in range(25)] + [(5.0 + index * 0.04, 10.0) for index in range(25)]
    frames = [FrameMetrics(time_s, (_face(0, brow_furrow=value),)) for time_s, value in seen]
    damaged = replace(frames[25].faces[0], invalid_reasons=(InvalidReason.SMEARED,))
    frames[25] = replace(frames[25], faces=(damaged,))
    summary = _summary(frames)
    (face,) = summary["faces"]
    assert face["metrics"]["brow furrow"]["mean"] == pytest.approx((25 * 90 + 24 * 10) / 49, abs=0.1)
    assert summary["media"]["duration_s"] == pytest.approx(6.0, abs=0.001)
    assert summary["media"]["seconds_missing"] == pytest.approx(4.0, abs=0.001)


def test_a_hole_that_shows_no_damage_counts_for_nobody_and_is_told() -> None:
    """Two seconds of a smile with a hole between them, which the container contradicts."""
    times_s = [index * 0.04 for index in range(25)] + [5.0 + index * 0.04 for index in range(25)]
    frames = [FrameMetrics(time_s, (_face(0, smile=80.0 if time_s < 2 else 0.0),), 0.04) for time_s in times_s]
    summary = _summary(frames)
    (face,) = summary["faces"]
    assert face["metrics"]["smile"]["mean"] == pytest.approx(40.0, abs=0.1)
    assert face["seconds"] == pytest.approx(2.0, abs=0.001)
    assert [(each["start_s"], each["end_s"]) for each in face["events"]] == [(0.0, 1.0)]
    assert (summary["media"]["duration_s"], summary["media"]["seconds_missing"]) == pytest.approx((6.0, 4.0))
    assert "seconds_missing" not in _summary(frames[:25])["media"]


def test_a_medium_without_frames() -> None:
    document = strict_json(summary_bytes(()))
    assert document["media"]["start_s"] is None
    assert (document["media"]["frames"], document["media"]["duration_s"], document["faces"]) == (0, 0, [])


def test_the_last_frame_lasts_as_long_as_its_container_says() -> None:
    frames = _frames([80.0] * 50)
    held = replace(frames[-1], duration_s=8.0)
    assert _summary([*frames[:-1], held])["media"]["duration_s"] == pytest.approx(9.96)
    ((start_s, end_s),) = _events([*frames[:-1], held], "smile")
    assert (start_s, end_s) == pytest.approx((0.0, 9.96))
    # What is known of the others does not count: a frame lasts until the next one begins.
    told = [replace(frame, duration_s=0.5) for frame in frames[:-1]]
    assert _summary([*told, held])["media"]["duration_s"] == pytest.approx(9.96)


def test_after_a_pause_the_last_frame_is_as_short_as_the_container_says() -> None:
    last = FrameMetrics(60.0, (_face(smile=80),), 0.04)
    document = _summary([*_frames([80.0] * 50), last])
    assert document["media"]["duration_s"] == document["faces"][0]["seconds"] == pytest.approx(60.04)


def test_one_frame_of_a_film_lasts_as_long_as_the_container_says() -> None:
    document = _summary([FrameMetrics(0.0, (_face(smile=80),), 5.0)])
    assert document["media"]["duration_s"] == document["faces"][0]["seconds"] == 5
    assert _events([FrameMetrics(0.0, (_face(smile=80),), 5.0)], "smile") == [(0.0, 5.0)]


def test_a_still_lasts_no_time_and_its_only_frame_counts() -> None:
    document = _summary([FrameMetrics(0.0, (_face(smile=80, mouth_open=20),))])
    (face,) = document["faces"]
    assert document["media"]["duration_s"] == face["seconds"] == 0
    assert face["metrics"]["smile"] == {"mean": 80, "minimum": 80, "peak": 80, "peak_time_s": 0.0, "share_above": 1}
    assert face["metrics"]["mouth open"]["share_above"] == 0
    assert face["events"] == []


def test_frames_weigh_by_their_own_duration() -> None:
    """0.1 s at 100, then 0.9 s at 0, then (as long as the one before) 0.9 s at 40."""
    frames = [FrameMetrics(time_s, (_face(smile=smile),)) for time_s, smile in ((2.0, 100), (2.1, 0), (3.0, 40))]
    document = _summary(frames)
    (face,) = document["faces"]
    smile = face["metrics"]["smile"]
    assert document["media"]["duration_s"] == face["seconds"] == pytest.approx(1.9)
    assert smile["mean"] == pytest.approx((0.1 * 100 + 0.9 * 40) / 1.9, abs=ROUNDING)
    assert smile["share_above"] == pytest.approx(0.1 / 1.9, abs=ROUNDING)
    assert (face["first_seen_s"], face["last_seen_s"], smile["peak_time_s"]) == (2.0, 3.0, 2.0)


def test_only_scores_have_a_share() -> None:
    (face,) = _summary(_frames([90.0, 90.0]))["faces"]
    assert {name for name, numbers in face["metrics"].items() if "share_above" in numbers} == SCORES


def test_frames_without_a_face_are_counted() -> None:
    media = _summary(_frames([1.0, None, None, 1.0]))["media"]
    assert media == {
        "frames": 4,
        "start_s": 0.0,
        "duration_s": 0.16,
        "frames_without_face": 2,
        "seconds_without_face": 0.08,
        "faces": 1,
    }


def test_a_value_that_trembles_about_a_threshold_is_one_event() -> None:
    assert _events(_frames([0, 50, 49, 51, 31, 50, 30, 29, 49]), "smile") == [(0.04, 0.28)]


def test_what_is_too_short_is_no_event() -> None:
    assert _events(_frames([0, 60, 60, 60, 60, 0]), "smile") == []
    assert _events(_frames([0, 60, 60, 60, 60, 60, 0]), "smile") == [(0.04, 0.24)]


@pytest.mark.parametrize(("frames", "name"), [(1, "blink"), (12, "blink"), (13, "eyes closed"), (25, "eyes closed")])
def test_lids_that_close_are_a_blink_or_closed_eyes(frames: int, name: str) -> None:
    (face,) = _summary(_frames([0, *([90.0] * frames), 0, 0], "eye closure"))["faces"]
    assert {event: count for event, count in face["event_counts"].items() if count} == {name: 1}


def test_a_low_value_may_be_an_event_too() -> None:
    (face,) = _summary(_frames([0, *([-21.0] * 10), -30, -16, -14], "yaw"))["faces"]
    (event,) = face["events"]
    assert event == {"event": "head turn left", "start_s": 0.04, "end_s": 0.52, "peak": -30, "peak_time_s": 0.44}


def _turned_for_a_while(metric: str, value: float) -> list[FrameMetrics]:
    """Thirty frames at `value`, of which the middle ten are not valid."""
    frames = _frames([value] * 30, metric)
    for index in range(10, 20):
        faces = (replace(face, invalid_reasons=(InvalidReason.TURNED,)) for face in frames[index].faces)
        frames[index] = replace(frames[index], faces=tuple(faces))
    return frames


def test_frames_that_are_not_valid_are_left_out_and_counted() -> None:
    frames = _turned_for_a_while("smile", 90.0)
    frames[15] = FrameMetrics(frames[15].time_s, (replace(_face(smile=20.0), invalid_reasons=(InvalidReason.DARK,)),))
    (face,) = _summary(frames)["faces"]
    assert (face["frames"], face["valid_frames"], face["frames_left_out"]) == (30, 20, 10)
    assert {reason: count for reason, count in face["left_out_because"].items() if count} == {
        "turned away": 9,
        "too dark": 1,
    }
    assert (face["metrics"]["smile"]["minimum"], face["metrics"]["smile"]["mean"]) == (90, 90)
    before, after = _events(frames, "smile")
    assert before == (0.0, 0.4)
    assert after[0] == 0.8
    assert after[1] == pytest.approx(1.2)


def test_a_head_that_turns_away_is_one_turn() -> None:
    ((start_s, end_s),) = _events(_turned_for_a_while("yaw", 40.0), "head turn right")
    assert start_s == 0
    assert end_s == pytest.approx(1.2)


def test_a_face_that_is_never_valid_has_no_metrics() -> None:
    (face,) = _summary(_turned_for_a_while("smile", 90.0)[10:20])["faces"]
    assert (face["valid_frames"], face["metrics"], face["events"]) == (0, {}, [])


def test_a_face_that_leaves_ends_its_events_and_begins_others_when_it_is_back() -> None:
    frames = _frames([90.0] * 6 + [None] + [90.0] * 7)
    assert _events(frames, "smile") == [(0.0, 0.24), (0.28, 0.56)]
    (face,) = _summary(frames)["faces"]
    assert (face["frames"], face["seconds"], face["last_seen_s"]) == (13, 0.52, 0.52)


def test_another_face_does_not_hide_that_one_was_away() -> None:
    pairs = [((0, 1), 10), ((1,), 1), ((0, 1), 10)]
    faces = [tuple(_face(face_id, smile=90) for face_id in ids) for ids, count in pairs for _ in range(count)]
    first, second = _summary([FrameMetrics(index * 0.1, each) for index, each in enumerate(faces)])["faces"]
    assert (first["event_counts"]["smile"], second["event_counts"]["smile"]) == (2, 1)


def test_more_events_than_are_kept_are_counted() -> None:
    count = 10_050
    (face,) = _summary(_frames([90.0, 0.0] * count, "eye closure"))["faces"]
    assert face["event_counts"]["blink"] == count
    assert (len(face["events"]), face["events_dropped"]) == (10_000, 50)


@pytest.mark.parametrize("frame", [FrameMetrics(math.nan, ()), FrameMetrics(0.2, (_face(pitch=math.inf),))])
def test_what_is_not_finite_is_never_written(frame: FrameMetrics) -> None:
    writer = SummaryJsonWriter(io.BytesIO(), metrics=EVERY_METRIC, open_spool=io.BytesIO)
    with pytest.raises(ValueError, match="cannot be written"):
        writer.write(frame)


def test_a_clock_that_stands_still_is_refused_and_nothing_is_added() -> None:
    stream = io.BytesIO()
    writer = SummaryJsonWriter(stream, metrics=EVERY_METRIC, open_spool=io.BytesIO)
    writer.write(FrameMetrics(1.0, ()))
    with pytest.raises(ValueError, match="cannot follow"):
        writer.write(FrameMetrics(1.0, ()))
    writer.close()
    assert json.loads(stream.getvalue())["media"]["frames"] == 1


_EDGES = [edge for each in EVENTS for edge in (each.enter, each.leave)]
_VALUES = st.floats(-110, 110) | st.sampled_from([*_EDGES, SHARE_THRESHOLD, -0.0, 49.99, 100.0])
_INTERVALS_S = st.sampled_from([0.04, 1001 / 30000, 0.1, 0.2, 0.5, 3.0]) | st.floats(1e-5, 10)


@st.composite
def _films(draw: st.DrawFn) -> list[FrameMetrics]:
    """Faces come and go; the metrics that make events take a few values, the others one of them."""
    time_s, frames = draw(st.floats(0, 100)), []
    for interval_s in draw(st.lists(_INTERVALS_S, min_size=1, max_size=14)):
        faces = []
        for face_id in sorted(draw(st.sets(st.integers(0, 2)))):
            pool = draw(st.lists(_VALUES, min_size=1, max_size=4))
            values = {metric.name: pool[index % len(pool)] for index, metric in enumerate(METRICS)}
            faces.append(FaceMetrics(face_id, values, invalid_reasons=draw(st.just(()) | REASONS)))
        frames.append(FrameMetrics(time_s, tuple(faces)))
        time_s += interval_s
    return frames


@given(_films())
def test_equal_to_the_reference(frames: list[FrameMetrics]) -> None:
    document = _summary(frames)
    ids = [face["face_id"] for face in document["faces"]]
    assert ids == list(dict.fromkeys(str(face.face_id) for frame in frames for face in frame.faces))
    seconds = ends_of(frames)[-1] - frames[0].time_s
    assert document["media"]["duration_s"] == pytest.approx(seconds, abs=ROUNDING)
    assert document["media"]["frames_without_face"] == sum(not frame.faces for frame in frames)
    for face in document["faces"]:
        _check_face(face, frames)


def _check_face(face: Any, frames: Sequence[FrameMetrics]) -> None:
    sightings = sightings_of(frames, int(face["face_id"]))
    valid = [each for each in sightings if not each.reasons]
    assert (face["frames"], face["valid_frames"]) == (len(sightings), len(valid))
    assert face["frames_left_out"] == len(sightings) - len(valid)
    assert face["left_out_because"] == {
        reason: sum(reason in each.reasons for each in sightings) for reason in InvalidReason
    }
    assert set(face["metrics"]) == ({metric.name for metric in METRICS} if valid else set())
    assert (face["first_seen_s"], face["last_seen_s"]) == (sightings[0].start_s, sightings[-1].start_s)
    for name, numbers in face["metrics"].items():
        values = [each.values[name] for each in valid]
        assert numbers["minimum"] <= numbers["mean"] <= numbers["peak"]
        assert numbers["mean"] == pytest.approx(weighted_mean(valid, name), abs=ROUNDING)
        assert numbers["minimum"] == pytest.approx(min(values), abs=ROUNDING)
        assert numbers["peak"] == pytest.approx(max(values), abs=ROUNDING)
        assert numbers["peak_time_s"] == valid[values.index(max(values))].start_s
        if name in SCORES:
            assert 0 <= numbers["share_above"] <= 1
            assert numbers["share_above"] == pytest.approx(share_above(valid, name, SHARE_THRESHOLD), abs=ROUNDING)
    for definition in EVENTS:
        counting = sightings if definition.metric in ANGLES else valid
        events = [event for event in face["events"] if event["event"] == definition.name]
        assert face["event_counts"][definition.name] == len(events)
        found = [(event["start_s"], event["end_s"], event["peak"], event["peak_time_s"]) for event in events]
        assert found == [
            (start_s, pytest.approx(end_s, abs=1e-9), pytest.approx(peak, abs=ROUNDING), peak_time_s)
            for start_s, end_s, peak, peak_time_s in events_of(counting, definition)
        ]
        moments = [moment for event in events for moment in (event["start_s"], event["end_s"])]
        assert moments == sorted(moments)  # in order, and none begins before the last is over
    starts = [event["start_s"] for event in face["events"]]
    assert starts == sorted(starts)
    assert face["events_dropped"] == 0


@pytest.mark.slow
def test_memory_does_not_grow_with_the_film() -> None:
    faces = (_face(0, smile=10.0), _face(1, yaw=3.0))

    def write(count: int) -> None:
        writer = SummaryJsonWriter(io.BytesIO(), metrics=EVERY_METRIC, open_spool=io.BytesIO)
        for index in range(count):
            writer.write(FrameMetrics(index / 30, faces[: index % 3]))
        writer.close()

    assert peak_bytes(lambda: write(6_000)) < 1.1 * peak_bytes(lambda: write(600))


def test_memory_does_not_grow_with_the_events_beyond_those_kept() -> None:
    """Traced only once the list is full: tracing makes each frame ten times slower."""
    closing = (_face(eye_closure=90.0),), (_face(eye_closure=0.0),)
    film = (FrameMetrics(index / 10, closing[index % 2]) for index in itertools.count())
    writer = SummaryJsonWriter(io.BytesIO(), metrics=EVERY_METRIC, open_spool=io.BytesIO)

    def write(events: int) -> None:
        for frame in itertools.islice(film, 2 * events):
            writer.write(frame)

    write(MAX_EVENTS)
    assert peak_bytes(lambda: write(300)) < 300 * 50  # bytes; an event has more than 200


def test_faces_beyond_the_limit_are_summed_up() -> None:
    counts = (0, 3, 14, 0)
    frames = [FrameMetrics(float(index), (), faces_left_out=count) for index, count in enumerate(counts)]
    media = json.loads(summary_bytes(frames))["media"]
    assert (media["faces_left_out"], media["frames_with_faces_left_out"]) == (14, 2)
    assert "faces_left_out" not in json.loads(summary_bytes([FrameMetrics(0.0, ())]))["media"]
