"""The demo's table of a summary."""

import dataclasses
import io
from pathlib import Path

import pytest
from rich.console import Console

from chalicelib.domain.measurements.metrics import EVERY_METRIC, METRICS, FaceMetrics, FrameMetrics
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.formats.summary_json import SummaryJsonWriter
from mien.cli.faces.face_table import face_table
from mien.client.face_summary import ResultSummary, read_summary


def _face(face_id: int, **values: float) -> FaceMetrics:
    given = {name.replace("_", " "): value for name, value in values.items()}
    return FaceMetrics(face_id, {metric.name: given.get(metric.name, 0.0) for metric in METRICS})


FRAMES = (
    FrameMetrics(0.0, (_face(0, smile=10, attention=99),)),
    FrameMetrics(0.04, (_face(0, smile=50, joy=20, attention=99), _face(3, jaw_drop=17.5))),
    FrameMetrics(0.08, ()),
    FrameMetrics(0.12, (_face(0, smile=30, joy=40, attention=99, yaw=80, valence=95),)),
)


def _summarize(path: Path, frames: tuple[FrameMetrics, ...] = FRAMES) -> ResultSummary:
    with path.open("wb") as stream:
        writer = SummaryJsonWriter(stream, metrics=EVERY_METRIC, open_spool=io.BytesIO)
        for frame in frames:
            writer.write(frame)
        writer.close()
    return read_summary(path)


def test_faces(tmp_path: Path) -> None:
    summary = _summarize(tmp_path / "summary.json")
    first, second = summary.faces
    assert summary.frames == 4
    assert (first.face_id, first.first_s, first.last_s, first.frames) == ("0", 0.0, 0.12, 3)
    assert (second.face_id, second.first_s, second.last_s, second.frames) == ("3", 0.04, 0.04, 1)
    smile, joy = first.strongest(2)
    assert (smile.name, smile.mean, smile.peak, smile.peak_time_s) == ("smile", 30.0, 50.0, 0.04)
    assert (joy.name, joy.mean, joy.peak, joy.peak_time_s) == ("joy", 20.0, 40.0, 0.12)
    assert [metric.name for metric in second.strongest(5)] == ["jaw drop"]


def test_what_is_shown_for_long_comes_before_what_is_touched_once(tmp_path: Path) -> None:
    flash = (_face(0, smile=60, nose_wrinkle=80, engagement=100), *(_face(0, smile=60, engagement=100),) * 9)
    frames = tuple(FrameMetrics(index / 25, (face,)) for index, face in enumerate(flash))
    (face,) = _summarize(tmp_path / "summary.json", frames).faces
    assert [metric.name for metric in face.strongest(5)] == ["smile", "nose wrinkle"]
    assert face.event_counts == {"smile": 1}


def test_a_face_that_shows_nothing_has_nothing_strongest(tmp_path: Path) -> None:
    (face,) = _summarize(tmp_path / "summary.json", (FrameMetrics(0.0, (_face(0, smile=9, attention=99),)),)).faces
    assert face.strongest(5) == []


def test_a_film_without_faces(tmp_path: Path) -> None:
    summary = _summarize(tmp_path / "none.json", (FrameMetrics(0.0, ()), FrameMetrics(0.04, ())))
    assert summary == ResultSummary((), 2)
    assert _printed(summary) == "No face was found in 2 frames.\n"


@pytest.mark.parametrize("content", ["{}", "[]", "a,b\n1,2\n"])
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(content)
    with pytest.raises(ValueError):  # noqa: PT011  # of the file's content or of its syntax
        read_summary(path)


def test_the_table_names_what_is_strongest_and_what_happened(tmp_path: Path) -> None:
    frames = tuple(FrameMetrics(index / 25, (_face(0, smile=60, yaw=-30),)) for index in range(30))
    lines = _printed(_summarize(tmp_path / "summary.json", frames)).splitlines()
    assert "1 face in 30 frames" in lines[0]
    smile = next(line for line in lines if "│    0 │" in line)
    assert smile.replace("│", " ").split() == ["0", "0.0-1.2", "s", "smile", "60", "60", "0.0", "smile:", "1"]
    following = lines[lines.index(smile) + 1]
    assert following.replace("│", " ").split() == ["30", "frames", "head", "turn", "left:", "1"]


def test_of_many_faces_the_longest_are_shown(tmp_path: Path) -> None:
    faces = tuple(_face(face_id) for face_id in range(40))
    frames = (FrameMetrics(0.0, faces), FrameMetrics(0.04, faces[20:32]))
    printed = _printed(_summarize(tmp_path / "crowd.json", frames))
    assert "40 faces in 2 frames, the 12 measured longest" in printed
    shown = [line.replace("│", " ").split()[0] for line in printed.splitlines() if " 0.0-0.0 s " in line]
    assert shown == [str(face_id) for face_id in range(20, 32)]


def test_a_picture_has_one_score_and_no_times(tmp_path: Path) -> None:
    frame = FrameMetrics(0.0, (_face(0, smile=60, joy=40), _face(1)))
    lines = _printed(_summarize(tmp_path / "picture.json", (frame,))).splitlines()
    assert "2 faces in a picture" in lines[0]
    assert [line.replace("│", " ").split() for line in lines if "│" in line] == [
        ["0", "smile", "60"],
        ["joy", "40"],
        ["1", "nothing", "above", "10"],
    ]


def test_a_face_that_is_never_valid_says_why_and_comes_after_the_others(tmp_path: Path) -> None:
    reasons = (InvalidReason.SMALL, InvalidReason.BLURRED)
    small = tuple(dataclasses.replace(_face(face_id), invalid_reasons=reasons) for face_id in range(12))
    printed = _printed(_summarize(tmp_path / "crowd.json", (FrameMetrics(0.0, (*small, _face(12, smile=60))),)))
    assert "13 faces in a picture, 12 of them" in printed
    assert printed.count("not valid: too small, blurred") == 11
    assert "│   12 │ smile " in printed


def test_a_film_says_how_many_frames_were_not_valid(tmp_path: Path) -> None:
    turned = dataclasses.replace(_face(0, smile=60), invalid_reasons=(InvalidReason.TURNED,))
    frames = tuple(FrameMetrics(index / 25, (_face(0, smile=60) if index < 7 else turned,)) for index in range(10))
    printed = _printed(_summarize(tmp_path / "film.json", frames))
    assert "3 not valid" in printed
    assert "│ smile " in printed


def _printed(summary: ResultSummary) -> str:
    console = Console(file=io.StringIO(), width=100)
    console.print(face_table(summary))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()
