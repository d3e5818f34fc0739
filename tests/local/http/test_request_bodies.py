"""Bodies in chunks, whatever the chunks."""

from email.message import Message
from http.client import parse_headers
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.local.http.request_bodies import RefusedBody, read_body

_CHUNKED = Message()
_CHUNKED["Transfer-Encoding"] = "Chunked"
_LIMIT = 5000


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=10), st.booleans())
def test_chunks_are_put_together(chunks: list[bytes], extensions: bool) -> None:
    extension = b" ;name=value" if extensions else b""
    wire = b"".join(b"%x%s\r\n%s\r\n" % (len(chunk), extension, chunk) for chunk in chunks) + b"0\r\n\r\n"
    stream = BytesIO(wire + b"GET / HTTP/1.1")
    assert read_body(_CHUNKED, stream, _LIMIT) == b"".join(chunks)
    assert stream.read() == b"GET / HTTP/1.1"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_body_or_refused(wire: bytes) -> None:
    try:
        length = len(read_body(_CHUNKED, BytesIO(wire), _LIMIT))
    except RefusedBody:
        return  # any other exception fails the test
    assert length <= _LIMIT


@pytest.mark.parametrize(("size", "is_taken"), [(_LIMIT, True), (_LIMIT + 1, False)])
def test_the_limit_counts_all_chunks(size: int, is_taken: bool) -> None:
    wire = b"1\r\n0\r\n" * size + b"0\r\n\r\n"
    if is_taken:
        assert len(read_body(_CHUNKED, BytesIO(wire), _LIMIT)) == size
        return
    with pytest.raises(RefusedBody) as refused:
        read_body(_CHUNKED, BytesIO(wire), _LIMIT)
    assert refused.value.status == 413


def test_a_huge_chunk_is_refused_before_it_is_read() -> None:
    with pytest.raises(RefusedBody) as refused:
        read_body(_CHUNKED, BytesIO(b"ffffffff\r\n"), _LIMIT)
    assert refused.value.status == 413


def test_trailers_are_bounded() -> None:
    with pytest.raises(RefusedBody):
        read_body(_CHUNKED, BytesIO(b"0\r\n" + b"A: 1\r\n" * 1000), _LIMIT)


@pytest.mark.parametrize("line", [b"foo", b"Content-Length : 44"])
def test_a_line_that_is_no_header_is_refused_for_what_follows_it_would_be_a_second_request(line: bytes) -> None:
    wire = BytesIO(b"Host: a\r\n" + line + b"\r\nContent-Length: 44\r\n\r\n")
    with pytest.raises(RefusedBody):
        read_body(parse_headers(wire), BytesIO(b"x" * 44), _LIMIT)


def test_a_multipart_header_is_no_defect_though_its_parts_are_still_to_come() -> None:
    wire = BytesIO(b"Host: a\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 2\r\n\r\n")
    assert read_body(parse_headers(wire), BytesIO(b"--"), _LIMIT) == b"--"
