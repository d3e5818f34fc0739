import numpy as np
import pytest

from lab.rendered_faces.grimaces import LAUGHING, WEEPING, choose_grimace
from lab.rendered_faces.movements import MIDDLE, SIDED, UNNAMED, Movement


def _many(count: int = 3000) -> list[Movement]:
    random = np.random.default_rng(1)
    return [choose_grimace(random) for _ in range(count)]


def test_equal_seeds_give_equal_grimaces() -> None:
    assert [each.shapes for each in _many(20)] == [each.shapes for each in _many(20)]


def test_weeping_is_there_with_and_without_a_smile_and_laughing_with_and_without_brows() -> None:
    movements = _many()
    weeping = ["smile" in each.amounts for each in movements if each.kind == "weeping"]
    knitted = ["brow furrow" in each.amounts for each in movements if each.kind == "laughing"]
    assert 0.15 < np.mean(weeping) < 0.35
    assert 0.2 < np.mean(knitted) < 0.4


@pytest.mark.parametrize("name", ["eye closure", "cheek raise", "upper lip raise"])
def test_what_both_have_in_common_tells_nothing(name: str) -> None:
    for kind in ("weeping", "laughing"):
        shares = [name in each.amounts for each in _many() if each.kind == kind]
        assert 0.1 < np.mean(shares) < 0.75


def test_only_what_can_be_added_is_named() -> None:
    assert {name for names in (*WEEPING, *LAUGHING) for name in names} <= {*SIDED, *MIDDLE, *UNNAMED}
