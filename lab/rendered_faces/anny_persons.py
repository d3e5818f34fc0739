"""Persons of the second head: as many of each age, ancestry and sex, with light and with dark skin."""

import itertools
from collections.abc import Mapping
from functools import cache

import numpy as np

from lab.rendered_faces.anny_model import AGES, ANCESTRIES, SEXES, Anny, Group
from lab.rendered_faces.heads import RenderedPerson
from lab.rendered_faces.renderer import Renderer

TONES: Mapping[str, tuple[float, float]] = {"light skin": (0.0, 0.35), "dark skin": (0.65, 1.0)}
_FOLDS: Mapping[str, tuple[float, float]] = {"child": (0.0, 0.0), "young": (0.0, 0.4), "old": (0.5, 1.2)}
_KINDS = tuple(itertools.product(AGES, ANCESTRIES, SEXES, TONES))


def anny_person(
    number: int, renderer: Renderer, random: np.random.Generator, *, iris_size: float = 1.0
) -> RenderedPerson:
    """The person of a number; `name_of` says whom it shows. `iris_size`: see `make_skin`."""
    age, ancestry, sex, tone = _KINDS[number % len(_KINDS)]
    model = _anny().person(Group(age, ancestry, sex), random)
    folds, skin = random.uniform(*_FOLDS[age]), random.uniform(*TONES[tone])
    return RenderedPerson(model, renderer, random, age=folds, tone=skin, iris_size=iris_size)


def name_of(number: int) -> str:
    """The person's groups and number, with `/` between."""
    return "/".join((*_KINDS[number % len(_KINDS)], str(number)))


@cache
def _anny() -> Anny:
    return Anny()
