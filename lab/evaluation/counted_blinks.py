"""Clips whose blinks were counted by eye, frame by frame, and what Mien counts in them."""

import io
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.analysis.analyzer import FaceAnalyzer, with_scores
from chalicelib.formats.summary_json import SummaryJsonWriter
from lab.evaluation.workbench import RECIPE, Workbench
from lab.reports.report import Table

COUNTED: Mapping[str, tuple[float, ...]] = {
    "videos/WolfgangLanger_Pexels.mp4": (6.4, 8.4, 10.3, 12.0, 16.1, 17.8),
    "performances/d13.mp4": (1.4, 2.6, 3.4, 10.5),
    "performances/d10.mp4": (7.4, 11.1),
    "performances/d18.mp4": (3.2, 6.2),
}
"""By clip, the times in seconds of the blinks that were seen. Between them eyes look down, squint and are closed."""
_NEAR_S = 0.4


@dataclass(frozen=True, slots=True)
class CountedClip:
    """A clip: how many blinks were seen, how many of these Mien finds, and how many that were not seen."""

    name: str
    seen: int
    hits: int
    false: int


def counted_clips(bench: Workbench) -> list[CountedClip]:
    """Every clip of `COUNTED`."""
    return [_counted(bench, name, times_s) for name, times_s in COUNTED.items()]


def blink_table(clips: list[CountedClip]) -> Table:
    """Returns a row for each clip."""
    rows = tuple((each.name.rpartition("/")[2], each.seen, each.hits, each.false) for each in clips)
    return Table("Blinks", ("clip", "counted by eye", "of these found", "found besides"), rows)


def _counted(bench: Workbench, name: str, times_s: tuple[float, ...]) -> CountedClip:
    analyzer = FaceAnalyzer(bench.models, mesh=RECIPE.mesh, max_faces=1, gaze=True)
    metrics = RECIPE.metrics(expressions_only=False).with_eyes()
    stream = io.BytesIO()
    writer = SummaryJsonWriter(stream, metrics=metrics, open_spool=tempfile.TemporaryFile)
    for frame in with_scores(analyzer.analyze(bench.frames(name)), RECIPE, metrics):
        writer.write(frame)
    writer.close()
    faces = json.loads(stream.getvalue())["faces"]
    found = [each["start_s"] for face in faces for each in face["events"] if each["event"] == "blink"]
    hits = sum(any(abs(start_s - time_s) <= _NEAR_S for start_s in found) for time_s in times_s)
    return CountedClip(name, len(times_s), hits, len(found) - hits)
