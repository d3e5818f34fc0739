"""The timeline: it says what the session JSON says, within half a step, and a damaged one is refused."""

import io
import json
import math
import random
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.measurements.metrics import EVERY_METRIC, METRICS, FaceMetrics, FrameMetrics
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.formats.packed_integers import Packer, Unpacker
from chalicelib.formats.timeline import BUCKET_FRAMES, LENGTH, MAGIC, STEPS_PER_UNIT, TimelineWriter
from chalicelib.formats.timeline_reader import Timeline, read_timeline, read_times
from tests.formats.frames import FRAMES, GOLDEN_FRAMES, face
from tests.formats.readers import session_bytes, timeline_bytes

_FOUR_DECIMALS = 0.5e-4
_INTEGERS = st.integers(-(2**62), 2**62) | st.integers(-200, 200)


def _long_film(frames: int, seed: int = 7) -> list[FrameMetrics]:
    """Two faces who come and go, over several buckets; the second is often not valid."""
    chance = random.Random(seed)  # noqa: S311  # not for secrets
    made = []
    for index in range(frames):
        faces = []
        if index % 300 < 250:
            faces.append(face(0, 50 + 50 * math.sin(index / 20), chance.random()))
        if index > 100 and chance.random() > 0.1:
            reasons = (InvalidReason.TURNED, InvalidReason.CUT) if index % 7 == 0 else ()
            faces.append(face(4, chance.random(), 1.5, 80 + 20 * chance.random(), reasons))
        made.append(FrameMetrics(index * 1001 / 30000, tuple(faces)))
    return made


def _same(read: float, written: float, steps: int) -> bool:
    return abs(read - written) <= 0.5 / steps + _FOUR_DECIMALS + 1e-9 * abs(written)


def test_it_says_after_which_frames_some_were_lost() -> None:
    times_s = [index * 0.04 for index in range(25)] + [5.0 + index * 0.04 for index in range(25)]
    timeline = read_timeline(io.BytesIO(timeline_bytes([FrameMetrics(time_s, (), 0.04) for time_s in times_s])))
    assert timeline.header["holes"] == [{"frame": 24, "lasts_s": 0.04}]
    assert "holes" not in read_timeline(io.BytesIO(timeline_bytes(GOLDEN_FRAMES))).header


def _assert_says_the_same(timeline: Timeline, document: Any) -> None:
    """Every number of the session JSON is in the timeline, within half a step, and no other."""
    frames = document["frames"]
    assert len(timeline.times_s) == len(frames)
    for read, frame in zip(timeline.times_s, frames, strict=True):
        assert read == pytest.approx(frame["time"], abs=0.51e-6, rel=1e-12)
    steps = {metric.name: STEPS_PER_UNIT[metric.unit] for metric in METRICS} | {"confidence": 5}
    rows = 0
    for each in timeline.faces:
        assert list(each.values) == list(steps)
        for row, frame in enumerate(each.frames):
            written = frames[frame]["faces"][each.face_id]
            assert list(each.reasons[row]) == written["invalid reasons"]
            assert [name for name, per in steps.items() if not _same(each.values[name][row], written[name], per)] == []
            rows += 1
    assert rows == sum(len(frame["faces"]) for frame in frames)


@given(FRAMES)
def test_it_says_what_the_session_json_says(frames: list[FrameMetrics]) -> None:
    _assert_says_the_same(read_timeline(io.BytesIO(timeline_bytes(frames))), json.loads(session_bytes(frames)))


def test_it_does_so_over_many_buckets() -> None:
    frames = _long_film(1000)
    timeline = read_timeline(io.BytesIO(timeline_bytes(frames)))
    _assert_says_the_same(timeline, json.loads(session_bytes(frames)))
    assert [each.face_id for each in timeline.faces] == ["0", "4"]  # by first appearance


