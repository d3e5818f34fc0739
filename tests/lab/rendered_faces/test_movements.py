import numpy as np
import pytest

from lab.rendered_faces.movements import MIDDLE, PROTOTYPES, SIDED, TAUGHT, UNNAMED, Movement, add, choose_movement


def _many(count: int = 3000) -> list[Movement]:
    random = np.random.default_rng(1)
    return [choose_movement(random) for _ in range(count)]


def test_equal_seeds_give_equal_movements() -> None:
    assert [each.shapes for each in _many(20)] == [each.shapes for each in _many(20)]


def test_a_face_at_rest_shows_nothing_that_is_taught() -> None:
    assert all(not each.amounts for each in _many() if each.kind == "rest")


def test_every_expression_is_there_in_some_and_absent_in_most_pictures() -> None:
    movements = _many()
    for name in TAUGHT:
        share = np.mean([max(each.amount(name)) >= 0.4 for each in movements])
        assert 0.03 < share < 0.35, name


def test_the_unit_that_a_company_is_made_for_is_there_half_of_the_time() -> None:
    movements = [each for each in _many(6000) if each.kind == "company"]
    joys = [each for each in movements if set(each.amounts) - {"eye closure"} <= {"smile", "cheek raise"}]
    with_smile = [each for each in joys if "smile" in each.amounts]
    assert 0.2 < len(with_smile) / len(joys) < 0.9


def test_what_talking_does_by_the_way_is_taught_as_absent() -> None:
    talking = [each for each in _many() if each.kind == "talk"]
    by_the_way = [each for each in talking if each.shapes.get("mouthFrown_L", 0.0) > 0.0]
    assert by_the_way
    assert all(each.amount("lip corner depressor") == (0.0, 0.0) for each in by_the_way)


@pytest.mark.parametrize("name", TAUGHT)
def test_the_weaker_side_moves_less(name: str) -> None:
    random = np.random.default_rng(2)
    for _ in range(40):
        movement = Movement("one")
        add(movement, name, 1.0, random)
        left, right = movement.amount(name)
        moved = [
            sum(weight for shape, weight in movement.shapes.items() if shape.endswith(end)) for end in ("_L", "_R")
        ]
        if name in MIDDLE:
            assert left == right == 1.0
        elif abs(left - right) > 0.3:
            assert (left > right) == (moved[0] > moved[1])


def test_prototypes_name_only_what_can_be_added() -> None:
    assert {name for company in PROTOTYPES for name in company} <= {*SIDED, *MIDDLE, *UNNAMED}
