"""The cells of legacy JSON and CSV, the common members of JSON formats, and the names of the columns in every table."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from chalicelib import __version__
from chalicelib.domain.measurements.frame_size import FrameSize
from chalicelib.domain.measurements.gaze import gaze_reasons_text
from chalicelib.domain.measurements.metrics import FaceMetrics, Metric, MetricGroup, MetricSet
from chalicelib.domain.measurements.validity import reasons_text
from chalicelib.domain.requests.result_formats import GAZE_REASONS_COLUMN, VALIDITY_COLUMNS
from chalicelib.formats.numbers import metric_text, metric_texts
from chalicelib.formats.writers import Origin


def metric_columns(metrics: MetricSet, *, classifier_names: bool) -> dict[str, str]:
    """Returns the classifier (`mapped_name`) by column name, in the order of `metrics`.

    Columns carry the friendly names, or the raw classifier names if `classifier_names` is set.
    """
    return {(metric.classifier if classifier_names else metric.name): metric.mapped_name for metric in metrics}


def size_members(size: FrameSize | None) -> dict[str, dict[str, int]]:
    """Returns the frame size as members of the JSON formats; nothing if it is not known."""
    return {} if size is None else {"frame_size": {"width_px": size.width_px, "height_px": size.height_px}}


NO_NAMES: Mapping[int, str] = MappingProxyType({})
"""No face has a name."""


def name_members(names: Mapping[int, str]) -> dict[str, dict[str, str]]:
    """Returns the names of faces, by their ids, as members of the JSON formats; nothing if no face has one."""
    return {"face names": {str(face_id): names[face_id] for face_id in sorted(names)}} if names else {}


def source_members(origin: Origin | None) -> dict[str, dict[str, str]]:
    """Returns what was measured, and by which version, as members of the JSON formats; nothing if it is not known."""
    return {} if origin is None else {"source": {**origin.document(), "version": __version__}}


def metric_cells(face: FaceMetrics, metrics: MetricSet, nothing: str) -> Sequence[str]:
    """Returns the face's numbers as text, one for each of `metrics`, and `nothing` for what was not read. Raises
    `ValueError` if one is not finite that must be."""
    values = face.values
    if not metrics.has_eyes:
        return metric_texts(tuple(map(values.__getitem__, metrics.names)))
    return [
        nothing if is_lacking(metric, values[metric.name]) else metric_text(values[metric.name]) for metric in metrics
    ]


def is_lacking(metric: Metric, value: float) -> bool:
    """Returns True if there is no number because it was not read."""
    return metric.group is MetricGroup.EYES and math.isnan(value)


def read_numbers(face: FaceMetrics, metrics: MetricSet) -> list[float]:
    """Returns the face's numbers and its confidence, without those that were not read: all have to be finite."""
    if not metrics.has_eyes:
        return [*face.values.values(), face.confidence]
    values = face.values
    read = [values[each.name] for each in metrics if not is_lacking(each, values[each.name])]
    return [*read, face.confidence]


def validity_columns(metrics: MetricSet) -> tuple[str, ...]:
    """Returns the names of the columns that follow the metrics."""
    return (*VALIDITY_COLUMNS, GAZE_REASONS_COLUMN) if metrics.has_eyes else VALIDITY_COLUMNS


def validity_cells(face: FaceMetrics, metrics: MetricSet) -> list[str]:
    """Returns the values of `validity_columns` as text: 0..100, 1 or 0, and reasons. Raises `ValueError` if the
    confidence is not finite."""
    cells = [metric_text(face.confidence), str(int(face.is_valid)), reasons_text(face.invalid_reasons)]
    return [*cells, gaze_reasons_text(face.gaze_reasons)] if metrics.has_eyes else cells
