"""Pictures of hands, if moderngl and Anny are installed."""

import numpy as np
import pytest

from lab.rendered_faces.arms import Arms
from lab.rendered_faces.scene import SIDE, SKIN, SLEEVE

pytest.importorskip("moderngl", reason="moderngl is in the training's environment only")

from lab.rendered_faces.hands import draw_hand
from lab.rendered_faces.renderer import Renderer


@pytest.fixture(scope="module")
def renderer(anny_is_here: None, egl: None) -> Renderer:
    return Renderer()


def test_hands_are_lit_where_they_are_and_nowhere_else(renderer: Renderer) -> None:
    arms, sleeves = Arms(), 0
    for seed in range(6):
        random = np.random.default_rng(seed)
        light, parts = draw_hand(arms.person(random), renderer, random)
        assert light.shape == parts.shape == (SIDE, SIDE)
        assert set(np.unique(parts)) <= {0, SKIN, SLEEVE}
        assert 0.02 < (parts == SKIN).mean() < 0.4
        assert light[parts == 0].max() == 0
        assert light[parts > 0].mean() > 30
        sleeves += bool((parts == SLEEVE).any())
    assert 0 < sleeves < 6


def test_the_same_seed_draws_the_same_hand(renderer: Renderer) -> None:
    arms = Arms()
    first, second = (
        draw_hand(arms.person(np.random.default_rng(7)), renderer, np.random.default_rng(8)) for _ in range(2)
    )
    assert (first == second).all()
