"""The places of faces at a moment, also of those that are lost for a while."""

from collections.abc import Mapping

import pytest

from chalicelib.rendering.covers import HOLD_S, Box, Covers, Region, Sighting

A: Box = (100.0, 100.0, 140.0, 150.0)
B: Box = (200.0, 100.0, 240.0, 150.0)
FRAME_S = 0.04


def _covers(seen: Mapping[int, Box]) -> Covers:
    """One face that is seen in these frames."""
    return Covers(Sighting(number * FRAME_S, {0: box}) for number, box in sorted(seen.items()))


def _at(covers: Covers, number: int) -> list[Region]:
    return covers.at(number * FRAME_S)


def test_a_face_that_is_seen_is_covered_where_it_is() -> None:
    covers = _covers({0: A, 1: B})
    assert [_at(covers, number) for number in (0, 1)] == [[Region(A, A)], [Region(B, B)]]


def test_a_face_that_is_lost_for_five_frames_is_covered_on_its_way() -> None:
    covers = _covers({0: A, 6: B})
    assert [_at(covers, number) for number in range(1, 6)] == 5 * [[Region(A, B)]]


def test_after_a_longer_loss_both_places_are_covered() -> None:
    covers = _covers({0: A, 75: B})
    assert [_at(covers, number) for number in (1, 40, 74)] == 3 * [[Region(A, A), Region(B, B)]]


def test_a_face_is_held_before_and_after_it_is_seen_and_no_longer() -> None:
    covers = _covers({50: A})
    held = [number for number in range(100) if _at(covers, number)]
    assert held == [number for number in range(100) if abs(number - 50) * FRAME_S <= HOLD_S + 1e-9]


def test_a_face_that_moves_is_held_along_its_way() -> None:
    moving = {number: (10.0 * number, 0.0, 10.0 * number + 40, 50.0) for number in range(5)}
    covers = _covers(moving)
    (region,) = _at(covers, 8)
    assert region.begin == moving[4]
    assert region.end == pytest.approx((80, 0, 120, 50))


def test_faces_that_were_found_besides_are_covered_too_and_two_may_have_one_name() -> None:
    covers = _covers({0: A})
    covers.see(Sighting(0.0, {0: B}))
    assert set(_at(covers, 0)) == {Region(A, A), Region(B, B)}


def test_what_no_later_moment_needs_is_forgotten() -> None:
    covers = Covers(Sighting(number * FRAME_S, {number: A}) for number in range(2000))
    for number in range(2000):
        assert len(_at(covers, number)) <= 2 * HOLD_S / FRAME_S + 2
    assert len(covers._tracks) <= 4 / FRAME_S + 2
