"""The head: linear in the points and in the skin, taught by made faces.

Ridge regression in principal components: each block of features (points, skin) keeps its strongest components, each
divided by its spread with a floor, and the penalty is the mean eigenvalue. Every person has an intercept of their own,
so the head learns what moves and not who it is. Being linear, all of it becomes one matrix, which sees points and skin
directly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.training.head_features import HeadFeatures, Mirror, joined

Floats = NDArray[np.float64]

_POINT_COMPONENTS, _SKIN_COMPONENTS = (200, 50), (400, 120)
"""Even, odd."""
_SPREAD_FLOOR = 0.3
POINTS_PENALTY, SKIN_PENALTY = 0.3, 2.0


@dataclass(frozen=True)
class LinearHead:
    """`points` (3 P, E), `even` (S, E), `offset` (E,): the amounts; `points_odd` (3 P, E), `odd` (S, E): left less
    right."""

    points: Floats
    even: Floats
    offset: Floats
    points_odd: Floats
    odd: Floats

    def amounts(self, faces: HeadFeatures) -> Floats:
        """(N, E) mean of both sides."""
        return np.asarray(_flat(faces) @ self.points + faces.even @ self.even + self.offset)

    def differences(self, faces: HeadFeatures) -> Floats:
        """(N, E) left less right."""
        return np.asarray(_flat(faces) @ self.points_odd + faces.odd @ self.odd)

    def scaled(self, rest: Floats, spread: Floats) -> "LinearHead":
        """With answers of 0 where they were `rest` (E,), in units of `spread` (E,)."""
        return LinearHead(
            self.points / spread,
            self.even / spread,
            (self.offset - rest) / spread,
            self.points_odd / spread,
            self.odd / spread,
        )

    def mixed(self, other: "LinearHead", shares: Floats) -> "LinearHead":
        """Of each expression this head's answer by 1 - `shares` (E,), the other's by `shares`."""
        own = vars(self)
        return LinearHead(*(own[name] * (1 - shares) + value * shares for name, value in vars(other).items()))


def _flat(faces: HeadFeatures) -> NDArray[np.float32]:
    return faces.points.reshape(len(faces), -1)


@dataclass(frozen=True)
class Lesson:
    """Faces: what is seen, `amounts` (N, E, 2) left and right, `persons` (N,) whose intercept they share, how much each
    counts, and of which expressions (E,) the amounts are `known`: of the others nothing is learned from them. `alike`:
    those of one person show the same, so neither side moved either."""

    faces: HeadFeatures
    amounts: NDArray[np.float32]
    persons: NDArray[np.str_]
    weight: float
    known: NDArray[np.bool_]
    alike: bool = False


@dataclass(frozen=True)
class Basis:
    """Components of the two blocks, even and odd, found in faces of all kinds without their amounts."""

    mirror: Mirror
    blocks: dict[str, Floats]
    """`points`, `skin`, `points_odd`, `skin_odd`: (D, K) each."""


def find_basis(faces: Sequence[HeadFeatures]) -> Basis:
    """The strongest components of faces of all kinds."""
    seen = joined(faces)
    mirror = Mirror.of(seen.points)
    even, odd = mirror.split(seen.points)
    return Basis(
        mirror,
        {
            "points": _components(even - even.mean(axis=0), _POINT_COMPONENTS[0]),
            "points_odd": _components(odd, _POINT_COMPONENTS[1]),
            "skin": _components(seen.even - seen.even.mean(axis=0), _SKIN_COMPONENTS[0], evened=True),
            "skin_odd": _components(seen.odd, _SKIN_COMPONENTS[1], evened=True),
        },
    )


def _components(centred: NDArray[np.float32], count: int, *, evened: bool = False) -> Floats:
    """(D, `count`) principal components; `evened`: of columns that are divided by their spread first."""
    scales = np.ones(centred.shape[1], dtype=np.float32)
    if evened:
        scales = 1 / np.maximum(centred.std(axis=0), _SPREAD_FLOOR * centred.std())
    evened_columns = centred * scales
    variances, vectors = np.linalg.eigh(evened_columns.T @ evened_columns / len(centred))
    strongest = np.argsort(-variances)[:count]
    return np.asarray(scales[:, None] * vectors[:, strongest], dtype=np.float64)


def teach_head(lessons: Sequence[Lesson], basis: Basis, *, skin: bool, penalty: float) -> LinearHead:
    """A head taught by all lessons; `skin`: whether it looks at the skin, or at the points alone."""
    answers = lessons[0].amounts.shape[1]
    skin_size = lessons[0].faces.even.shape[1]
    blocks = {"points": 1.0, "points_odd": -1.0}
    found: dict[str, Floats] = {}
    for points, sign in blocks.items():
        seen = ("skin" if sign > 0 else "skin_odd") if skin else None
        weights = _ridge(lessons, basis, (points, seen), penalty)
        components = basis.blocks[points].shape[1]
        found[points] = basis.mirror.joined(basis.blocks[points] @ weights[:components], sign)
        name = "even" if sign > 0 else "odd"
        found[name] = basis.blocks[seen] @ weights[components:] if seen else np.zeros((skin_size, answers))
    return LinearHead(found["points"], found["even"], np.zeros(answers), found["points_odd"], found["odd"])


def _ridge(lessons: Sequence[Lesson], basis: Basis, blocks: tuple[str, str | None], penalty: float) -> Floats:
    """(K, E) weights of components: at once for all expressions that the same lessons know."""
    known = np.array([lesson.known for lesson in lessons])
    weights = np.zeros((sum(basis.blocks[name].shape[1] for name in blocks if name), known.shape[1]))
    for pattern in np.unique(known, axis=1).T:
        columns = (known == pattern[:, None]).all(axis=0)
        chosen = [lesson for lesson, knows in zip(lessons, pattern, strict=True) if knows]
        weights[:, columns] = _ridge_of(chosen, basis, blocks, penalty)[:, columns]
    return weights


def _ridge_of(lessons: Sequence[Lesson], basis: Basis, blocks: tuple[str, str | None], penalty: float) -> Floats:
    is_odd = blocks[0] == "points_odd"
    columns, wanted, weights = [], [], []
    for lesson in lessons:
        split = basis.mirror.split(lesson.faces.points)[1 if is_odd else 0]
        parts = [split @ basis.blocks[blocks[0]]]
        if blocks[1]:
            parts.append((lesson.faces.odd if is_odd else lesson.faces.even) @ basis.blocks[blocks[1]])
        seen = np.hstack(parts).astype(np.float64)
        left, right = lesson.amounts[..., 0].astype(np.float64), lesson.amounts[..., 1]
        amounts = left - right if is_odd else (left + right) / 2
        if lesson.alike or not is_odd:
            seen, amounts = _within(seen, lesson.persons), _within(amounts, lesson.persons)
        columns.append(seen)
        wanted.append(amounts)
        weights.append(np.full((len(seen), 1), lesson.weight))
    seen, amounts, weight = np.vstack(columns), np.vstack(wanted), np.vstack(weights)
    spread = seen.std(axis=0)
    sizes = [basis.blocks[name].shape[1] for name in blocks if name]
    means = np.concatenate([np.full(len(part), part.mean()) for part in np.split(spread, np.cumsum(sizes)[:-1])])
    scales = 1 / np.maximum(spread, _SPREAD_FLOOR * means)
    seen *= scales
    squares = (seen * weight).T @ seen
    squares += penalty * np.trace(squares) / len(squares) * np.eye(len(squares))
    return np.asarray(np.linalg.solve(squares, (seen * weight).T @ amounts) * scales[:, None])


def _within(values: Floats, persons: NDArray[np.str_]) -> Floats:
    """Less each person's mean."""
    _, person = np.unique(persons, return_inverse=True)
    counts = np.bincount(person)[:, None]
    sums = np.stack([np.bincount(person, column) for column in values.T], axis=1)
    return np.asarray(values - (sums / counts)[person])
