"""Who was seen and what they showed, from a result table (CSV), read row by row."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chalicelib.domain.metrics import EMOTION_NAMES, EXPRESSION_NAMES, METRICS
from chalicelib.formats.columns import FACE_COLUMN, NO_FACE, TIME_COLUMN

# Attention says where a face is turned, not what it shows, and is nearly always the largest; valence has two signs.
RANKED_NAMES: tuple[str, ...] = tuple(
    name for name in (*EMOTION_NAMES, *EXPRESSION_NAMES) if name not in ("attention", "valence")
)
_FRIENDLY_NAMES = {metric.classifier: metric.name for metric in METRICS}


@dataclass(slots=True)
class MetricSummary:
    """One metric of one face over all its frames, in the metric's own unit; `peak_time_s` is that of the first peak."""

    name: str
    count: int = 0
    total: float = 0.0
    peak: float = float("-inf")
    peak_time_s: float = 0.0

    @property
    def mean(self) -> float:
        """Over the frames in which the face was seen."""
        return self.total / self.count

    def add(self, value: float, time_s: float) -> None:
        """The value in the next frame."""
        self.count += 1
        self.total += value
        if value > self.peak:
            self.peak, self.peak_time_s = value, time_s


@dataclass(slots=True)
class FaceSummary:
    """One face. `face_id` is empty in tables of jobs that follow one face only. Times are those of the medium."""

    face_id: str
    first_s: float
    last_s: float
    frames: int = 0
    metrics: dict[str, MetricSummary] = field(default_factory=dict)

    def strongest(self, count: int) -> list[MetricSummary]:
        """The `count` emotions and expressions with the highest peaks, highest first."""
        return sorted(self.metrics.values(), key=lambda metric: -metric.peak)[:count]


@dataclass(frozen=True, slots=True)
class ResultSummary:
    """All faces of a result, in the order in which they first appear, and the number of frames, with a face or not."""

    faces: tuple[FaceSummary, ...]
    frames: int


def summarize_table(path: Path) -> ResultSummary:
    """Reads the CSV of a job. What is kept grows with the number of faces, not with the length of the film.

    Raises ValueError for a table that is not one of Mien's.
    """
    with path.open(newline="", encoding="utf-8") as stream:
        rows = csv.reader(stream)
        header = next(rows, [])
        if TIME_COLUMN not in header:
            raise ValueError(f"{path} has no column {TIME_COLUMN}")
        return _summarize(header, rows)


def _summarize(header: Sequence[str], rows: Iterable[list[str]]) -> ResultSummary:
    ranked = _ranked_columns(header)
    face_index = header.index(FACE_COLUMN) if FACE_COLUMN in header else None
    time_index = header.index(TIME_COLUMN)
    faces: dict[str, FaceSummary] = {}
    frames, last_time = 0, ""
    for row in rows:
        frames += row[time_index] != last_time or frames == 0
        last_time = row[time_index]
        if NO_FACE not in row:
            _add_row(faces, "" if face_index is None else row[face_index], float(last_time) / 1000.0, row, ranked)
    return ResultSummary(tuple(faces.values()), frames)


def _ranked_columns(header: Sequence[str]) -> dict[str, int]:
    """Friendly name -> column, whichever kind of names the header has."""
    columns = {_FRIENDLY_NAMES.get(name, name): index for index, name in enumerate(header)}
    return {name: columns[name] for name in RANKED_NAMES if name in columns}


def _add_row(
    faces: dict[str, FaceSummary], face_id: str, time_s: float, row: Sequence[str], ranked: Mapping[str, int]
) -> None:
    face = faces.get(face_id)
    if face is None:
        face = faces[face_id] = FaceSummary(face_id, time_s, time_s)
        face.metrics = {name: MetricSummary(name) for name in ranked}
    face.last_s = time_s
    face.frames += 1
    for name, index in ranked.items():
        face.metrics[name].add(float(row[index]), time_s)
