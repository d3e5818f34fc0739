"""The file names of results."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.entries import MAX_FILE_NAME_CHARACTERS
from chalicelib.formats.file_names import result_file_name

SUFFIX = "-metrics.json"
ROOM = MAX_FILE_NAME_CHARACTERS - len(SUFFIX)


@pytest.mark.parametrize(
    "name", ["clip.mp4", "clip", ".mp4", "a.b.c.mov", "trailing.", "..", "Grüße 你好 🎬.mp4", "", "x" * ROOM]
)
def test_short_names_stay_whole(name: str) -> None:
    assert result_file_name(name, SUFFIX) == name + SUFFIX


def test_long_names_keep_their_extension() -> None:
    name = "x" * 251 + ".mp4"
    assert result_file_name(name, SUFFIX) == "x" * (ROOM - 4) + ".mp4" + SUFFIX


@pytest.mark.parametrize("name", ["x" * 255, "." + "x" * 254, "x." + "y" * 253, "." * 255])
def test_long_names_without_an_extension_are_cut_at_the_end(name: str) -> None:
    cut = result_file_name(name, SUFFIX)
    assert len(cut) == MAX_FILE_NAME_CHARACTERS
    assert cut == name[:ROOM] + SUFFIX


def test_a_letter_never_loses_its_accent() -> None:
    name = "x" * (ROOM - 5) + "e\N{COMBINING ACUTE ACCENT}" + "y" * 12 + ".mp4"
    assert result_file_name(name, SUFFIX) == "x" * (ROOM - 5) + ".mp4" + SUFFIX


def test_accents_alone_are_cut_too() -> None:
    name = "\N{COMBINING ACUTE ACCENT}" * 255
    assert result_file_name(name, SUFFIX) == name[:ROOM] + SUFFIX


@given(st.text(max_size=255) | st.text(min_size=235, max_size=255), st.sampled_from((SUFFIX, "-metrics.csv")))
def test_every_name_fits(name: str, suffix: str) -> None:
    result = result_file_name(name, suffix)
    assert len(result) <= MAX_FILE_NAME_CHARACTERS
    assert result.endswith(suffix)
    assert name.startswith(result.removesuffix(suffix)[:200])
