"""The size of the frames that face boxes refer to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrameSize:
    """Width and height in square pixels of an upright frame. There is one per media file: if frames change their size,
    the others are scaled to it."""

    width_px: int
    height_px: int
