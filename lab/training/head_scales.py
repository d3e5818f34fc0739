"""Finds at which of the head's answers rest lies, how far persons at rest differ, and at which an expression is
full."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.rendered_faces.face_sets import FaceSet
from lab.rendered_faces.movements import TAUGHT
from lab.training.head_features import HeadFeatures
from lab.training.head_sources import rows_of_codes
from lab.training.real_faces import REST_CLIP, REST_UNTIL_S, Codes, frames_of, times_of
from lab.training.taught_head import LinearHead

Floats = NDArray[np.float64]
_SMILE = TAUGHT.index("smile")
_LOW_PERCENTILE, _REACHED_PERCENTILE, _FEWEST_SHOWN = 20, 25, 4
_LEAST_OF_MADE, _MOST_OF_MADE = 0.5, 1.5


@dataclass(frozen=True)
class SeenFaces:
    """Portraits `at_rest`; sets of `made` faces with their amounts (N, E, 2); `films` with their faces and names, and
    what was coded of them."""

    at_rest: HeadFeatures
    made: Sequence[tuple[HeadFeatures, NDArray[np.float32]]]
    films: Sequence[tuple[HeadFeatures, FaceSet, str]]
    codes: Codes


def head_scales(head: LinearHead, seen: SeenFaces) -> dict[str, list[float]]:
    """Rest, full and spread of the answer to every expression of `TAUGHT`, and of the smirk, the difference of the
    smile's sides. Rest and spread are of two kinds of persons, each with half the weight: portraits, and persons whose
    film has frames coded neutral or known to be at rest."""
    portraits = _answers(head, seen.at_rest)
    persons = np.array([_answers(head, faces)[rows].mean(axis=0) for faces, rows in _resting(seen)])
    rest = (portraits.mean(axis=0) + persons.mean(axis=0)) / 2
    spread = np.sqrt((np.square(portraits - rest).mean(axis=0) + np.square(persons - rest).mean(axis=0)) / 2)
    full = rest + _added(head, seen)
    return {
        name: [round(float(each[place]), 4) for each in (rest, full, spread)]
        for place, name in enumerate((*TAUGHT, "smirk"))
    }


def _answers(head: LinearHead, faces: HeadFeatures) -> Floats:
    """(N, E + 1) answers and smirk."""
    return np.column_stack([head.amounts(faces), abs(head.differences(faces)[:, _SMILE])])


def _resting(seen: SeenFaces) -> list[tuple[HeadFeatures, NDArray[np.int64]]]:
    """For each film that has any: its faces, and the rows in which the person is known to be at rest."""
    found = []
    for features, faces, film in seen.films:
        rows, codes = rows_of_codes(film, frames_of(faces), seen.codes)
        is_neutral = [code.get("emotion") == "neutral" for code in codes]
        neutral = rows[np.array(is_neutral, dtype=np.bool_)]
        if film == REST_CLIP:
            neutral = np.flatnonzero(times_of(faces) < REST_UNTIL_S)
        if len(neutral):
            found.append((features, neutral))
    return found


def _added(head: LinearHead, seen: SeenFaces) -> Floats:
    """(E + 1,) what a full expression adds to rest: what three of four coded frames reach above their film's low
    percentile, but between 0.5 and 1.5 times what a full movement of a made face adds; once that, if fewer than four
    frames show the expression."""
    made = np.mean([_slopes(head, *each) for each in seen.made], axis=0)
    added = made.copy()
    changes: list[list[float]] = [[] for _ in made]
    for features, faces, film in seen.films:
        rows, codes = rows_of_codes(film, frames_of(faces), seen.codes)
        if len(rows):
            answers = _answers(head, features)
            change = answers[rows] - np.percentile(answers, _LOW_PERCENTILE, axis=0)
            for place, name in enumerate((*TAUGHT, "smirk")):
                shown = [row for row, code in enumerate(codes) if code.get(name) == "present"]
                changes[place] += change[shown, place].tolist()
    for place, each in enumerate(changes):
        if len(each) >= _FEWEST_SHOWN:
            reach = np.percentile(each, _REACHED_PERCENTILE)
            added[place] = np.clip(reach, _LEAST_OF_MADE * made[place], _MOST_OF_MADE * made[place])
    return np.asarray(added)


def _slopes(head: LinearHead, faces: HeadFeatures, amounts: NDArray[np.float32]) -> Floats:
    """(E + 1,) by how much the answers rise from amount 0 to 1, by least squares."""
    smirk = abs(amounts[:, _SMILE, 0] - amounts[:, _SMILE, 1])
    known = np.column_stack([amounts.mean(axis=2), smirk])
    centred = known - known.mean(axis=0)
    return np.asarray((centred * _answers(head, faces)).sum(axis=0) / (centred**2).sum(axis=0))
