"""File names from outside, before they meet the disk."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.client.download_names import safe_file_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("clip.mp4-metrics.json", "clip.mp4-metrics.json"),
        ("Ein Fest, größer [1].csv", "Ein Fest, größer [1].csv"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("..", "result"),
        ("", "result"),
        ("a/", "result"),
        (".bashrc", "bashrc"),
        ("a\0b\nc", "a_b_c"),
    ],
)
def test_names(name: str, safe: str) -> None:
    assert safe_file_name(name) == safe


def test_a_name_that_is_taken_gets_a_number_before_its_suffix() -> None:
    assert safe_file_name("a.csv", {"a.csv", "a-2.csv"}) == "a-3.csv"


def test_a_long_name_keeps_its_suffix() -> None:
    assert safe_file_name("ü" * 255 + "-metrics.json") == "ü" * 125 + ".json"


@given(st.text(), st.sets(st.text(max_size=3), max_size=5))
def test_every_name_is_one_new_file_right_inside_the_directory(name: str, taken: set[str]) -> None:
    safe = safe_file_name(name, taken)
    assert Path("/directory", safe).resolve().parent == Path("/directory")
    assert 0 < len(safe.encode()) <= 255
    assert safe not in taken
    assert not safe.startswith(".")
    assert safe_file_name(safe) == safe
