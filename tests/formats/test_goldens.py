"""Every format writes the same bytes as before. If they are meant to change: `make golden`, and read the difference."""

import pytest

from tests.formats.goldens import FOLDER, GOLDENS


@pytest.mark.parametrize("name", GOLDENS)
def test_the_bytes_are_those_of_the_golden_file(name: str) -> None:
    assert GOLDENS[name]() == (FOLDER / name).read_bytes()


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(GOLDENS)
