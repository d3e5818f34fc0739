"""Reads the faces and their metrics from a summary result."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.domain.measurements.metrics import EMOTION_NAMES, EXPRESSION_NAMES
from chalicelib.domain.requests.result_formats import SUMMARY_CONTENT_TYPE

# Attention states the direction of a face, not its expression; engagement and valence are sums of what is named
# already.
_UNRANKED = frozenset({"attention", "engagement", "valence"})
RANKED_NAMES: tuple[str, ...] = tuple(name for name in (*EMOTION_NAMES, *EXPRESSION_NAMES) if name not in _UNRANKED)
LOWEST_PEAK = 10.0
"""A metric that never comes above this says nothing about a face."""


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """One metric of one face over the time in which it was seen; `peak_time_s` is that of the first peak."""

    name: str
    mean: float
    peak: float
    peak_time_s: float


@dataclass(frozen=True, slots=True)
class FaceSummary:
    """One face. Times are those of the media file; `event_counts` has the number of events by name, `left_out` the
    number of frames by the reason why they are not valid. Without a valid frame there are no metrics."""

    face_id: str
    first_s: float
    last_s: float
    frames: int
    valid_frames: int
    left_out: Mapping[str, int]
    metrics: tuple[MetricSummary, ...]
    event_counts: Mapping[str, int]

    def strongest(self, count: int) -> list[MetricSummary]:
        """The `count` emotions and expressions with the highest mean and peak together, highest first: what a face
        shows for long or shows much, not what it touches once."""
        showing = [metric for metric in self.metrics if metric.name in RANKED_NAMES and metric.peak > LOWEST_PEAK]
        return sorted(showing, key=lambda metric: -(metric.mean + metric.peak))[:count]


@dataclass(frozen=True, slots=True)
class ResultSummary:
    """All faces of a result, in the order in which they first appear, and the number of frames, with a face or not."""

    faces: tuple[FaceSummary, ...]
    frames: int


def read_summary(path: Path) -> ResultSummary:
    """Reads the summary of a job. Raises ValueError for a file that is not one of Mien's."""
    document = json.loads(path.read_bytes())
    if not isinstance(document, dict) or document.get("content_type") != SUMMARY_CONTENT_TYPE:
        raise ValueError(f"{path} is not a Mien summary")
    return ResultSummary(tuple(_face(face) for face in document["faces"]), document["media"]["frames"])


def _face(face: Mapping[str, Any]) -> FaceSummary:
    return FaceSummary(
        face_id=face["face_id"],
        first_s=face["first_seen_s"],
        last_s=face["last_seen_s"],
        frames=face["frames"],
        valid_frames=face["valid_frames"],
        left_out=_those_that_are(face["left_out_because"]),
        metrics=tuple(
            MetricSummary(name, numbers["mean"], numbers["peak"], numbers["peak_time_s"])
            for name, numbers in face["metrics"].items()
        ),
        event_counts=_those_that_are(face["event_counts"]),
    )


def _those_that_are(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}
