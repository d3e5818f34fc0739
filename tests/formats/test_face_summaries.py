import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.measurements.metrics import EVERY_METRIC, METRICS, FaceMetrics, FrameMetrics
from chalicelib.formats.face_summaries import MAX_IN_MEMORY, FaceSummaries
from chalicelib.formats.summary_json import SummaryJsonWriter
from tests.memory import peak_bytes


@given(st.lists(st.integers(0, 12), max_size=80), st.integers(1, 4))
def test_what_is_in_the_spool_is_as_good_as_what_is_in_memory(asked: list[int], limit: int) -> None:
    few, many = (FaceSummaries(EVERY_METRIC, io.BytesIO, limit=each) for each in (limit, 100))
    for index, face_id in enumerate(asked):
        for summaries in (few, many):
            summary = summaries.of(face_id, index / 25)
            summary.frames += 1
            summary.last_s = index / 25
            summary.statistics.add(index / 25, 0.04, {metric.name: float(index) for metric in METRICS})
            summary.events.add(index / 25, {metric.name: 60.0 * (index % 2) for metric in METRICS})
    assert len(few) == len(many) == len(set(asked))
    for (face_id, spooled), (other_id, kept) in zip(few.items(), many.items(), strict=True):
        assert face_id == other_id
        assert (spooled.first_s, spooled.last_s, spooled.frames) == (kept.first_s, kept.last_s, kept.frames)
        assert [spooled.statistics.of(metric.name) for metric in METRICS] == [
            kept.statistics.of(metric.name) for metric in METRICS
        ]
        assert spooled.events.counts == kept.events.counts
        assert spooled.events.in_order() == kept.events.in_order()
    assert [face_id for face_id, _ in few.items()] == list(dict.fromkeys(asked))


def test_no_spool_is_opened_for_the_faces_of_an_ordinary_film() -> None:
    def refuse() -> io.BytesIO:
        raise AssertionError("a spool was opened")

    summaries = FaceSummaries(EVERY_METRIC, refuse)
    for face_id in range(MAX_IN_MEMORY):
        summaries.of(face_id, 0.0)
    with pytest.raises(AssertionError, match="a spool was opened"):
        summaries.of(MAX_IN_MEMORY, 0.0)


@pytest.mark.slow
def test_memory_hardly_grows_with_the_faces(tmp_path: Path) -> None:
    values = {metric.name: 1.0 for metric in METRICS}

    def write(faces: int) -> None:
        with tempfile.TemporaryFile(dir=tmp_path) as spool, (tmp_path / "summary").open("wb") as stream:
            writer = SummaryJsonWriter(stream, metrics=EVERY_METRIC, open_spool=lambda: spool)
            for face_id in range(faces):
                writer.write(FrameMetrics(face_id / 25, (FaceMetrics(face_id, values),)))
            writer.close()

    few, many = MAX_IN_MEMORY + 50, 3 * MAX_IN_MEMORY  # both use the spool
    growth_bytes = peak_bytes(lambda: write(many)) - peak_bytes(lambda: write(few))
    assert growth_bytes < 200 * (many - few)  # its id and its place, not its 5 KB
