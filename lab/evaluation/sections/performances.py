"""Measures what scores are worth on performances of eight persons, coded by eye."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.domain.measurements.metrics import BASELINE_NAMES, probability_name, raw_name
from chalicelib.domain.measurements.reliability import RELIABILITY, SEVEN, Grade, grade_of
from lab.evaluation.presence import Separation, separation
from lab.evaluation.workbench import Workbench
from lab.reports.report import Bar, Cell, Figure, Section, Table, slug
from lab.training.real_faces import read_codes

NAME = "performances"
TITLE = "Performances coded by eye"
FOLDER = "performances"

# Issued with the aims of the scores; what is not named has none.
_LEAST_AUC: Mapping[str, float] = {
    "brow furrow": 0.90,
    "cheek raise": 0.95,
    "lip corner depressor": 0.90,
    "chin raise": 0.90,
    "smirk": 0.95,
    "lid tighten": 0.90,
    "brow raise": 0.98,
    "eye closure": 0.98,
    "eye widen": 0.98,
    "jaw drop": 0.98,
    "lip pucker": 0.98,
    "smile": 0.98,
    "mouth open": 0.98,
}
_FEW = 3
_ALARM, _MOST_ALARMS = 30.0, 3.0
_TOLERANCE = 0.03
_BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.01)


@dataclass(frozen=True, slots=True)
class Coded:
    """One coded frame: the person, what was coded, and the scores of the job."""

    person: str
    codes: Mapping[str, str]
    values: Mapping[str, float]


def evaluate(bench: Workbench) -> Section:
    """Over the coded frames, as a job measures the whole film."""
    frames = list(_coded(bench))
    separations = {name: _separation(frames, name) for name in (*BASELINE_NAMES, *SEVEN)}
    return Section(
        NAME,
        TITLE,
        "Clips of eight persons who move their faces strongly, measured as films with the own neutral, and "
        f"{len(frames)} frames of them, read by two coders without face software: *present* if both saw it clearly "
        "(or one clearly and one slightly), *absent* if both saw surely none. Careful readings, not those of "
        "certified FACS coders. AUC: how often a frame that shows it scores higher than one that does not; intervals: "
        "bootstrap over persons. Hits, false alarms: scores above 50. *Probabilities*: how often an expression is "
        "there, present and absent weighed as if there were as many of both. The scale of the scores was chosen on "
        "these clips; nothing was trained on them.",
        _reading(separations),
        tuple(_figures(frames, separations)),
        (_table(frames, separations), _curve(frames)),
    )


def _coded(bench: Workbench) -> Iterator[Coded]:
    for place, codes in read_codes(bench.media).items():
        clip, _, number = place.partition("_")
        if int(number) >= bench.effort.frames:
            continue
        frame = bench.measured(f"{FOLDER}/{clip}.mp4")[int(number)]
        if frame.faces:
            yield Coded(clip, codes, frame.faces[0].values)


def _separation(frames: Sequence[Coded], name: str, metric: str = "") -> Separation | None:
    """Of the frames that were coded for `name`; the scores are those of `metric`, of `name` if none is given."""
    known = [(frame, shown) for frame in frames for shown in [_shown(frame.codes, name)] if shown is not None]
    if not known:
        return None
    scores = np.array([frame.values[metric or name] for frame, _ in known])
    return separation(scores, np.array([shown for _, shown in known]), [frame.person for frame, _ in known])


def _shown(codes: Mapping[str, str], name: str) -> bool | None:
    if name in SEVEN:
        return codes["emotion"] == name if "emotion" in codes else None
    return codes[name] == "present" if name in codes else None


def _figures(frames: Sequence[Coded], separations: Mapping[str, Separation | None]) -> Iterator[Figure]:
    for name, found in separations.items():
        if found is not None and found.shown >= _FEW:
            bar = Bar(at_least=_LEAST_AUC[name]) if name in _LEAST_AUC else None
            yield Figure(f"auc_{slug(name)}", f"{name}: AUC", round(found.auc, 3), "", bar, name)
    at_rest = [frame for frame in frames if frame.codes.get("emotion") == "neutral"]
    scores = [frame.values[name] for frame in at_rest for name in BASELINE_NAMES if frame.codes.get(name) == "absent"]
    alarms = round(100.0 * float(np.mean(np.array(scores) > _ALARM)), 1)
    text = f"share of scores above {_ALARM:g}, frames coded neutral"
    yield Figure("neutral_alarms", text, alarms, "%", Bar(at_most=_MOST_ALARMS))
    differing = [name for name, found in separations.items() if not _is_told(name, found)]
    text = "metrics about which the reliability table says something else"
    yield Figure("reliability_differs", text, len(differing), ", ".join(differing), Bar(at_most=0, source="own"))


def _is_told(name: str, found: Separation | None) -> bool:
    told = RELIABILITY[name]
    if found is None or told.auc is None:
        return told.auc is None and (found is None or found.shown < _FEW)
    measured = grade_of(found.shown, found.persons, found.auc, found.hits, found.false_alarms)
    return abs(told.auc - found.auc) <= _TOLERANCE and told.grade is measured


def _table(frames: Sequence[Coded], separations: Mapping[str, Separation | None]) -> Table:
    header = (
        "metric",
        "grade",
        "present",
        "persons",
        "absent",
        "AUC",
        "95 %",
        "AUC, raw",
        "hits (%)",
        "false alarms (%)",
    )
    rows: list[tuple[Cell, ...]] = []
    for name, found in separations.items():
        raw = None if name in SEVEN else _separation(frames, name, raw_name(name))
        if found is None or found.shown < _FEW:
            shown = 0 if found is None else found.shown
            rows.append((name, Grade.NOT_MEASURED, shown, "", "", "", "", "", "", ""))
            continue
        rows.append(
            (
                name,
                grade_of(found.shown, found.persons, found.auc, found.hits, found.false_alarms),
                found.shown,
                found.persons,
                found.not_shown,
                round(found.auc, 3),
                f"{found.low:.2f} to {found.high:.2f}",
                "" if raw is None else round(raw.auc, 3),
                round(100 * found.hits),
                round(100 * found.false_alarms),
            )
        )
    return Table("", header, tuple(rows))


def _probabilities(frames: Sequence[Coded]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Returns every probability of an expression that was coded, 0..1, and whether it was there."""
    known = [
        (frame.values[probability_name(name)] / 100.0, shown)
        for frame in frames
        for name in BASELINE_NAMES
        for shown in [_shown(frame.codes, name)]
        if shown is not None
    ]
    return np.array([each for each, _ in known]), np.array([shown for _, shown in known], dtype=np.bool_)


