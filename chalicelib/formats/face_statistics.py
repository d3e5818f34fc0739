"""Statistics of the metrics of one face over a whole video. Memory: six numbers per metric."""

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.measurements.metrics import MetricSet

SHARE_THRESHOLD = 50.0
"""`share_above` is the share of time in which a score is above this."""


@dataclass(frozen=True, slots=True)
class MetricStatistics:
    """One metric of one face over the frames that show it, in the metric's unit; `peak_time_s` is that of the first
    peak. `mean` and `share_above` (0..1) weigh each frame by its duration."""

    mean: float
    minimum: float
    peak: float
    peak_time_s: float
    share_above: float


class FaceStatistics:
    """Sums the metrics of one face, frame by frame."""

    def __init__(self, metrics: MetricSet) -> None:
        self._names = metrics.names
        nothing = [0.0] * len(metrics)
        self._weights = array("d", nothing)
        self._totals = array("d", nothing)
        self._above = array("d", nothing)
        self._minima = array("d", [float("inf")] * len(metrics))
        self._peaks = array("d", [float("-inf")] * len(metrics))
        self._peak_times_s = array("d", nothing)

    def add(self, time_s: float, weight: float, values: Mapping[str, float]) -> None:
        """The face in one more frame, which counts `weight` (above 0)."""
        weights, totals, above = self._weights, self._totals, self._above
        minima, peaks, peak_times_s = self._minima, self._peaks, self._peak_times_s
        read = map(values.__getitem__, self._names)
        for index, (value, minimum, peak) in enumerate(zip(read, minima, peaks, strict=True)):
            if math.isnan(value):  # it was not read
                continue
            weights[index] += weight
            totals[index] += weight * value
            if value > SHARE_THRESHOLD:
                above[index] += weight
            if value < minimum:
                minima[index] = value
            if value > peak:
                peaks[index], peak_times_s[index] = value, time_s

    def knows(self, name: str) -> bool:
        """Returns True if the metric `name` was read in any frame."""
        return self._weights[self._names.index(name)] > 0

    def of(self, name: str) -> MetricStatistics:
        """The statistics of the metric `name`, once it was read."""
        index = self._names.index(name)
        minimum, peak = self._minima[index], self._peaks[index]
        mean = self._totals[index] / self._weights[index]
        return MetricStatistics(
            mean=min(max(mean, minimum), peak),  # rounding may carry it a hair beyond
            minimum=minimum,
            peak=peak,
            peak_time_s=self._peak_times_s[index],
            share_above=self._above[index] / self._weights[index],
        )
