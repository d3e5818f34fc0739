"""`make evaluate LABELLED=folder`: what the scores are worth on labelled pictures of your own.

A folder with one folder for each label, or a CSV file with the columns `path`, `label` and, if known, `person` (paths
are relative to the file). Labels are the emotions, `neutral`, and the expressions, by the names of the metrics; common
words for emotions are understood. Writes `build/labelled/report.md` and a sheet of the worst pictures.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from chalicelib.analysis.media.open_media import open_media
from chalicelib.domain.measurements.metrics import BASELINE_NAMES
from chalicelib.domain.measurements.reliability import SEVEN
from chalicelib.errors import MediaError
from lab.evaluation.presence import Separation, separation
from lab.evaluation.workbench import Workbench
from lab.reports.markdown import table_text
from lab.reports.report import Cell, Table

NEUTRAL = "neutral"
_WORDS: Mapping[str, str] = {
    "angry": "anger",
    "disgusted": "disgust",
    "fearful": "fear",
    "afraid": "fear",
    "happy": "joy",
    "happiness": "joy",
    "sad": "sadness",
    "surprised": "surprise",
}
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
_BINS = (0.0, 20.0, 40.0, 60.0, 80.0, 100.0)
_SHEET_COLUMNS, _SHEET_ROWS, _TILE_PX = 6, 4, 160


class LabelledFault(Exception):
    """The labelled pictures cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One picture; `person` is the picture itself if no one said who it is."""

    path: Path
    label: str
    person: str


@dataclass(frozen=True, slots=True)
class MeasuredPicture:
    """One picture and the metrics of its largest face."""

    picture: LabelledPicture
    values: Mapping[str, float]

    @property
    def emotion(self) -> str:
        """The likeliest of the seven and none."""
        none = 100.0 - sum(self.values[name] for name in SEVEN)
        return max((*SEVEN, NEUTRAL), key=lambda name: none if name == NEUTRAL else self.values[name])

    def score(self, label: str) -> float:
        """0..100, of a label."""
        return 100.0 - sum(self.values[name] for name in SEVEN) if label == NEUTRAL else self.values[label]


def labelled_pictures(source: Path) -> list[LabelledPicture]:
    """The pictures of a folder or a CSV file. Raises `LabelledFault`."""
    if source.is_dir():
        found = [
            LabelledPicture(path, _label(folder.name, source), path.stem)
            for folder in sorted(source.iterdir())
            if folder.is_dir()
            for path in sorted(folder.rglob("*"))
            if path.suffix.lower() in _PICTURES
        ]
    elif source.is_file():
        found = list(_rows(source))
    else:
        raise LabelledFault(f"There is no {source}.")
    if not found:
        raise LabelledFault(f"{source} has no labelled pictures: make one folder for each label, with pictures in it.")
    return found


def _rows(source: Path) -> Iterator[LabelledPicture]:
    with source.open(newline="", encoding="utf-8") as stream:
        rows = csv.DictReader(stream)
        if not {"path", "label"} <= set(rows.fieldnames or ()):
            raise LabelledFault(f"{source} needs the columns path and label in its first line.")
        for row in rows:
            path = source.parent / row["path"]
            yield LabelledPicture(path, _label(row["label"], source), row.get("person") or path.stem)


def _label(text: str, source: Path) -> str:
    label = text.strip().lower().replace("_", " ")
    label = _WORDS.get(label, label)
    if label not in (*SEVEN, NEUTRAL, *BASELINE_NAMES):
        known = ", ".join((*SEVEN, NEUTRAL, *BASELINE_NAMES))
        raise LabelledFault(f"{source} has the label {text!r}, which is none of: {known}.")
    return label


def measured_pictures(bench: Workbench, pictures: Sequence[LabelledPicture]) -> Iterator[MeasuredPicture]:
    """Those that show a face, as a job measures them; the others are left out."""
    for picture in pictures:
        try:
            with open_media(picture.path) as medium:
                frame = next(iter(bench.analyze(medium.frames())))
        except (MediaError, OSError):
            continue
        if frame.faces:
            yield MeasuredPicture(picture, frame.faces[0].values)


def report_text(pictures: int, measured: Sequence[MeasuredPicture]) -> str:
    """The report, as Markdown."""
    labels = sorted({each.picture.label for each in measured})
    emotions = [each for each in measured if each.picture.label in (*SEVEN, NEUTRAL)]
    right = sum(each.emotion == each.picture.label for each in emotions)
    persons = len({each.picture.person for each in measured})
    parts = [
        "# Labelled pictures\n",
        f"{pictures} pictures, {len(measured)} with a face, {persons} persons.\n",
    ]
    if emotions:
        parts.append(f"The likeliest emotion, or none, is the label in {100 * right / len(emotions):.1f} % of them.\n")
    parts.append(table_text(_by_label(labels, measured)))
    parts.append(table_text(_curve(labels, measured)))
    return "\n".join(parts)


def _by_label(labels: Sequence[str], measured: Sequence[MeasuredPicture]) -> Table:
    rows = tuple((label, *_row(label, measured, _separation(label, measured))) for label in labels)
    header = ("label", "pictures", "recall (%)", "AUC", "95 % over persons", "hits at 50 (%)", "false alarms at 50 (%)")
    return Table("By label", header, rows)


def _row(label: str, measured: Sequence[MeasuredPicture], found: Separation | None) -> tuple[Cell, ...]:
    own = [each for each in measured if each.picture.label == label]
    is_emotion = label in (*SEVEN, NEUTRAL)
    recall = round(100 * float(np.mean([each.emotion == label for each in own])), 1) if is_emotion else ""
    if found is None:
        return (len(own), recall, "", "", "", "")
    interval = f"{found.low:.2f} to {found.high:.2f}"
    return (
        len(own),
        recall,
        round(found.auc, 3),
        interval,
        round(100 * found.hits),
        round(100 * found.false_alarms),
    )


def _separation(label: str, measured: Sequence[MeasuredPicture]) -> Separation | None:
    scores = np.array([each.score(label) for each in measured])
    shown = np.array([each.picture.label == label for each in measured])
    return separation(scores, shown, [each.picture.person for each in measured])


def _curve(labels: Sequence[str], measured: Sequence[MeasuredPicture]) -> Table:
    """Returns how often a label is true of the pictures that get such a probability: the reliability curve of
    emotions."""
    rows: list[tuple[Cell, ...]] = []
    for low, high in pairwise(_BINS):
        pairs = [
            (each.score(label), each.picture.label == label)
            for label in labels
            if label in (*SEVEN, NEUTRAL)
            for each in measured
            if low <= each.score(label) < high or high == _BINS[-1] == each.score(label)
        ]
        if pairs:
            probability, true = np.mean([pair[0] for pair in pairs]), 100 * np.mean([pair[1] for pair in pairs])
            rows.append((f"{low:g} to {high:g}", len(pairs), round(float(probability), 1), round(float(true), 1)))
    header = ("probability (%)", "pictures and labels", "mean probability (%)", "true (%)")
    return Table("Reliability curve of the emotions", header, tuple(rows))


def write_sheet(measured: Sequence[MeasuredPicture], path: Path) -> None:
    """A contact sheet of the pictures whose label scores least, each with its label and what came out first."""
    worst = sorted(measured, key=lambda each: each.score(each.picture.label))[: _SHEET_COLUMNS * _SHEET_ROWS]
    sheet = np.full((_SHEET_ROWS * _TILE_PX, _SHEET_COLUMNS * _TILE_PX, 3), 255, np.uint8)
    for place, each in enumerate(worst):
        image = cv2.imread(str(each.picture.path))
        if image is None:
            continue
        row, column = divmod(place, _SHEET_COLUMNS)
        tile = cv2.resize(image, (_TILE_PX, _TILE_PX), interpolation=cv2.INTER_AREA)
        text = f"{each.picture.label}: {each.score(each.picture.label):.0f}, {each.emotion}"
        cv2.putText(tile, text, (3, _TILE_PX - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.35, (0, 0, 255), 1, cv2.LINE_AA)
        sheet[row * _TILE_PX : (row + 1) * _TILE_PX, column * _TILE_PX : (column + 1) * _TILE_PX] = tile
    cv2.imwrite(str(path), sheet)
