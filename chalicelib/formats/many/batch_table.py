"""The table of a batch: a row for each face of each job, as CSV."""

import codecs
import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from chalicelib.domain.requests.client_texts import text_cell
from chalicelib.formats.numbers import metric_text, seconds_text

ABOUT_COLUMNS = ("file", "job", "state", "error")
FACE_COLUMNS = ("face id", "first seen (s)", "last seen (s)", "seconds", "frames", "valid frames")
_MEAN, _PEAK = "mean", "peak"


@dataclass(frozen=True, slots=True)
class TabulatedJob:
    """A job of a batch. `faces` are those of its summary, as that has them."""

    file_name: str
    job_id: str
    state: str
    error: str | None = None
    faces: Sequence[Mapping[str, Any]] = field(default=())


class BatchTableWriter:
    r"""Writes a header and rows by RFC 4180, as `CsvTableWriter` does.

    A job without a face has one row, whose cells about faces are empty, and so are those of metrics that a face does
    not have. Texts that begin as a formula does get an apostrophe in front.
    """

    def __init__(self, stream: BinaryIO, metric_names: Iterable[str]) -> None:
        self._table = csv.writer(codecs.getwriter("utf-8")(stream), lineterminator="\r\n")
        self._metric_names = tuple(metric_names)
        metrics = (f"{name} {kind}" for name in self._metric_names for kind in (_MEAN, _PEAK))
        self._table.writerow((*ABOUT_COLUMNS, *FACE_COLUMNS, *metrics))

    def write(self, job: TabulatedJob) -> None:
        """Adds a job. Raises `KeyError`, `TypeError`, `ValueError` or `OverflowError` for faces that are not those of a
        summary; nothing is written then."""
        about = [text_cell(job.file_name), job.job_id, job.state, text_cell(job.error or "")]
        rows = [[*about, *self._cells(face)] for face in job.faces]
        none = [""] * (len(FACE_COLUMNS) + 2 * len(self._metric_names))
        self._table.writerows(rows or [[*about, *none]])

    def _cells(self, face: Mapping[str, Any]) -> list[str]:
        seen = (seconds_text(face["first_seen_s"]), seconds_text(face["last_seen_s"]), metric_text(face["seconds"]))
        counts = (str(int(face["frames"])), str(int(face["valid_frames"])))
        metrics: Mapping[str, Mapping[str, float]] = face["metrics"]
        numbers = (
            metric_text(metrics[name][kind]) if name in metrics else ""
            for name in self._metric_names
            for kind in (_MEAN, _PEAK)
        )
        face_id = text_cell(str(face["face_id"]))
        face_id.encode()  # half of a surrogate pair cannot be written
        return [face_id, *seen, *counts, *numbers]
