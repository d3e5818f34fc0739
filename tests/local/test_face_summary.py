"""The demo's summary of a result table."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from chalicelib.domain.job_names import RECIPES, JobName
from chalicelib.domain.metrics import METRICS, FaceMetrics, FrameMetrics
from chalicelib.formats.csv_table import CsvTableWriter
from chalicelib.local.face_summary import ResultSummary, summarize_table
from chalicelib.local.face_table import face_table


def _face(face_id: int, **values: float) -> FaceMetrics:
    given = {name.replace("_", " "): value for name, value in values.items()}
    return FaceMetrics(face_id, {metric.name: given.get(metric.name, 0.0) for metric in METRICS})


FRAMES = (
    FrameMetrics(0.0, (_face(0, smile=10, attention=99),)),
    FrameMetrics(0.04, (_face(0, smile=50, joy=20, attention=99), _face(3, jaw_drop=7.5))),
    FrameMetrics(0.08, ()),
    FrameMetrics(0.12, (_face(0, smile=30, joy=40, attention=99, yaw=80, valence=95),)),
)


def _summarize(path: Path, job_name: JobName, frames: tuple[FrameMetrics, ...] = FRAMES) -> ResultSummary:
    recipe = RECIPES[job_name]
    assert recipe is not None
    with path.open("wb") as stream:
        writer = CsvTableWriter(stream, face_ids=recipe.max_faces > 1, classifier_names=recipe.classifier_names)
        for frame in frames:
            writer.write(frame)
    return summarize_table(path)


def test_faces_of_a_job_with_ids(tmp_path: Path) -> None:
    summary = _summarize(tmp_path / "faces.csv", JobName.MULTIFACE)
    first, second = summary.faces
    assert summary.frames == 4
    assert (first.face_id, first.first_s, first.last_s, first.frames) == ("0", 0.0, 0.12, 3)
    assert (second.face_id, second.first_s, second.last_s, second.frames) == ("3", 0.04, 0.04, 1)
    smile, joy = first.strongest(2)
    assert (smile.name, smile.mean, smile.peak, smile.peak_time_s) == ("smile", 30.0, 50.0, 0.04)
    assert (joy.name, joy.mean, joy.peak, joy.peak_time_s) == ("joy", 20.0, 40.0, 0.12)
    assert second.strongest(1)[0].name == "jaw drop"


@pytest.mark.parametrize("job_name", [JobName.CURRENT_PACK, JobName.CT_PACK_LINEAR])
def test_the_face_of_a_job_without_ids(tmp_path: Path, job_name: JobName) -> None:
    summary = _summarize(tmp_path / "face.csv", job_name)
    (face,) = summary.faces
    assert (face.face_id, face.frames, summary.frames) == ("", 3, 4)
    assert [metric.name for metric in face.strongest(2)] == ["smile", "joy"]


def test_a_film_without_faces(tmp_path: Path) -> None:
    summary = _summarize(tmp_path / "none.csv", JobName.MULTIFACE, (FrameMetrics(0.0, ()), FrameMetrics(0.04, ())))
    assert summary == ResultSummary((), 2)
    assert "0 faces in 2 frames" in _printed(summary)


def test_another_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="time stamp"):
        summarize_table(path)


def test_the_table_names_what_is_strongest(tmp_path: Path) -> None:
    lines = _printed(_summarize(tmp_path / "faces.csv", JobName.MULTIFACE)).splitlines()
    assert "2 faces in 4 frames" in lines[0]
    smile = next(line for line in lines if "smile" in line)
    assert smile.replace("│", " ").split() == ["0", "0.0-0.1", "3", "smile", "30", "50", "0.0"]


def test_of_many_faces_the_longest_are_shown(tmp_path: Path) -> None:
    faces = tuple(_face(face_id) for face_id in range(40))
    frames = (FrameMetrics(0.0, faces), FrameMetrics(0.04, faces[20:32]))
    printed = _printed(_summarize(tmp_path / "crowd.csv", JobName.MULTIFACE, frames))
    assert "40 faces in 2 frames, the 12 seen longest" in printed
    shown = [line.replace("│", " ").split()[0] for line in printed.splitlines() if " 0.0-0.0 " in line]
    assert shown == [str(face_id) for face_id in range(20, 32)]


def _printed(summary: ResultSummary) -> str:
    console = Console(file=io.StringIO(), width=100)
    console.print(face_table(summary))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()
