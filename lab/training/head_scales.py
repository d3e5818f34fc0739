"""Measures at which of a source's answers rest lies and an expression is full, and what absent ones may read.

One rule for every expression and every source. *Rest*: the mean of persons at rest, of two kinds, each with half the
weight: portraits, and persons whose film has frames coded neutral or known to be at rest. *Full*: what a full movement
of a made face adds to rest, times how much of that coded persons reach: of each person the median of the frames coded
present, of persons the geometric mean, with 1 added as if two persons more had reached exactly that. *Spread*: the
standard deviation between persons at rest. *Company*: the standard deviation, within a person, of an expression that
is absent while others move. *Disturbance*: how much of that each expression that moves much of a face
brings, in proportion to how far it is there.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.levels import DISTURBING, FULL, Scale
from lab.rendered_faces.face_sets import FaceSet
from lab.rendered_faces.movements import TAUGHT
from lab.training.head_sources import rows_of_codes
from lab.training.real_faces import REST_CLIP, REST_UNTIL_S, Codes, frames_of, times_of

Floats = NDArray[np.float64]

GIVEN: tuple[str, ...] = (*TAUGHT, "smirk")
"""The columns of readings: the expressions that are taught, and the difference of the smile's sides."""
_SMILE = TAUGHT.index("smile")
FEWEST_FRAMES = 3
"""Frames that have to show an expression for anything to be measured of it."""
_PRIOR_PERSONS = 2
_LEAST_REACHED, _MOST_REACHED = 0.3, 3.0
_ABSENT = 0.05
_TOGETHER = (
    *(("smile", "cheek raise"), ("eye closure", "brow furrow")),
    *(("jaw drop", "brow raise"), ("jaw drop", "inner brow raise"), ("jaw drop", "eye widen")),
)
"""Pairs that real faces show together and made ones by chance, so that no disturbance is measured of them: enjoyment
and surprise (C. F. Du, Y. Tao, A. Martinez, PNAS 2014, table 1), pain (K. Prkachin, P. Solomon, Pain 139, 2008)."""
_RARE_SQUARES = 0.99


@dataclass(frozen=True)
class Readings:
    """The answers or levels of one source, in columns of `GIVEN`: of portraits at rest, of sets of made faces, and of
    films by name."""

    at_rest: Floats
    made: Sequence[Floats]
    films: Mapping[str, Floats]

    def levels(self, scales: Sequence[Scale]) -> "Readings":
        """The same in levels."""
        return Readings(
            _levels(self.at_rest, scales),
            [_levels(each, scales) for each in self.made],
            {name: _levels(each, scales) for name, each in self.films.items()},
        )

    def mixed(self, other: "Readings", rows: NDArray[np.bool_]) -> "Readings":
        """The mean with another source in the columns `rows` (K,), these in the others."""
        shares = rows / 2.0
        return Readings(
            self.at_rest * (1 - shares) + other.at_rest * shares,
            [ours * (1 - shares) + theirs * shares for ours, theirs in zip(self.made, other.made, strict=True)],
            {name: ours * (1 - shares) + other.films[name] * shares for name, ours in self.films.items()},
        )


def _levels(answers: Floats, scales: Sequence[Scale]) -> Floats:
    return np.column_stack([scale.levels(column) for scale, column in zip(scales, answers.T, strict=True)])


@dataclass(frozen=True)
class KnownFilm:
    """Rows of a film in which its person is at rest, and coded rows with their codes."""

    resting: NDArray[np.int64]
    coded: NDArray[np.int64]
    codes: Sequence[Mapping[str, str]]

    def shown(self, name: str, code: str) -> NDArray[np.int64]:
        """The rows in which `name` is coded so."""
        return self.coded[np.array([each.get(name) == code for each in self.codes], dtype=np.bool_)]


@dataclass(frozen=True)
class Known:
    """The truth about the faces that are read: of each made set the amounts (N, K) and persons (N,), and films."""

    made: Sequence[tuple[Floats, NDArray[np.str_]]]
    films: Mapping[str, KnownFilm]

    def frames(self, name: str, code: str = "present") -> int:
        """Returns how many frames are coded so."""
        return sum(len(film.shown(name, code)) for film in self.films.values())


def known_of(made: Sequence[FaceSet], films: Mapping[str, FaceSet], codes: Codes) -> Known:
    """Returns what is known of sets of faces."""
    sides = [faces.amounts.astype(np.float64) for faces in made]
    amounts = [np.column_stack([each.mean(axis=2), abs(each[:, _SMILE, 0] - each[:, _SMILE, 1])]) for each in sides]
    persons = [faces.persons for faces in made]
    return Known(
        list(zip(amounts, persons, strict=True)), {name: _known_film(name, film, codes) for name, film in films.items()}
    )


def _known_film(name: str, faces: FaceSet, codes: Codes) -> KnownFilm:
    rows, found = rows_of_codes(name, frames_of(faces), codes)
    resting = rows[np.array([each.get("emotion") == "neutral" for each in found], dtype=np.bool_)]
    if name == REST_CLIP:
        resting = np.flatnonzero(times_of(faces) < REST_UNTIL_S)
    return KnownFilm(resting, rows, found)


def measure_scales(readings: Readings, known: Known) -> list[Scale]:
    """Returns the scale of every column."""
    rest, spread = _rest(readings, known)
    added = np.mean([_slopes(each, amounts) for each, (amounts, _) in zip(readings.made, known.made, strict=True)], 0)
    shares = readings.levels(_from_0_to_1(rest, added))
    full = rest + added * np.array([_reached(name, shares, known) for name in GIVEN])
    return [Scale(*(round(float(each), 4) for each in scale)) for scale in zip(rest, full, spread, strict=True)]