def _curve(frames: Sequence[Coded]) -> Table:
    """How often it is there among probabilities of about one size; present and absent weighed as if there were as many
    of both, which is what the probabilities are of."""
    said, shown = _probabilities(frames)
    weights = np.where(shown, 1.0 / max(shown.sum(), 1), 1.0 / max((~shown).sum(), 1))
    rows: list[tuple[Cell, ...]] = []
    for low, high in itertools.pairwise(_BINS):
        rows_in = (said >= low) & (said < high)
        if rows_in.any():
            rows.append(
                (
                    f"{100 * low:.0f} to {100 * min(high, 1.0):.0f}",
                    int(rows_in.sum()),
                    round(100 * float(np.average(said[rows_in], weights=weights[rows_in]))),
                    round(100 * float(np.average(shown[rows_in], weights=weights[rows_in]))),
                )
            )
    return Table("Probabilities", ("probability", "codes", "mean (%)", "present (%)"), tuple(rows))


def _reading(separations: Mapping[str, Separation | None]) -> str:
    measured = [found for found in separations.values() if found is not None and found.shown >= _FEW]
    unmeasured = [name for name, found in separations.items() if found is None or found.shown < _FEW]
    mean = float(np.mean([found.auc for found in measured])) if measured else 0.0
    return (
        f"Mean AUC {mean:.3f} over the {len(measured)} metrics that at least {_FEW} frames show. Shown too seldom to "
        f"say anything: {', '.join(unmeasured)}."
    )
