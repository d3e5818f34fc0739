"""The markers of a JPEG file, read before a decoder begins: the number of scans, and further pictures.

A progressive picture is sent in scans, each of which passes over all of it. A scan may take 14 bytes, and nothing
bounds their number: a file of 368 KB kept a decoder busy for 23 seconds. Markers: ITU-T T.81, annex B.
"""

import mmap
import re
from dataclasses import dataclass
from pathlib import Path

from chalicelib.analysis.media.frames import MediaLimits
from chalicelib.errors import MediaError

_SCAN, _END, _APP2 = 0xDA, 0xD9, 0xE2
# Markers that stand alone: TEM, and those of restarts.
_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))
# Of a start of frame; not the tables DHT, JPG and DAC, whose numbers lie between.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Within a scan 0xFF is followed by 0 (it is data), by another 0xFF (padding) or by a restart.
_MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)


@dataclass(slots=True)
class JpegClaims:
    """`scans` and size of the first picture, as far as its markers can be followed; `several`: whether another picture
    of the same size follows it at once, as in raw Motion JPEG."""

    width_px: int = 0
    height_px: int = 0
    scans: int = 0
    is_multi_picture: bool = False
    several: bool = False


def require_moderate_jpeg(path: Path, limits: MediaLimits) -> None:
    """MediaError if the file would keep a decoder busy for too long, or holds a film and no picture."""
    claims = jpeg_claims(path)
    if claims.several:
        raise MediaError(
            "The file is raw Motion JPEG: pictures one after the other, without times. Put it into a container that "
            "has times (with FFmpeg: ffmpeg -framerate 25 -i FILE -c copy film.mkv) and upload that."
        )
    if claims.scans * claims.width_px * claims.height_px > limits.max_scan_pixels:
        raise MediaError(
            f"The JPEG has {claims.scans} scans of {claims.width_px} x {claims.height_px} pixels, far more than any "
            "encoder writes. Open it in an image editor, save it again and upload that."
        )


def jpeg_claims(path: Path) -> JpegClaims:
    """The claims in the markers of a JPEG."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        first = JpegClaims()
        end = _walk(content, 0, first)
        if end is None or first.is_multi_picture:
            return first
        while content[end : end + 1] == b"\0":  # some cameras pad
            end += 1
        if content[end : end + 3] == b"\xff\xd8\xff":
            second = JpegClaims()
            _walk(content, end, second)
            same_size = (second.width_px, second.height_px) == (first.width_px, first.height_px)
            first.several = same_size and not second.is_multi_picture
        return first


def _walk(content: mmap.mmap, start: int, claims: JpegClaims) -> int | None:
    """Follows one picture from its first marker. Returns the offset of its end, None if there is none."""
    place = start + 2
    while place + 4 <= len(content):
        if content[place] != 0xFF:
            return None
        marker = content[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if marker == _END:
            return place + 2
        if marker in _ALONE:
            place += 2
            continue
        place = _segment(content, place, marker, claims)
    # An end marker may be the file's last two bytes.
    return place + 2 if content[place : place + 2] == bytes((0xFF, _END)) else None


def _segment(content: mmap.mmap, place: int, marker: int, claims: JpegClaims) -> int:
    """Reads a segment and returns the offset of the next marker."""
    length = int.from_bytes(content[place + 2 : place + 4])
    body, following = place + 4, place + 2 + max(length, 2)
    if marker in _FRAMES:
        claims.height_px = int.from_bytes(content[body + 1 : body + 3])
        claims.width_px = int.from_bytes(content[body + 3 : body + 5])
    elif marker == _APP2 and content[body : body + 4] == b"MPF\0":
        claims.is_multi_picture = True
    elif marker == _SCAN:
        claims.scans += 1
        found = _MARKER_IN_SCAN.search(content, following)
        return len(content) if found is None else found.start()
    return following
