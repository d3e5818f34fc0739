"""The number of frames of a GIF, from its blocks: Pillow's own count composes every frame (minutes for a million).

Structure: GIF89a, sections 15 to 27 (https://www.w3.org/Graphics/GIF/spec-gif89a.txt).
"""

import mmap
from collections.abc import Callable
from pathlib import Path

_SCREEN_BYTES = 13  # signature, and the description of the screen
_IMAGE, _EXTENSION = 0x2C, 0x21
_IMAGE_BYTES = 10  # the description of an image
_BYTES_PER_CHECK = 100_000


def gif_frame_count(path: Path, check: Callable[[], None]) -> int:
    """Counts the images up to the trailer, or to where the blocks end. `check` is called now and then; what it raises
    passes through. ValueError for an empty file."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        frames = next_check = 0
        try:
            position = _SCREEN_BYTES + _palette_bytes(data[_SCREEN_BYTES - 3])
            while (kind := data[position]) in (_IMAGE, _EXTENSION):
                if position >= next_check:
                    check()
                    next_check = position + _BYTES_PER_CHECK
                if kind == _IMAGE:
                    frames += 1
                    position += _IMAGE_BYTES + _palette_bytes(data[position + _IMAGE_BYTES - 1]) + 1
                else:
                    position += 2
                while (size := data[position]) > 0:
                    position += size + 1
                position += 1
        except IndexError:
            pass
        return frames


def _palette_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
