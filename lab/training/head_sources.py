"""Which source an expression is taken from, by a rule that was stated before the figures were seen.

Sources: today's network (or geometry), the head on points alone, the head on points and skin, the mean of both heads,
and the mean of the second head and today's network. Each is measured on made faces that were not taught, rendered and
portraits (AUC of an amount of at least 0.4 against at most 0.05), and on performances that were coded by eye.
*Taken is the source with the highest sum of both, in which performances count by n / (n + 8) if n frames show the
expression, among those that lose no more than 0.01 to today's on performances, 0.03 if fewer than eight frames do.*
Eight frames are what the reliability table asks for. Fewer than three say nothing: then made faces decide alone. *The
source that was taken before stays unless another's sum is more than 0.03 higher*: on some 30 portraits kept aside and
a few frames less is chance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from lab.rendered_faces.movements import TAUGHT
from lab.training.real_faces import Codes

Floats = NDArray[np.float64]
Answers = Mapping[str, Floats]
"""By source, (N, len(TAUGHT)) answers of N faces."""

TODAY = "today's network"
_THERE, _ABSENT = 0.4, 0.05
_FEWEST, _MANY = 3, 8
_TOLERANCE, _TOLERANCE_IF_FEW = 0.01, 0.03
_CLEARLY_BETTER = 0.03


@dataclass(frozen=True, slots=True)
class Choice:
    """The source taken, with the AUC of each source on made faces and on performances (not a number: too few frames
    show it), and how many coded frames show the expression and do not."""

    source: str
    made: Mapping[str, float]
    performances: Mapping[str, float]
    shown: int
    not_shown: int


def auc(scores: Floats, shown: NDArray[np.bool_]) -> float:
    """The probability that a face that shows it scores higher than one that does not; NaN if one kind is missing."""
    there, absent = scores[shown], scores[~shown]
    if not len(there) or not len(absent):
        return float("nan")
    higher = (there[:, None] > absent).mean() + 0.5 * (there[:, None] == absent).mean()
    return float(higher)


def choose_sources(
    made: Sequence[tuple[Answers, NDArray[np.float32]]],
    coded: Sequence[tuple[Answers, Sequence[Mapping[str, str]]]],
    before: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Choice]:
    """For every expression of `TAUGHT`. `made`: sets of made faces, their answers and amounts (N, E, 2); `coded`: the
    answers of coded frames and their codes; `before`: the sources that were taken the last time."""
    return {name: _chosen(name, place, made, coded, before.get(name, "")) for place, name in enumerate(TAUGHT)}


def _chosen(
    name: str,
    place: int,
    made: Sequence[tuple[Answers, NDArray[np.float32]]],
    coded: Sequence[tuple[Answers, Sequence[Mapping[str, str]]]],
    before: str,
) -> Choice:
    sources = list(made[0][0])
    of_made = {
        source: float(np.mean([_on_made(each, amounts, source, place) for each, amounts in made])) for source in sources
    }
    shown, rows = _coded(name, coded)
    seen = {source: np.concatenate([each[source][:, place] for each, _ in coded])[rows] for source in sources}
    frames = int(shown.sum())
    enough = frames >= _FEWEST
    share = frames / (frames + _MANY) if enough else 0.0
    tolerance = _TOLERANCE if frames >= _MANY else _TOLERANCE_IF_FEW
    of_coded = {source: auc(seen[source], shown) if enough else float("nan") for source in sources}
    allowed = [each for each in sources if not enough or of_coded[each] >= of_coded[TODAY] - tolerance]
    sums = {each: of_made[each] + (share * of_coded[each] if enough else 0.0) for each in allowed}
    best = max(sums, key=sums.__getitem__)
    if before in sums and sums[best] <= sums[before] + _CLEARLY_BETTER:
        best = before
    return Choice(best, of_made, of_coded, frames, int((~shown).sum()))


def _on_made(answers: Answers, amounts: NDArray[np.float32], source: str, place: int) -> float:
    amount = amounts[:, place].mean(axis=1)
    sure = (amount >= _THERE) | (amount <= _ABSENT)
    return auc(answers[source][sure, place], amount[sure] >= _THERE)


def _coded(
    name: str, coded: Sequence[tuple[Answers, Sequence[Mapping[str, str]]]]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Returns whether each surely coded frame shows it, and which frames are surely coded."""
    said = [codes.get(name, "") for _, frames in coded for codes in frames]
    rows = np.array([each in ("present", "absent") for each in said])
    return np.array([each == "present" for each in said])[rows], rows


def rows_of_codes(
    film: str, frames: NDArray[np.int64], codes: Codes
) -> tuple[NDArray[np.int64], list[Mapping[str, str]]]:
    """The rows of a film's faces that were coded, and their codes."""
    numbers = {int(key.rsplit("_", 1)[1]): each for key, each in codes.items() if key.rsplit("_", 1)[0] == film}
    rows = np.array([row for row, frame in enumerate(frames.tolist()) if frame in numbers], dtype=np.int64)
    return rows, [numbers[int(frames[row])] for row in rows]
