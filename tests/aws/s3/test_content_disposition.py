"""File names in a header: exact, and harmless."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws.s3.media import attachment

_FORM = re.compile(r"attachment; filename=\"([ !#$&-.0-\[\]-~]*)\"; filename\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]*)")


@pytest.mark.parametrize(
    ("file_name", "header"),
    [
        ("clip.mp4", "attachment; filename=\"clip.mp4\"; filename*=UTF-8''clip.mp4"),
        ("my clip.mp4", "attachment; filename=\"my clip.mp4\"; filename*=UTF-8''my%20clip.mp4"),
        ('a"b\\c%41.mp4', "attachment; filename=\"a_b_c_41.mp4\"; filename*=UTF-8''a%22b%5Cc%2541.mp4"),
        ("naïve.mp4", "attachment; filename=\"na_ve.mp4\"; filename*=UTF-8''na%C3%AFve.mp4"),
        ("😀.mp4", "attachment; filename=\"_.mp4\"; filename*=UTF-8''%F0%9F%98%80.mp4"),
        ("\u05d0.mp4", "attachment; filename=\"_.mp4\"; filename*=UTF-8''%D7%90.mp4"),
        ("a;b='c'.mp4", "attachment; filename=\"a;b='c'.mp4\"; filename*=UTF-8''a%3Bb%3D%27c%27.mp4"),
    ],
)
def test_names_as_headers(file_name: str, header: str) -> None:
    assert attachment(file_name) == header


@given(st.text())
def test_any_name_is_exact_and_cannot_leave_its_place(file_name: str) -> None:
    match = _FORM.fullmatch(attachment(file_name))
    assert match is not None
    assert len(match[1]) == len(file_name)
    assert unquote(match[2], errors="strict") == file_name


def test_a_name_that_has_no_bytes_is_still_a_header() -> None:
    assert attachment("\ud800\r\nSet-Cookie: a") == (
        "attachment; filename=\"___Set-Cookie: a\"; filename*=UTF-8''%3F%0D%0ASet-Cookie%3A%20a"
    )
