"""The cells of legacy JSON and CSV, the common members of JSON formats, and the names of the columns in every table."""

import re
from collections.abc import Iterable

from chalicelib import __version__
from chalicelib.domain.measurements.frame_size import FrameSize
from chalicelib.domain.measurements.metrics import FaceMetrics, MetricSet
from chalicelib.domain.measurements.validity import reasons_text
from chalicelib.formats.numbers import metric_text
from chalicelib.formats.writers import Origin

_FORMULA = re.compile(r"[=+\-@\t\r]")


def text_cell(text: str) -> str:
    """Returns a client's text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def metric_columns(metrics: MetricSet, *, classifier_names: bool) -> dict[str, str]:
    """Returns the classifier (`mapped_name`) by column name, in the order of `metrics`.

    Columns carry the friendly names, or the raw classifier names if `classifier_names` is set.
    """
    return {(metric.classifier if classifier_names else metric.name): metric.mapped_name for metric in metrics}


def size_members(size: FrameSize | None) -> dict[str, dict[str, int]]:
    """Returns the frame size as members of the JSON formats; nothing if it is not known."""
    return {} if size is None else {"frame_size": {"width_px": size.width_px, "height_px": size.height_px}}


def source_members(origin: Origin | None) -> dict[str, dict[str, str]]:
    """Returns what was measured, and by which version, as members of the JSON formats; nothing if it is not known."""
    return {} if origin is None else {"source": {**origin.document(), "version": __version__}}


def metric_cells(face: FaceMetrics, names: Iterable[str]) -> list[str]:
    """Returns the face's numbers as text, one for each of `names` (friendly ones). Raises `ValueError` if one is not
    finite."""
    values = face.values
    return [metric_text(values[name]) for name in names]


def validity_cells(face: FaceMetrics) -> list[str]:
    """Returns the values of `VALIDITY_COLUMNS` as text: 0..100, 1 or 0, and reasons. Raises `ValueError` if the
    confidence is not finite."""
    return [metric_text(face.confidence), str(int(face.is_valid)), reasons_text(face.invalid_reasons)]