def test_the_overview_sums_up_the_rows() -> None:
    timeline = read_timeline(io.BytesIO(timeline_bytes(_long_film(1000))))
    for each in timeline.faces:
        by_bucket: dict[int, list[int]] = {}
        for row, frame in enumerate(each.frames):
            by_bucket.setdefault(frame // BUCKET_FRAMES, []).append(row)
        assert [span.bucket for span in each.overview] == list(by_bucket)
        for span, rows in zip(each.overview, by_bucket.values(), strict=True):
            assert (span.seen, span.valid) == (len(rows), sum(each.reasons[row] == () for row in rows))
            for name, values in each.values.items():
                assert span.values[name] == (min(values[row] for row in rows), max(values[row] for row in rows))


def test_no_frames_at_all() -> None:
    timeline = read_timeline(io.BytesIO(timeline_bytes(())))
    assert (list(timeline.times_s), timeline.faces) == ([], [])


def test_columns_can_be_chosen() -> None:
    timeline = read_timeline(io.BytesIO(timeline_bytes(GOLDEN_FRAMES)), names=("smile",))
    assert [list(each.values) for each in timeline.faces] == [["smile"], ["smile"]]


def test_an_hour_of_two_faces_takes_little() -> None:
    """Two minutes stand for it. The walk is that of measured films: a score moves by 2 points from frame to frame, and
    a third of the scores rest at 0."""
    chance = random.Random(3)  # noqa: S311  # not for secrets
    state = {metric.name: 30.0 for metric in METRICS}
    resting = {metric.name for metric in METRICS if chance.random() < 1 / 3}
    frames = []
    for index in range(3600):
        for name, value in state.items():
            if name not in resting:
                state[name] = min(max(value + chance.gauss(0, 2), 0), 100)
        frames.append(FrameMetrics(index / 30, (FaceMetrics(0, dict(state)), FaceMetrics(1, dict(state)))))
    assert len(timeline_bytes(frames)) * 30 < 7_500_000


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e300])
def test_what_cannot_be_written_is_refused_as_a_whole(value: float) -> None:
    writer = TimelineWriter(io.BytesIO(), metrics=EVERY_METRIC, open_spool=io.BytesIO)
    spoilt = FaceMetrics(1, {**face(1).values, METRICS[-1].name: value})
    with pytest.raises(ValueError, match="cannot be written"):
        writer.write(FrameMetrics(0.0, (face(0), spoilt)))
    assert writer._frames == 0


@given(st.lists(st.lists(_INTEGERS, max_size=20), min_size=1, max_size=4), st.integers(1, 5))
def test_integers_come_back_whatever_their_pieces(streams: list[list[int]], size: int) -> None:
    packer = Packer(len(streams))
    packed = b"".join(
        packer.pack(place, stream[begin : begin + size])
        for place, stream in enumerate(streams)
        for begin in range(0, len(stream), size)
    )
    unpacker = Unpacker(packed)
    assert [list(unpacker.unpack(len(stream))) for stream in streams] == streams
    assert unpacker.is_at_end


@given(st.data())
def test_no_damage_goes_unseen(data: st.DataObject) -> None:
    """Whatever byte changes or is missing, it is an error or the same document: never another number."""
    whole = timeline_bytes(GOLDEN_FRAMES)
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255))
    for damaged in (bytes(changed), whole[:place]):
        with pytest.raises(ValueError):  # noqa: PT011  # each has its own sentence
            read_timeline(io.BytesIO(damaged))


def _header(frames: int = 0, faces: Sequence[Mapping[str, int]] = ()) -> dict[str, object]:
    return {"frames": frames, "times": {"bytes": 8, "step_s": 1e-6}, "columns": [], "faces": faces}


@pytest.mark.parametrize(
    "header",
    [
        {},
        [],
        {"frames": 10**12, "times": {"bytes": 10, "step_s": 1e-6}},
        _header(frames=4_000_001),
        _header(faces=[{"rows": 10**12, "buckets": 0}]),
        _header(faces=[{"rows": 1, "buckets": 0}]),  # a row without a frame
        _header(faces=[{"rows": 0, "buckets": 10**9}]),
        _header(faces=[{"rows": -1, "buckets": -1}]),
    ],
)
def test_a_header_that_lies_is_refused(header: object) -> None:
    head = zlib.compress(json.dumps(header).encode())
    with pytest.raises(ValueError, match=r"damaged|too large"):
        read_timeline(io.BytesIO(MAGIC + LENGTH.pack(len(head)) + head + zlib.compress(b"")))


