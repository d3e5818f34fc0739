"""Forms, whatever bytes come in."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.api.requests.forms import MULTIPART, URL_ENCODED, Form, parse_url_encoded, read_form
from chalicelib.api.requests.json_bodies import parse_resource, text_of
from chalicelib.api.requests.multipart_forms import MAX_PARTS, MAX_TEXT_BYTES
from chalicelib.errors import CallerError, Invalid, MalformedRequest, TooLarge, UnsupportedContentType

_BOTH = (MULTIPART, URL_ENCODED)
_TYPE = "multipart/form-data; boundary=b"


def _part(name: str, content: bytes, file_name: str | None = None, extra: bytes = b"") -> bytes:
    disposition = f'Content-Disposition: form-data; name="{name}"'
    if file_name is not None:
        disposition += f'; filename="{file_name}"'
    return b"--b\r\n" + disposition.encode() + b"\r\n" + extra + b"\r\n" + content + b"\r\n"


def _parse(body: bytes, content_type: str | None = _TYPE, files: tuple[str, ...] = ("f",)) -> dict[str, object]:
    with read_form(content_type, body, accepted=_BOTH, file_parts=files) as form:
        uploads = {
            name: (upload.file_name, upload.content_type, upload.size_bytes, upload.body.read())
            for name, upload in form.uploads.items()
        }
        return {**form.fields, **uploads}


def test_members_are_the_fields_in_brackets_of_one_name() -> None:
    form = Form({"job[name]": "a", "job[x][y]": "b", "job": "c", "job[": "d", "my job[name]": "e", "entry[name]": "f"})
    assert form.members("job") == {"name": "a", "x][y": "b"}


def test_files_are_closed_after_use_and_after_an_error() -> None:
    with read_form(_TYPE, _part("f", b"1" * 3_000_000, "a") + b"--b--", accepted=_BOTH, file_parts=("f",)) as form:
        body = form.uploads["f"].body
        assert len(body.read()) == 3_000_000
    with pytest.raises(ValueError, match="closed"):
        body.read()
    with ExitStack() as stack, pytest.raises(MalformedRequest):  # an open file would warn, and a warning is an error
        stack.enter_context(
            read_form(_TYPE, _part("f", b"1" * 3_000_000, "a"), accepted=_BOTH, file_parts=("f",)),
        )


def test_the_last_of_equal_fields_counts() -> None:
    assert _parse(_part("a", b"1") + _part("a", b"2") + b"--b--") == {"a": "2"}
    assert parse_url_encoded(b"a=1&a=2") == {"a": "2"}


def test_files_that_nobody_asked_for_are_forgotten() -> None:
    body = (
        _part("other", b"1" * 200_000, "a.bin") + _part("f", b"2", "b.mp4", b"Content-Type: video/mp4\r\n") + b"--b--"
    )
    assert _parse(body) == {"f": ("b.mp4", "video/mp4", 1, b"2")}


def test_a_file_may_hold_what_looks_like_a_boundary() -> None:
    content = b"--b\n--b--\r\n--\r\n-b\r--b" * 100
    assert _parse(_part("f", content, "a") + b"--b--")["f"] == ("a", None, len(content), content)


@pytest.mark.parametrize(
    "body",
    [
        _part("a", b"x" * (MAX_TEXT_BYTES + 1)),
        b"".join(_part(name, b"x" * (MAX_TEXT_BYTES // 2)) for name in "abc"),
        b"".join(_part(f"a{number}", b"") for number in range(MAX_PARTS + 1)),
        b"--b\r\nContent-Disposition: form-data; name=" + b"x" * 9000 + b"\r\n\r\n\r\n",
    ],
    ids=["a long field", "long fields", "many parts", "a long header"],
)
def test_fields_are_bounded(body: bytes) -> None:
    with pytest.raises(TooLarge):
        _parse(body + b"--b--")


def test_url_encoded_forms_are_bounded() -> None:
    with pytest.raises(TooLarge):
        parse_url_encoded(b"a=" + b"x" * MAX_TEXT_BYTES)
    with pytest.raises(TooLarge):
        parse_url_encoded(b"a=1&" * MAX_PARTS)


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "multipart/mixed; boundary=b", "multipart/form-data2"]
)
def test_other_content_types_are_not_read(content_type: str | None) -> None:
    with pytest.raises(UnsupportedContentType):
        _parse(b"", content_type)


@pytest.mark.parametrize(
    "content_type", ['Multipart/Form-Data; BOUNDARY="b"', "multipart/form-data;charset=x;boundary=b"]
)
def test_content_types_are_read_in_every_notation(content_type: str) -> None:
    assert _parse(_part("a", b"1") + b"--b--", content_type) == {"a": "1"}


def test_a_field_that_is_not_utf_8_is_malformed() -> None:
    with pytest.raises(MalformedRequest):
        _parse(_part("a", b"\xff") + b"--b--")


def test_the_same_file_twice_is_invalid() -> None:
    with pytest.raises(Invalid):
        _parse(_part("f", b"1", "a") + _part("f", b"2", "b") + b"--b--")


_FRAGMENTS = st.sampled_from(
    [
        b"--b\r\n",
        b"--b--",
        b"\r\n",
        b"--",
        b"b",
        b"\n",
        b'Content-Disposition: form-data; name="f"; filename="a"\r\n',
        b'Content-Disposition: form-data; name="a"\r\n',
        b"Content-Disposition: form-data; name=f; filename*=utf-8''%FF\r\n",
        b"Content-Disposition: attachment\r\n",
        b"Content-Type: text/plain; charset=none\r\n",
        b"Content-Length: 3\r\n",
        b" folded\r\n",
        b": \r\n",
        b"\xff\xfe",
        b"\r\n\r\n",
    ]
)


def _refusal(parse: Callable[[], object]) -> str | None:
    """The message with which `parse` refuses, None if it succeeds. Every other exception passes."""
    try:
        parse()
    except CallerError as error:
        return str(error)
    return None


@given(
    st.lists(_FRAGMENTS | st.binary(max_size=20), max_size=30).map(b"".join),
    st.sampled_from([_TYPE, "multipart/form-data; boundary=\xff"]),
)
def test_any_multipart_body_is_a_form_or_the_callers_fault(body: bytes, content_type: str) -> None:
    sentence = _refusal(lambda: _parse(body, content_type))
    assert sentence is None or sentence.endswith(".")


@pytest.mark.parametrize(
    "kind", ["multipart/form-data;", "multipart/form-data; boundary=", "application/x-www-form-urlencoded;", ""]
)
@given(st.text(max_size=60), st.binary(max_size=60))
def test_any_content_type_is_a_form_or_the_callers_fault(kind: str, parameters: str, body: bytes) -> None:
    sentence = _refusal(lambda: _parse(body, kind + parameters))
    assert sentence is None or sentence.endswith(".")


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_the_callers_fault(body: bytes) -> None:
    for candidate in (body, b'{"annotation": {"key": "' + body + b'"}}'):
        sentence = _refusal(lambda: text_of(parse_resource(candidate, "annotation"), "key"))  # noqa: B023  # called at once
        assert sentence is None or sentence.endswith(".")


@given(
    st.dictionaries(
        st.from_regex(r"[a-z\[\]]{1,10}", fullmatch=True),
        st.text(st.characters(codec="utf-8"), max_size=50),
        max_size=8,
    )
)
def test_multipart_fields_come_out_as_they_went_in(fields: dict[str, str]) -> None:
    body = b"".join(_part(name, text.encode()) for name, text in fields.items()) + b"--b--\r\n"
    if b"\r\n--b" not in "".join(fields.values()).encode():
        assert _parse(body, files=()) == fields


@given(st.binary(max_size=3000), st.integers(0, 3000))
def test_every_truncation_of_a_file_is_noticed(content: bytes, cut: int) -> None:
    body = _part("f", content.replace(b"--b", b"..b"), "a.mp4") + b"--b--"
    with pytest.raises(MalformedRequest):
        _parse(body[: min(cut, len(body) - 1)])
