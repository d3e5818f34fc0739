import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.domain.ids import new_id
from chalicelib.domain.intake.uploads import (
    MAX_PARTS,
    MAX_UPLOAD_BYTES,
    MIN_PART_BYTES,
    UploadKey,
    UploadOwner,
    parse_upload_key,
    part_size_bytes,
    part_sizes_bytes,
)
from tests.fakes import START

_S3_LARGEST_PART_BYTES = 5 * 1024**3


@given(st.integers(1, MAX_UPLOAD_BYTES))
@example(1)
@example(MIN_PART_BYTES)
@example(MIN_PART_BYTES * MAX_PARTS)
@example(MIN_PART_BYTES * MAX_PARTS + 1)
@example(MAX_UPLOAD_BYTES)
def test_parts_make_up_the_file_within_the_limits_of_s3(size_bytes: int) -> None:
    sizes = part_sizes_bytes(size_bytes)
    assert sum(sizes) == size_bytes
    assert 1 <= len(sizes) <= MAX_PARTS <= 10_000
    assert set(sizes[:-1]) <= {part_size_bytes(size_bytes)}
    assert 0 < sizes[-1] <= part_size_bytes(size_bytes) <= _S3_LARGEST_PART_BYTES
    assert part_size_bytes(size_bytes) >= 5 * 1024**2


@pytest.mark.parametrize("owner", UploadOwner)
def test_keys_are_read_back(owner: UploadOwner) -> None:
    key = UploadKey(new_id(START), owner, new_id(START))
    assert parse_upload_key(str(key)) == key


@given(st.text() | st.text(alphabet="uploads/0job"))
def test_other_texts_are_no_keys(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # whatever is wrong with it
        parse_upload_key(text)
