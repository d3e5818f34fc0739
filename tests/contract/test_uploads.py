"""The promises of `UploadStore`."""

from dataclasses import replace

import pytest

from chalicelib.domain.intake.uploads import DirectUpload, FinishedPart
from chalicelib.errors import Invalid
from tests.contract.samples import make_upload
from tests.contract.upload_cases import UploadCase

_PART = bytes(5 * 1024 * 1024)  # the least that S3 takes for a part that is not the last


def _begun(uploads: UploadCase) -> DirectUpload:
    upload = make_upload(len(_PART) + 3)
    return replace(upload, multipart_id=uploads.store.begin_parts(upload))


def size_bytes(uploads: UploadCase, upload: DirectUpload) -> int:
    arrived = uploads.store.arrived(upload)
    assert arrived is not None
    return arrived.size_bytes


def test_a_file_in_one_piece_arrives(uploads: UploadCase) -> None:
    upload = make_upload()
    assert uploads.store.arrived(upload) is None
    uploads.send(upload, b"abc")
    assert size_bytes(uploads, upload) == 3
    uploads.store.discard(upload.media_key)
    uploads.store.discard(upload.media_key)
    assert uploads.store.arrived(upload) is None


def test_parts_become_one_object_however_often_they_are_joined(uploads: UploadCase) -> None:
    upload = _begun(uploads)
    tags = [uploads.send_part(upload, 2, b"end"), uploads.send_part(upload, 1, _PART)]
    assert uploads.store.arrived(upload) is None
    parts = [FinishedPart(1, tags[1]), FinishedPart(2, tags[0])]
    for _ in range(2):
        uploads.store.join_parts(upload, parts)
        assert size_bytes(uploads, upload) == len(_PART) + 3


def test_parts_that_were_not_sent_are_refused(uploads: UploadCase) -> None:
    upload = _begun(uploads)
    tag = uploads.send_part(upload, 1, _PART)
    with pytest.raises(Invalid):
        uploads.store.join_parts(upload, [FinishedPart(1, tag), FinishedPart(2, tag)])
    assert uploads.store.arrived(upload) is None


def test_discarding_touches_one_key(uploads: UploadCase) -> None:
    upload = _begun(uploads)
    longer = replace(make_upload(), media_key=f"{upload.media_key}2")
    longer = replace(longer, multipart_id=uploads.store.begin_parts(longer))
    tag = uploads.send_part(longer, 1, b"abc")
    uploads.store.discard(upload.media_key)
    uploads.store.join_parts(longer, [FinishedPart(1, tag)])
    assert size_bytes(uploads, longer) == 3


def test_what_arrived_is_copied_and_stays_as_it_was(uploads: UploadCase) -> None:
    upload, copy = make_upload(), replace(make_upload(), media_key="accounts/a/entries/b/c")
    uploads.send(upload, b"abc")
    arrived = uploads.store.arrived(upload)
    assert arrived is not None
    for _ in range(2):
        assert uploads.store.copy(upload, arrived, copy.media_key)
    uploads.send(upload, b"xyz")
    assert uploads.content(copy.media_key) == (b"abc", upload.content_type)
    uploads.store.discard(upload.media_key)
    assert not uploads.store.copy(upload, arrived, copy.media_key)
    assert uploads.content(copy.media_key) == (b"abc", upload.content_type)


def test_other_bytes_have_another_tag_and_the_same_have_the_same(uploads: UploadCase) -> None:
    upload = make_upload()
    tags = []
    for content in (b"abc", b"xyz", b"abc"):
        uploads.send(upload, content)
        arrived = uploads.store.arrived(upload)
        assert arrived is not None
        tags.append(arrived.etag)
    assert tags[0] == tags[2] != tags[1]


def test_what_came_in_the_place_of_another_is_not_copied_for_it(uploads: UploadCase) -> None:
    if not uploads.copies_on_condition:
        pytest.skip("moto copies whatever is there; what S3 is asked for is tested in tests/aws")
    upload = make_upload()
    uploads.send(upload, b"abc")
    arrived = uploads.store.arrived(upload)
    assert arrived is not None
    uploads.send(upload, b"xyz")
    assert not uploads.store.copy(upload, arrived, "accounts/a/entries/b/c")
    assert uploads.content("accounts/a/entries/b/c") is None
