"""The golden files: `python -m tests.formats.goldens` (`make golden`) writes them again from today's code."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.formats.frames import GOLDEN_FRAMES
from tests.formats.readers import csv_bytes, legacy_bytes, session_bytes, summary_bytes

FOLDER = Path(__file__).parent / "golden"
GOLDENS: Mapping[str, Callable[[], bytes]] = {
    "faces.csv": lambda: csv_bytes(GOLDEN_FRAMES, face_ids=True),
    "legacy-ct-linear.json": lambda: legacy_bytes(GOLDEN_FRAMES, pack="ct-linear", classifier_names=True),
    "legacy-current.json": lambda: legacy_bytes(GOLDEN_FRAMES),
    "one-face-classifiers.csv": lambda: csv_bytes(GOLDEN_FRAMES, face_ids=False, classifier_names=True),
    "session.json": lambda: session_bytes(GOLDEN_FRAMES),
    "summary.json": lambda: summary_bytes(GOLDEN_FRAMES),
}

if __name__ == "__main__":
    for name, make in GOLDENS.items():
        (FOLDER / name).write_bytes(make())
