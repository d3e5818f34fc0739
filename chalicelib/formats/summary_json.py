"""The summary of a result, in a file that a person can read: one line per metric and per event."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import BinaryIO

from chalicelib import __version__
from chalicelib.domain.measurements.events import EVENTS, Event, EventDefinition, event_definitions
from chalicelib.domain.measurements.frame_size import FrameSize
from chalicelib.domain.measurements.gaze import GazeReason
from chalicelib.domain.measurements.metrics import (
    SIDES,
    TWO_SIDED_NAMES,
    FrameMetrics,
    Metric,
    MetricGroup,
    MetricSet,
    side_name,
)
from chalicelib.domain.measurements.reliability import RELIABILITY
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.domain.requests.result_formats import SUMMARY_CONTENT_TYPE
from chalicelib.formats.columns import NO_NAMES, read_numbers, size_members
from chalicelib.formats.face_statistics import SHARE_THRESHOLD, FaceStatistics
from chalicelib.formats.face_summary import FaceSummary
from chalicelib.formats.media_summary import MediaSummary
from chalicelib.formats.numbers import metric_text, seconds_text
from chalicelib.formats.writers import OpenSpool, Origin

_SCORE = "score"
_NULL = "null"


class SummaryJsonWriter:
    """Writes `{"content_type", "configuration", "source", "media", "reliability", "share_threshold",
    "event_definitions", "faces"}` in this order, UTF-8. `configuration` has Mien's version and the execution `provider`
    of the networks, if it is known. `source` has the file name and the job of `origin`, if that is known.
    `reliability`: the `Grade` of each metric that has one. A face that has a name states it behind its id.

    `docs/results.md` says what each number means. Metrics have their friendly names in every job; a face that is valid
    in no frame has none. Nothing is written before `close`. Opens a spool if there are many faces.
    """

    content_type = SUMMARY_CONTENT_TYPE
    suffix = "-summary.json"

    def __init__(
        self,
        stream: BinaryIO,
        *,
        metrics: MetricSet,
        open_spool: OpenSpool,
        provider: str = "",
        frame_size: FrameSize | None = None,
        origin: Origin | None = None,
        face_names: Mapping[int, str] = NO_NAMES,
    ) -> None:
        self._provider = provider
        self._face_names = face_names
        self._origin = origin
        self._frame_size = frame_size
        self._stream = stream
        self._metrics = metrics
        self._summary = MediaSummary(metrics, open_spool)

    def write(self, frame: FrameMetrics) -> None:
        """Adds the next frame. Raises `ValueError` also if it is not later than the previous frame."""
        self._check_finite(frame)
        self._summary.add(frame)

    def close(self) -> None:
        """Writes the document."""
        self._summary.finish()
        self._stream.writelines(part.encode() for part in self._document())

    def _check_finite(self, frame: FrameMetrics) -> None:
        numbers = ([frame.time_s], *(read_numbers(face, self._metrics) for face in frame.faces))
        if not all(all(map(math.isfinite, each)) for each in numbers):
            raise ValueError(f"the frame at {frame.time_s} s has a number that cannot be written")

    def _document(self) -> Iterable[str]:
        yield f'{{"content_type":{json.dumps(self.content_type)},\n'
        configuration = {"version": __version__}
        if self._provider:
            configuration["execution provider"] = self._provider
        yield f'"configuration":{json.dumps(configuration)},\n'
        if self._origin is not None:
            yield f'"source":{json.dumps(self._origin.document())},\n'
        yield f'"media":{_media(self._summary, self._frame_size)},\n'
        yield f'"reliability":{_reliability(self._metrics)},\n'
        yield f'"share_threshold":{metric_text(SHARE_THRESHOLD)},\n'
        yield f'"event_definitions":{_definitions(self._metrics)},\n"faces":['
        separator = "\n"
        for face_id, face in self._summary.faces():
            yield separator
            yield from _face(face_id, self._face_names.get(face_id), face, self._metrics)
            separator = ",\n"
        yield "\n]}\n" if self._summary.face_count else "]}\n"


def _media(summary: MediaSummary, size: FrameSize | None) -> str:
    return _object(
        frames=str(summary.frames),
        start_s=_NULL if summary.start_s is None else seconds_text(summary.start_s),
        duration_s=metric_text(summary.seconds),
        frames_without_face=str(summary.frames_without_face),
        seconds_without_face=metric_text(summary.seconds_without_face),
        **({"seconds_missing": metric_text(summary.seconds_missing)} if summary.seconds_missing else {}),
        faces=str(summary.face_count),
        **_left_out(summary),
        **{name: json.dumps(value, separators=(",", ":")) for name, value in size_members(size).items()},
    )


def _left_out(summary: MediaSummary) -> dict[str, str]:
    """Faces beyond the most that the job measures at a time; nothing if there were none."""
    if not summary.most_left_out:
        return {}
    return {
        "faces_left_out": str(summary.most_left_out),
        "frames_with_faces_left_out": str(summary.frames_with_left_out),
    }


def _reliability(metrics: MetricSet) -> str:
    told = {metric.name: RELIABILITY[metric.name].grade for metric in metrics if metric.name in RELIABILITY}
    return _object(**{name: json.dumps(grade) for name, grade in told.items()})


def _definitions(metrics: MetricSet) -> str:
    definitions = event_definitions(reads_eyes=metrics.has_eyes)
    return "{" + ",".join(f"\n {json.dumps(each.name)}:{_definition(each)}" for each in definitions) + "}"


def _definition(definition: EventDefinition) -> str:
    return _object(
        metric=json.dumps(definition.metric),
        enter=metric_text(definition.enter),
        leave=metric_text(definition.leave),
        minimum_s=metric_text(definition.minimum_s),
        maximum_s=_NULL if definition.maximum_s is None else metric_text(definition.maximum_s),
    )


def _face(face_id: int, name: str | None, face: FaceSummary, metrics: MetricSet) -> Iterable[str]:
    seen = _object(
        face_id=json.dumps(str(face_id)),
        **({} if name is None else {"name": json.dumps(name)}),
        first_seen_s=seconds_text(face.first_s),
        last_seen_s=seconds_text(face.last_s),
        frames=str(face.frames),
        seconds=metric_text(face.seconds),
        valid_frames=str(face.valid_frames),
        frames_left_out=str(face.frames - face.valid_frames),
        left_out_because=_object(**{reason: str(face.left_out[reason]) for reason in InvalidReason}),
    )
    yield seen.removesuffix("}") + ',\n "metrics":{'
    if face.valid_frames:
        read = (metric for metric in metrics if face.statistics.knows(metric.name))
        yield ",".join(f"\n  {json.dumps(metric.name)}:{_metric(metric, face.statistics)}" for metric in read)
    yield "}" + _asymmetry(face, metrics) + _eyes(face)
    counts = {definition.name: str(face.events.counts[definition.name]) for definition in EVENTS}
    yield f',\n "event_counts":{_object(**counts)},\n "events_dropped":{face.events.dropped},\n "events":['
    yield ",".join(f"\n  {_event(event)}" for event in face.events.in_order())
    yield "]}"


def _asymmetry(face: FaceSummary, metrics: MetricSet) -> str:
    """The mean of the left side less that of the right, by expression; nothing if sides are not scored."""
    if not metrics.has(MetricGroup.SIDE) or not face.valid_frames:
        return ""
    left, right = ({name: face.statistics.of(side_name(name, side)).mean for name in TWO_SIDED_NAMES} for side in SIDES)
    return ',\n "asymmetry":' + _object(**{name: metric_text(left[name] - right[name]) for name in TWO_SIDED_NAMES})


def _eyes(face: FaceSummary) -> str:
    """Returns the time with a gaze, its share towards the camera, and the blinks; nothing if the job reads no eyes."""
    if face.eyes is None:
        return ""
    eyes, blinks = face.eyes, face.eyes.blinks
    gaze = _object(
        frames=str(eyes.frames),
        seconds=metric_text(eyes.seconds),
        share_towards_camera=_NULL if eyes.share is None else metric_text(eyes.share),
        not_read_because=_object(**{reason: str(eyes.left_out[reason]) for reason in GazeReason}),
    )
    rate = blinks.per_minute
    of_blinks = {
        "count": str(blinks.count),
        "seconds_watched": metric_text(blinks.watched_s),
        "per_minute": _NULL if rate is None else metric_text(rate),
        "mean_duration_s": metric_text(blinks.seconds / blinks.count) if blinks.count else _NULL,
        **({} if rate is not None else {"no_rate_because": json.dumps(blinks.no_rate_because)}),
    }
    return f',\n "gaze":{gaze},\n "blinks":{_object(**of_blinks)}'


def _metric(metric: Metric, statistics: FaceStatistics) -> str:
    numbers = statistics.of(metric.name)
    texts = {
        "mean": metric_text(numbers.mean),
        "minimum": metric_text(numbers.minimum),
        "peak": metric_text(numbers.peak),
        "peak_time_s": seconds_text(numbers.peak_time_s),
    }
    if metric.unit == _SCORE:
        texts["share_above"] = metric_text(numbers.share_above)
    return _object(**texts)


def _event(event: Event) -> str:
    return _object(
        event=json.dumps(event.name),
        start_s=seconds_text(event.start_s),
        end_s=seconds_text(event.end_s),
        peak=metric_text(event.peak),
        peak_time_s=seconds_text(event.peak_time_s),
    )


def _object(**members: str) -> str:
    """A JSON object on one line; the members are JSON already."""
    return "{" + ",".join(f"{json.dumps(name)}:{text}" for name, text in members.items()) + "}"