def test_a_part_that_unpacks_to_more_than_it_says_is_refused() -> None:
    whole = timeline_bytes(GOLDEN_FRAMES)
    (size,) = LENGTH.unpack_from(whole, len(MAGIC))
    begin = len(MAGIC) + LENGTH.size
    header = json.loads(zlib.decompress(whole[begin : begin + size]))
    bomb = zlib.compress(bytes(50_000_000))
    header["times"]["bytes"] = len(bomb)
    head = zlib.compress(json.dumps(header).encode())
    with pytest.raises(ValueError, match="cut off or too large"):
        read_timeline(io.BytesIO(MAGIC + LENGTH.pack(len(head)) + head + bomb))


def _packed_zeros(header: Mapping[str, object], *parts: int) -> bytes:
    """A timeline whose parts hold so many integers, all 0: a byte each, a thousandth of one when they are packed."""
    packed = [zlib.compress(bytes(count), 9) for count in parts]
    sizes = iter(map(len, packed))
    times = {"bytes": next(sizes), "step_s": 1e-6}
    faces = [
        {"face_id": "0", "overview_bytes": next(sizes), "bytes": next(sizes), **face}
        for face in header["faces"]  # type: ignore[attr-defined]  # as written here
    ]
    head = zlib.compress(json.dumps({**header, "times": times, "faces": faces}).encode())
    return MAGIC + LENGTH.pack(len(head)) + head + b"".join(packed)


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        # 0.1 MB that would take 2 GB, as Python keeps numbers, and 2 MB that would take more than 6 GB
        ({"frames": 20_000_000, "faces": [{"rows": 0, "buckets": 0}]}, (20_000_000, 0, 0)),
        ({"frames": 4_000_000, "faces": [{"rows": 4_000_000, "buckets": 400_001}]}, (4_000_000, 1_200_003, 8_000_000)),
        ({"frames": 1_000_000, "faces": [{"rows": 1_000_000, "buckets": 0}] * 21}, (1_000_000, *((0, 2_000_000) * 21))),
    ],
    ids=["frames", "buckets", "rows"],
)
def test_a_small_file_cannot_take_much_memory(header: Mapping[str, object], parts: Sequence[int]) -> None:
    data = _packed_zeros({**header, "columns": [], "reasons": []}, *parts)
    with pytest.raises(ValueError, match="too large"):
        read_timeline(io.BytesIO(data), ("smile",))


@pytest.mark.slow
def test_a_part_may_not_unpack_to_more_than_any_video_needs() -> None:
    """With 200 columns of a face that is there for four hours."""
    columns = [{"name": f"column {place}", "step": 0.1} for place in range(200)]
    header = {"frames": 4_000_000, "columns": columns, "reasons": [], "faces": [{"rows": 4_000_000, "buckets": 0}]}
    data = _packed_zeros(header, 4_000_000, 0, 202 * 4_000_000)
    with pytest.raises(ValueError, match="cut off or too large"):
        read_timeline(io.BytesIO(data), ("column 0",))


@pytest.mark.slow
def test_four_hours_at_240_frames_a_second_are_read() -> None:
    frames = 4 * 3600 * 240
    header = {"frames": frames, "columns": [{"name": "smile", "step": 0.1}], "reasons": []}
    data = _packed_zeros(
        {**header, "faces": [{"rows": frames, "buckets": frames // 64}]}, frames, frames // 64 * 5, frames * 3
    )
    (face_read,) = read_timeline(io.BytesIO(data), ("smile",)).faces
    assert len(face_read.values["smile"]) == frames


@given(st.lists(_INTEGERS), st.lists(_INTEGERS))
def test_a_stream_can_be_passed_over(first: list[int], second: list[int]) -> None:
    packer = Packer(2)
    data = packer.pack(0, first) + packer.pack(1, second)
    unpacker = Unpacker(data)
    unpacker.skip(len(first))
    assert list(unpacker.unpack(len(second))) == second
    assert unpacker.is_at_end
    with pytest.raises(ValueError, match="end early"):
        unpacker.skip(1)


def test_the_times_can_be_read_alone() -> None:
    data = timeline_bytes(_long_film(100))
    assert read_times(io.BytesIO(data)) == read_timeline(io.BytesIO(data)).times_s
    for cut in (4, 11, 40):
        with pytest.raises(ValueError, match=r"timeline|header"):
            read_times(io.BytesIO(data[:cut]))
