import struct
from pathlib import Path

import pytest

from chalicelib.analysis.media.mp4_claims import require_plausible_samples
from chalicelib.analysis.media.open_media import open_media
from chalicelib.errors import MediaError
from tests.media_factory import write_sound, write_video


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def words(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(4) for number in numbers)


def film(samples: int, *, handler: bytes = b"vide", ticks: int = 512) -> bytes:
    table = box(
        b"stbl",
        box(b"stts", words(0, 1, samples, ticks)),
        box(b"stsz", words(0, 1, samples)),
    )
    media = box(b"mdia", box(b"hdlr", words(0, 0), handler, words(0, 0, 0)), box(b"minf", table))
    return box(b"ftyp", b"isom", words(0)) + box(b"moov", box(b"trak", media)) + box(b"mdat", bytes(64))


@pytest.mark.parametrize("samples", [1_000_000, 2**32 - 1])
def test_a_small_file_that_claims_many_samples_is_refused_before_it_is_opened(tmp_path: Path, samples: int) -> None:
    path = tmp_path / "bomb.mp4"
    path.write_bytes(film(samples))
    with pytest.raises(MediaError, match=f"claims {samples} samples"):
        open_media(path)


def test_the_runs_of_a_fragment_count_too(tmp_path: Path) -> None:
    path = tmp_path / "bomb.mp4"
    runs = box(b"traf", *(box(b"trun", words(0, 2_000_000)) for _ in range(3)))
    path.write_bytes(box(b"ftyp", b"isom", words(0)) + box(b"moov") + box(b"moof", runs))
    with pytest.raises(MediaError, match="claims 6000000 samples"):
        require_plausible_samples(path)


def test_uncompressed_sound_counts_ticks_and_is_no_claim(tmp_path: Path) -> None:
    path = tmp_path / "pcm.mov"
    path.write_bytes(film(48_000 * 3600, handler=b"soun", ticks=1))
    require_plausible_samples(path)


@pytest.mark.parametrize("size_field", [0, 1, 7])
def test_boxes_of_odd_sizes_end_the_search(tmp_path: Path, size_field: int) -> None:
    path = tmp_path / "odd.mp4"
    path.write_bytes(struct.pack(">I4s", size_field, b"moov") + b"\xff" * 40)
    require_plausible_samples(path)


def test_real_files_pass(tmp_path: Path) -> None:
    require_plausible_samples(write_video(tmp_path / "clip.mp4"))
    require_plausible_samples(write_sound(tmp_path / "sound.mov"))
    fragmented = write_video(tmp_path / "fragments.mp4", muxer_options={"movflags": "frag_keyframe+empty_moov"})
    require_plausible_samples(fragmented)
