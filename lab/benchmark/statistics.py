"""From repeated measurements to the numbers that are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of repeats, and the lowest and the highest of them."""

    median: float
    low: float
    high: float

    def text(self, digits: int = 1) -> str:
        """Such as "2.1 (2.0-2.3)"."""
        return f"{self.median:.{digits}f} ({self.low:.{digits}f}-{self.high:.{digits}f})"


def spread(values: Sequence[float]) -> Spread:
    """Raises `ValueError` if there are none."""
    if not values:
        raise ValueError("nothing was measured")
    return Spread(float(median(values)), min(values), max(values))


def speed_ratios(ours_s: Sequence[float], theirs_s: Sequence[float]) -> Spread:
    """Returns how many times as fast ours is: each run of ours against the run of theirs next to it, so that what slows
    the machine for some seconds slows both."""
    return spread([their_s / our_s for our_s, their_s in zip(ours_s, theirs_s, strict=True)])
