"""Texts next to a face."""

import numpy as np
import pytest

from chalicelib.domain.measurements.metrics import EXPRESSION_NAMES, FaceMetrics, FrameMetrics
from chalicelib.rendering.annotations import Annotations

_BOX = {"face box left": 60.0, "face box top": 100.0, "face box width": 120.0, "face box height": 150.0}


def _drawn(name: str, value: float, *, size: tuple[int, int]) -> np.ndarray:
    """A frame of one face with one score, without a curve to tell it from others: it has one moment only."""
    image = np.zeros((*size, 3), np.uint8)
    Annotations((name,)).draw(image, FrameMetrics(0.0, (FaceMetrics(0, {**_BOX, name: value}),)), 1.0)
    return image


@pytest.mark.parametrize("name", EXPRESSION_NAMES)
@pytest.mark.parametrize("size", [(360, 640), (480, 640), (720, 1280)])
def test_the_last_digit_of_every_score_can_be_read(name: str, size: tuple[int, int]) -> None:
    hundred, more = (_drawn(name, value, size=size) for value in (100.0, 108.0))  # the curve is the same above 100
    assert (hundred != more).any()


def test_a_panel_in_a_still_has_no_room_for_curves() -> None:
    frame = FrameMetrics(0.0, (FaceMetrics(0, {**_BOX, "smile": 60.0}),))
    drawn = []
    for is_still in (False, True):
        image = np.full((360, 640, 3), 255, np.uint8)
        Annotations(("smile",)).draw(image, frame, 1.0, is_still=is_still)
        drawn.append((image[:, 182:] != 255).any(axis=(1, 2)).nonzero()[0])  # rows of the panel, which begins at 180
    film, still = drawn
    line_px = 15
    assert film[0] == still[0] == 100
    assert len(film) - len(still) == 2 * line_px
    assert len(still) < 2.6 * line_px  # the id and one score
