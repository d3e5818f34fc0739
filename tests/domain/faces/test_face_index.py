"""The index of faces."""

import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.faces import face_index
from chalicelib.domain.faces.face_index import FaceIndex, FaceIndexBuilder, decode_index
from chalicelib.domain.measurements.metrics import FaceMetrics, FrameMetrics

_SEEN = st.lists(st.sets(st.integers(0, 4)), max_size=40)


def index_of(seen: list[set[int]]) -> FaceIndex:
    builder = FaceIndexBuilder()
    for number, ids in enumerate(seen):
        builder.add(FrameMetrics(number / 3, tuple(FaceMetrics(face_id, {}) for face_id in sorted(ids))))
    index = builder.index()
    assert index is not None
    return index


@given(_SEEN)
def test_an_index_says_in_which_frames_each_face_is(seen: list[set[int]]) -> None:
    index = decode_index(index_of(seen).encode())
    assert list(index.times_s) == [number / 3 for number in range(len(seen))]
    found: list[set[int]] = [set() for _ in seen]
    for face_id, spans in index.spans.items():
        assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(spans))
        for first, last in spans:
            for number in range(first, last + 1):
                found[number].add(face_id)
    assert found == seen


@given(st.binary(max_size=60))
def test_other_bytes_are_no_index(data: bytes) -> None:
    for each in (data, zlib.compress(data)):
        with pytest.raises(ValueError, match="index of faces"):
            decode_index(each)


def test_the_beginning_of_an_index_is_none() -> None:
    data = index_of([{0, 1}, {1}, {2}]).encode()
    for length in range(len(data)):
        with pytest.raises(ValueError, match="index of faces"):
            decode_index(data[:length])


@pytest.mark.parametrize("limit", ["MAX_FRAMES", "MAX_SPANS"])
def test_too_much_has_no_index(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(face_index, limit, 3)
    builder = FaceIndexBuilder()
    for number in range(4):
        assert builder.index() is not None
        builder.add(FrameMetrics(float(number), (FaceMetrics(number, {}),)))
    assert builder.index() is None
