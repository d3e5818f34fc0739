from pathlib import Path

import pytest

from lab.evaluation.labelled import LabelledFault, LabelledPicture, MeasuredPicture, labelled_pictures, report_text

_EMOTIONS = ("anger", "contempt", "disgust", "fear", "joy", "sadness", "surprise")


def _measured(label: str, person: str, **scores: float) -> MeasuredPicture:
    return MeasuredPicture(
        LabelledPicture(Path(f"{person}.jpg"), label, person), dict.fromkeys(_EMOTIONS, 0.0) | scores
    )


def test_each_folder_is_a_label(tmp_path: Path) -> None:
    for folder, name in (("Happy", "a.jpg"), ("neutral", "b.PNG"), ("lip_press", "c.jpg")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).touch()
    (tmp_path / "Happy" / "notes.txt").touch()
    found = labelled_pictures(tmp_path)
    assert sorted((each.label, each.person) for each in found) == [("joy", "a"), ("lip press", "c"), ("neutral", "b")]


def test_a_table_names_paths_labels_and_persons(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("path,label,person\nx/1.jpg,sadness,ada\n2.jpg,smile,\n")
    assert labelled_pictures(table) == [
        LabelledPicture(tmp_path / "x/1.jpg", "sadness", "ada"),
        LabelledPicture(tmp_path / "2.jpg", "smile", "2"),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("path,person\n", "needs the columns"), ("path,label\n1.jpg,bliss\n", "'bliss'"), ("path,label\n", "no labelled")],
)
def test_what_is_wrong_with_a_table_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    table = tmp_path / "labels.csv"
    table.write_text(text)
    with pytest.raises(LabelledFault, match=sentence):
        labelled_pictures(table)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabelledFault, match="nowhere"):
        labelled_pictures(tmp_path / "nowhere")


def test_the_report_counts_what_came_out_first() -> None:
    measured = [
        _measured("joy", "ada", joy=90.0),
        _measured("joy", "bo", joy=20.0),
        _measured("neutral", "ada", joy=5.0),
        _measured("anger", "bo", anger=60.0),
    ]
    text = report_text(5, measured)
    assert "5 pictures, 4 with a face, 2 persons" in text
    assert "in 75.0 % of them" in text
    assert "| joy | 2 | 50 | 1 |" in text
