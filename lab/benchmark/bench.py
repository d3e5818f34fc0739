"""The tools with which sections of the benchmark measure."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LEAST_CORES = 0.9
"""A job alone on its machine has one core busy at least."""
DISTURBED = "Not one core was to be had for itself: other work disturbed this, and it does not show what limits."


@dataclass(frozen=True, slots=True)
class Effort:
    """The amount that is measured. `repeats`: of everything that is timed; `clip_s`: the length of the clip of one
    face; `frames`: of made clips; `minutes`: the lengths of video whose memory is compared; `slow_fps`: frames a second
    of the clip of five faces there; `seconds`: for how long requests are sent; `demo_s`: the length of the demo's clip,
    which stands in if there are no media; `formats`: those whose memory is compared."""

    repeats: int = 5
    clip_s: float = 60.0
    frames: int = 750
    minutes: tuple[float, ...] = (1, 10, 60)
    slow_fps: int = 6
    seconds: float = 3.0
    demo_s: float = 12.0
    formats: tuple[str, ...] = ("session JSON", "CSV", "legacy JSON", "summary", "Parquet")


FULL = Effort()
BRIEF = Effort(repeats=2, clip_s=20.0, frames=320, minutes=(1, 10), slow_fps=3, seconds=2.0)
SAMPLE = Effort(
    repeats=1, clip_s=1.0, frames=8, minutes=(0.02, 0.04), slow_fps=5, seconds=0.1, demo_s=1.0, formats=("Parquet",)
)
"""Enough to see that a section works; its numbers mean nothing."""


@dataclass(frozen=True, slots=True)
class Bench:
    """`media`: the shared media, None if there are none. `bundle`: the Face Landmarker's. `opponent_lacks`: a
    message if it cannot take part. `folder`: for clips and logs. `pictures`: for charts. `tell`: says how far it
    is."""

    media: Path | None
    bundle: Path
    opponent_lacks: str
    folder: Path
    pictures: Path
    effort: Effort
    tell: Callable[[str], None]

    @property
    def log(self) -> Path:
        """Returns what the processes that are measured say."""
        return self.folder / "bench.log"

    @property
    def is_complete(self) -> bool:
        """Returns True if the results say what the report is about."""
        return self.media is not None and not self.opponent_lacks
