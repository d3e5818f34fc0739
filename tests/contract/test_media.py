"""The promises of `MediaStore`."""

import hashlib
import io
import tempfile
from pathlib import Path

import pytest

from chalicelib.domain.entries import media_key, media_prefix
from chalicelib.domain.ids import new_id
from chalicelib.errors import NotFound
from chalicelib.services.ports import StoredMedia
from tests.contract.media_cases import Download, MediaCase
from tests.contract.samples import ACCOUNT, ODD_TEXTS
from tests.fakes import START

_KEY = media_key(ACCOUNT, new_id(START), new_id(START))
_PART_BYTES = 8 * 1024 * 1024


@pytest.mark.parametrize("size_bytes", [0, 1, _PART_BYTES - 1, _PART_BYTES, _PART_BYTES + 1, 20_000_000])
def test_bytes_come_back_with_their_size_and_digest(media: MediaCase, tmp_path: Path, size_bytes: int) -> None:
    body = hashlib.shake_256(b"noise").digest(size_bytes)
    stored = media.store.save(_KEY, io.BytesIO(body), "video/mp4")
    assert stored == StoredMedia(size_bytes, hashlib.sha256(body).hexdigest())
    target = tmp_path / "clip.mp4"
    media.store.load(_KEY, target)
    assert target.read_bytes() == body


def test_a_stream_is_read_from_its_beginning_and_left_open(media: MediaCase, tmp_path: Path) -> None:
    with tempfile.TemporaryFile() as body:
        body.write(b"from the beginning")
        stored = media.store.save(_KEY, body, "text/plain")
        assert not body.closed
        assert stored.size_bytes == 18
    media.store.load(_KEY, tmp_path / "text")
    assert (tmp_path / "text").read_bytes() == b"from the beginning"


def test_save_replaces_what_was_there(media: MediaCase, tmp_path: Path) -> None:
    media.store.save(_KEY, io.BytesIO(b"long, long ago"), "text/plain")
    media.store.save(_KEY, io.BytesIO(b"now"), "text/csv")
    media.store.load(_KEY, tmp_path / "text")
    assert (tmp_path / "text").read_bytes() == b"now"


def test_load_replaces_the_file(media: MediaCase, tmp_path: Path) -> None:
    target = tmp_path / "text"
    target.write_bytes(b"something longer")
    media.store.save(_KEY, io.BytesIO(b"short"), "text/plain")
    media.store.load(_KEY, target)
    assert target.read_bytes() == b"short"


def test_load_of_what_is_not_stored(media: MediaCase, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        media.store.load(_KEY, tmp_path / "clip.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file_name", ODD_TEXTS)
def test_a_link_gives_the_bytes_under_their_name(media: MediaCase, file_name: str) -> None:
    content_type = "application/vnd.affectiva.session.v0+json"
    media.store.save(_KEY, io.BytesIO(b"{}"), "application/octet-stream")
    url = media.store.presigned_url(_KEY, file_name=file_name, content_type=content_type)
    assert url.isascii()
    assert media.follow(url) == Download(b"{}", file_name, content_type)


def test_a_link_answers_a_range(media: MediaCase) -> None:
    media.store.save(_KEY, io.BytesIO(b"0123456789"), "video/mp4")
    url = media.store.presigned_url(_KEY, file_name="clip.mp4", content_type="video/mp4")
    assert media.follow(url, (2, 5)) == Download(b"2345", "clip.mp4", "video/mp4")


def test_a_content_type_with_parameters_is_exact(media: MediaCase) -> None:
    media.store.save(_KEY, io.BytesIO(b"a,b"), "text/csv")
    content_type = 'text/csv; charset="utf-8"; header=present'
    url = media.store.presigned_url(_KEY, file_name="a.csv", content_type=content_type)
    assert media.follow(url).content_type == content_type


def test_a_deleted_object_is_gone_and_its_neighbours_stay(media: MediaCase, tmp_path: Path) -> None:
    neighbours = [f"{_KEY}/upload", f"{_KEY}0", _KEY[:-1]]
    for key in (_KEY, _KEY, *neighbours):
        media.store.save(key, io.BytesIO(b"bytes"), "text/plain")
    for _ in range(2):
        media.store.delete(_KEY)
    with pytest.raises(NotFound):
        media.store.load(_KEY, tmp_path / "gone")
    for key in neighbours:
        media.store.load(key, tmp_path / "there")


def test_all_objects_under_a_prefix_are_deleted(media: MediaCase, tmp_path: Path) -> None:
    meant, other = media_prefix(ACCOUNT, "e1"), media_prefix(ACCOUNT, "e12")
    for key in (f"{meant}a", f"{meant}a/1", f"{other}a"):
        media.store.save(key, io.BytesIO(b"bytes"), "text/plain")
    for _ in range(2):
        media.store.delete_under(meant)
    for key in (f"{meant}a", f"{meant}a/1"):
        with pytest.raises(NotFound):
            media.store.load(key, tmp_path / "gone")
    media.store.load(f"{other}a", tmp_path / "there")
