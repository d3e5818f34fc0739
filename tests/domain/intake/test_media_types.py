import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.intake.media_types import HEAD_BYTES, content_type_of


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("video/x-special", "video/x-special"),
        ('video/mp4; codecs="avc1"', 'video/mp4; codecs="avc1"'),
        ("application/octet-stream", "video/mp4"),
        (None, "video/mp4"),
    ],
)
def test_a_clients_word_counts_unless_it_says_nothing(stated: str | None, kept: str) -> None:
    assert content_type_of("clip.MP4", stated) == kept


@pytest.mark.parametrize("gap", ["\n", "\r\n", "\x0b", "\x1c", "\x85", "\xa0", "\u2003"])
def test_white_space_that_no_header_may_hold_makes_it_no_content_type(gap: str) -> None:
    assert content_type_of("clip.mp4", f"video/mp4{gap};x") == "video/mp4"


_MP4 = b"\0\0\0\x20ftypisom\0\0\2\0"
_EBML = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84"


@pytest.mark.parametrize(
    ("file_name", "head", "content_type"),
    [
        ("clip", _MP4, "video/mp4"),
        ("clip.mov", _MP4, "video/quicktime"),
        ("clip.m4v", _MP4, "video/x-m4v"),
        ("clip.avi", _MP4, "video/mp4"),
        ("clip.mp4", b"\0\0\0\x14ftypqt  ", "video/mp4"),
        ("clip", b"\0\0\0\x14ftypqt  ", "video/quicktime"),
        ("photo", b"\0\0\0\x18ftypheic", "image/heic"),
        ("clip.mkv", _EBML + b"webm", "video/x-matroska"),
        ("clip", _EBML + b"webm", "video/webm"),
        ("clip", _EBML + b"matroska", "video/x-matroska"),
        ("clip.bin", b"RIFF\x10\0\0\0AVI LIST", "video/x-msvideo"),
        ("face.jpg", b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        ("song.mp4", b"RIFF\x10\0\0\0WAVEfmt ", "video/mp4"),
        ("face.jpg", b"\x89PNG\r\n\x1a\n\0", "image/png"),
        ("face.png", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("face", b"GIF89a\1\0", "image/gif"),
        ("face", b"MM\0*\0\0\0\x08", "image/tiff"),
        ("face", b"BM\x9a\0\0\0\0\0\0\0\x36", "image/bmp"),
        ("face.txt", b"BMW and other words", "text/plain"),
        ("clip.mp4", b"\xef\xbb\xbf\n <!DOCTYPE html><script>", "application/octet-stream"),
        ("clip.mp4", b"MZ\x90\0", "application/octet-stream"),
        ("face.png", b"%PDF-1.7", "application/octet-stream"),
        ("report.json", b"PK\3\4", "application/json"),
        ("notes.txt", b"<html>", "text/plain"),
        ("page.html", b"<html>", "application/octet-stream"),
        ("clip.mp4", b"", "video/mp4"),
    ],
)
def test_a_guess_from_the_name_is_held_against_the_first_bytes(file_name: str, head: bytes, content_type: str) -> None:
    assert content_type_of(file_name, None, head[:HEAD_BYTES]) == content_type
    assert content_type_of(file_name, "application/octet-stream", head[:HEAD_BYTES]) == content_type
    assert content_type_of(file_name, "text/html", head[:HEAD_BYTES]) == "text/html"


@given(st.binary(max_size=HEAD_BYTES))
def test_any_bytes_have_a_content_type(head: bytes) -> None:
    assert "/" in content_type_of("clip.mp4", None, head)
