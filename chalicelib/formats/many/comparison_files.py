"""The files of a comparison: its curves as CSV, and what was compared as JSON."""

import codecs
import csv
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from chalicelib import __version__
from chalicelib.domain.requests.client_texts import text_cell
from chalicelib.domain.requests.result_formats import COMPARISON_CONTENT_TYPE
from chalicelib.formats.numbers import metric_text

Values = Iterable[float]


@dataclass(frozen=True, slots=True)
class ComparedRecording:
    """A job of a group. `missing`: why it has no curve, None if it has one. No file name, which may be a person's: it
    would outlive its job."""

    job_id: str
    duration_s: float
    missing: str | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A job that does not count, and why."""

    job_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ComparedGroup:
    """A group, with the columns of its table: valid faces, mean, low, high; a value for each step, NaN for none."""

    title: str
    recordings: Sequence[ComparedRecording]
    left_out: Sequence[LeftOut]
    columns: tuple[Values, Values, Values, Values]


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison. `against`: the difference of two groups with its limits; `step_s`: a step of the clock."""

    metric: str
    step_s: float
    resamples: int
    groups: Sequence[ComparedGroup]
    against: tuple[Values, Values, Values] | None


def write_curves(stream: BinaryIO, compared: Compared) -> None:
    r"""Writes a row for each step: its time in seconds, then of each group the valid faces, mean, low and high, then
    the difference of two groups. Lines end in `\r\n`; an empty cell has no value."""
    table = csv.writer(codecs.getwriter("utf-8")(stream), lineterminator="\r\n")
    names = [text_cell(f"{group.title}: {name}") for group in compared.groups for name in _COLUMNS]
    columns: list[Values] = [column for group in compared.groups for column in group.columns]
    if compared.against is not None:
        names += ["difference", "difference low", "difference high"]
        columns += compared.against
    table.writerow(["time (s)", *names])
    for step, values in enumerate(zip(*columns, strict=True)):
        table.writerow([metric_text(step * compared.step_s), *map(_number, values)])


def write_about(stream: BinaryIO, compared: Compared) -> None:
    """Writes what was compared, and how."""
    document = {
        "content_type": COMPARISON_CONTENT_TYPE,
        "version": __version__,
        "metric": compared.metric,
        "step_s": compared.step_s,
        "resamples": compared.resamples,
        "groups": [_group(group) for group in compared.groups],
    }
    stream.write(json.dumps(document, ensure_ascii=False, allow_nan=False).encode())


_COLUMNS = ("valid faces", "mean", "low", "high")


def _group(group: ComparedGroup) -> dict[str, object]:
    return {
        "title": group.title,
        "recordings": [
            {
                "job": each.job_id,
                "duration_s": each.duration_s,
                "missing": each.missing,
            }
            for each in group.recordings
        ],
        "left_out": [{"job": each.job_id, "reason": each.reason} for each in group.left_out],
    }


def _number(value: float) -> str:
    return "" if math.isnan(value) else metric_text(value)
