"""Sets of made faces whose eyes look at a known place, measured; written in parts to disk."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HEADS = {"taught": 0.8, "anny": 1.08}
"""By name, the factor that makes irises 12 mm wide, as people have them: those of the lessons are not."""


@dataclass(frozen=True)
class MadeEyes:
    """N faces. `attention` (N, 478, 3), `light` (N, 468, 3): pixels of the picture. `to_camera`, `in_head` (N, 2): yaw
    and pitch of the gaze in degrees, with the signs of `analysis.eyes.gaze`; `closed` (N, 2): how far the left and
    right lid were closed, 0..1; `turns` (N, 2) yaw and pitch of the head; `eyes_px` (N,) between the outer eye corners;
    `sharp` (N,); `iris` (N,) how light irises are; `persons`, `heads` (N,)."""

    attention: NDArray[np.float32]
    light: NDArray[np.float32]
    to_camera: Floats
    in_head: Floats
    closed: Floats
    turns: Floats
    eyes_px: Floats
    sharp: Floats
    iris: Floats
    persons: NDArray[np.str_]
    heads: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.persons)

    def where(self, rows: NDArray[np.bool_]) -> "MadeEyes":
        """Those of some faces, (N,)."""
        return MadeEyes(*(getattr(self, each.name)[rows] for each in fields(self)))


def load_made_eyes(folder: Path, head: str) -> MadeEyes:
    """All faces of one of `HEADS`. Raises `FileNotFoundError` if there are none."""
    paths = sorted(folder.glob(f"{head}-*.npz"))
    if not paths:
        raise FileNotFoundError(f"There are no made eyes of the head {head} in {folder.name}.")
    parts = [np.load(path) for path in paths]
    return MadeEyes(*(np.concatenate([part[each.name] for part in parts]) for each in fields(MadeEyes)))


def angle_deg(first: Floats, second: Floats) -> Floats:
    """(N,) the angles between two directions each, given as yaw and pitch in degrees, (N, 2)."""
    ahead = [
        np.stack([np.sin(y) * np.cos(p), np.sin(p), np.cos(y) * np.cos(p)])
        for y, p in (np.radians(first).T, np.radians(second).T)
    ]
    angles: Floats = np.degrees(np.arccos(np.clip((ahead[0] * ahead[1]).sum(axis=0), -1.0, 1.0)))
    return angles