def measure_spreads(levels: Readings, known: Known) -> Floats:
    """(K,) standard deviations between persons at rest."""
    return _rest(levels, known)[1]


def measure_company(levels: Readings, known: Known) -> Floats:
    """(K,) standard deviations within persons who do not show the expression, over the sets of made faces."""
    squares = [_within(each, *faces) ** 2 for each, faces in zip(levels.made, known.made, strict=True)]
    return np.asarray(np.sqrt(np.mean(squares, axis=0)))


def measure_disturbance(levels: Readings, known: Known) -> Floats:
    """(K, 3) what an absent expression reads above the person's median while each of `DISTURBING` is fully there: the
    standard deviation, the mean over the sets of made faces."""
    squares = [_disturbed(each, *faces) for each, faces in zip(levels.made, known.made, strict=True)]
    return np.asarray(np.sqrt(np.mean(squares, axis=0)))


def _disturbed(levels: Floats, amounts: Floats, persons: NDArray[np.str_]) -> Floats:
    """(K, 3) squares, by least squares over what absent expressions read."""
    causes = np.square(amounts[:, [GIVEN.index(name) for name in DISTURBING]])
    found = np.zeros((len(GIVEN), len(DISTURBING)))
    for place, name in enumerate(GIVEN):
        rows = amounts[:, place] <= _ABSENT
        above = np.maximum(_above_median(levels[rows, place], persons[rows]), 0.0)
        # Half of the squares lie below rest and are 0 here; a few gross errors must not decide.
        squares = 2.0 * np.minimum(np.square(above), np.quantile(np.square(above), _RARE_SQUARES))
        asked = [n for n, cause in enumerate(DISTURBING) if cause != name and (cause, name) not in _TOGETHER]
        found[place, asked] = not_negative(np.column_stack([np.ones(rows.sum()), causes[rows][:, asked]]), squares)[1:]
    return found


def _above_median(values: Floats, persons: NDArray[np.str_]) -> Floats:
    above = values.copy()
    for person in np.unique(persons):
        above[persons == person] -= np.median(values[persons == person])
    return above


def not_negative(columns: Floats, aim: Floats) -> Floats:
    """(C,) the weights, none below 0, with which the columns (N, C) come nearest to `aim` (N,): the best subset
    of columns whose weights are all positive decides."""
    best, least = np.zeros(columns.shape[1]), float(np.square(aim).sum())
    for count in range(1, columns.shape[1] + 1):
        for chosen in itertools.combinations(range(columns.shape[1]), count):
            weights = np.linalg.lstsq(columns[:, chosen], aim, rcond=None)[0]
            error = float(np.square(columns[:, chosen] @ weights - aim).sum())
            if error < least and (weights >= 0.0).all():
                best, least = np.zeros(columns.shape[1]), error
                best[list(chosen)] = weights
    return best


def _rest(readings: Readings, known: Known) -> tuple[Floats, Floats]:
    """(K,) mean and standard deviation of persons at rest."""
    films = [readings.films[name][film.resting] for name, film in known.films.items() if len(film.resting)]
    kinds = (readings.at_rest, np.array([film.mean(axis=0) for film in films]))
    rest = np.mean([kind.mean(axis=0) for kind in kinds], axis=0)
    return rest, np.sqrt(np.mean([np.square(kind - rest).mean(axis=0) for kind in kinds], axis=0))


def _slopes(answers: Floats, amounts: Floats) -> Floats:
    """(K,) by how much the answers rise from amount 0 to 1, by least squares."""
    centred = amounts - amounts.mean(axis=0)
    return np.asarray((centred * answers).sum(axis=0) / np.square(centred).sum(axis=0))


def _from_0_to_1(rest: Floats, added: Floats) -> list[Scale]:
    return [Scale(first, first + FULL * more, 0.0) for first, more in zip(rest, added, strict=True)]


def _reached(name: str, shares: Readings, known: Known) -> float:
    """Returns how much of a full movement (1 in `shares`) coded persons reach; 1 if fewer than three frames show it."""
    if known.frames(name) < FEWEST_FRAMES:
        return 1.0
    logs = []
    for film_name, film in known.films.items():
        column, rows = shares.films[film_name][:, GIVEN.index(name)], film.shown(name, "present")
        if len(rows):
            own = column[film.resting].mean() if len(film.resting) else 0.0
            share = float(np.median(column[rows] - own))
            logs.append(np.log(np.clip(share, _LEAST_REACHED, _MOST_REACHED)))
    return float(np.exp(np.sum(logs) / (len(logs) + _PRIOR_PERSONS)))


def _within(levels: Floats, amounts: Floats, persons: NDArray[np.str_]) -> Floats:
    """(K,) standard deviations within persons, of faces whose amount is about none."""
    return np.array(
        [_standard_deviation(levels[rows, place], persons[rows]) for place, rows in enumerate((amounts <= _ABSENT).T)]
    )


def _standard_deviation(values: Floats, persons: NDArray[np.str_]) -> float:
    _, person, counts = np.unique(persons, return_inverse=True, return_counts=True)
    means = np.bincount(person, values) / counts
    freedom = len(values) - len(counts)
    return float(np.sqrt(np.square(values - means[person]).sum() / max(freedom, 1)))
