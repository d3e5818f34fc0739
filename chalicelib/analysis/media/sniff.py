"""Identifies a file by its first bytes. Names and content types are the sender's claim and are ignored."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chalicelib.errors import MediaError

HEAD_BYTES = 1024

ACCEPTED = (
    "MP4, MOV, WebM, MKV, AVI, WMV, FLV, Ogg, MPEG-TS and MPEG video; JPEG, PNG, WebP, AVIF, HEIC, GIF, BMP and TIFF "
    "images"
)

# Brands of the ISO file type box (ISO/IEC 23008-12, AV1 Image File Format) that announce a picture, not a film.
_AVIF_BRANDS = frozenset((b"avif", b"avis"))
_PICTURE_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")) | _AVIF_BRANDS
# QuickTime files need not begin with `ftyp`: these are the boxes that may come first.
_MOVIE_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
_BMP_HEADER_BYTES = (12, 16, 40, 52, 56, 64, 108, 124)


@dataclass(frozen=True, slots=True)
class Sniffed:
    """`format_name` is the FFmpeg demuxer's name for a video, Pillow's format name for a still or an animation."""

    reader: Literal["video", "still", "heif"]
    format_name: str


def sniff_file(path: Path) -> Sniffed:
    """Name the format of a file. Raises what `sniff` raises, and OSError."""
    with path.open("rb") as file:
        return sniff(file.read(HEAD_BYTES))


def sniff(head: bytes) -> Sniffed:
    """Name the format of a file that begins with `head` (its first `HEAD_BYTES`, or all of it if it is shorter).

    MediaError: the file is empty, holds only sound, or is none of the accepted formats.
    """
    if not head:
        raise MediaError("The file is empty. Check it and upload it again.")
    if _brands(head)[:1] and _brands(head)[0] in _PICTURE_BRANDS:
        return _picture_of_brands(head)
    if head.startswith(b"\0\0\1\xb3"):
        raise MediaError(
            "The file is a raw MPEG video stream, without times. Put it into a container that has times (with FFmpeg: "
            "ffmpeg -i FILE -c copy film.mkv) and upload that."
        )
    for matches, found in _SIGNATURES:
        if matches(head):
            return found
    if _is_sound(head):
        raise MediaError(f"The file holds only sound. Send a video or an image; accepted are {ACCEPTED}.")
    raise MediaError(f"The file is neither a video nor an image that can be read. Accepted are {ACCEPTED}.")


def _brands(head: bytes) -> list[bytes]:
    """The major brand of an ISO file type box, and those that it is compatible with; nothing without such a box."""
    if head[4:8] != b"ftyp":
        return []
    end = min(int.from_bytes(head[:4]), len(head))
    return [head[8:12], *(head[start : start + 4] for start in range(16, end - 3, 4))]


def _picture_of_brands(head: bytes) -> Sniffed:
    if _AVIF_BRANDS.intersection(_brands(head)):
        return Sniffed("still", "AVIF")
    return Sniffed("heif", "HEIC")


def _is_sound(head: bytes) -> bool:
    known = head.startswith((b"ID3", b"fLaC", b"FORM", b"#!AMR", b"caff"))
    wave = head.startswith((b"RIFF", b"RF64")) and head[8:12] == b"WAVE"
    # MPEG audio layers 1 to 3 and ADTS: eleven or twelve sync bits, then a layer or profile that is not reserved.
    mpeg_audio = len(head) > 1 and head[0] == 0xFF and head[1] in {0xF1, 0xF9, 0xFA, 0xFB, 0xF2, 0xF3}
    return known or wave or mpeg_audio


def _starts(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(signatures)


def _riff(kind: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(b"RIFF") and head[8:12] == kind


def _is_movie(head: bytes) -> bool:
    return head[4:8] in _MOVIE_BOXES


def _is_bmp(head: bytes) -> bool:
    # Two letters alone would claim any text that begins with BM.
    return head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADER_BYTES


def _is_transport_stream(head: bytes) -> bool:
    plain = head[0:1] + head[188:189] + head[376:377]
    blu_ray = head[4:5] + head[196:197] + head[388:389]  # four bytes of arrival time before every packet
    return b"\x47\x47\x47" in {plain, blu_ray}


_SIGNATURES: tuple[tuple[Callable[[bytes], bool], Sniffed], ...] = (
    (_starts(b"\xff\xd8\xff"), Sniffed("still", "JPEG")),
    (_starts(b"\x89PNG\r\n\x1a\n"), Sniffed("still", "PNG")),
    (_starts(b"GIF87a", b"GIF89a"), Sniffed("still", "GIF")),
    (_riff(b"WEBP"), Sniffed("still", "WEBP")),
    (_starts(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), Sniffed("still", "TIFF")),
    (_is_bmp, Sniffed("still", "BMP")),
    (_is_movie, Sniffed("video", "mov")),
    (_starts(b"\x1a\x45\xdf\xa3"), Sniffed("video", "matroska")),
    (_riff(b"AVI "), Sniffed("video", "avi")),
    (_starts(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"), Sniffed("video", "asf")),
    (_starts(b"FLV\1"), Sniffed("video", "flv")),
    (_starts(b"OggS"), Sniffed("video", "ogg")),
    (_starts(b"\x00\x00\x01\xba"), Sniffed("video", "mpeg")),
    (_is_transport_stream, Sniffed("video", "mpegts")),
)
