"""Measures how far scores move if the picture of a face changes and the face does not."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.detector import FaceDetector
from lab.evaluation.workbench import MEASURED_EXPRESSIONS, Workbench
from lab.rendered_faces.face_sets import WHOLE_SAMPLE, FaceMeter, MeasuredFace, largest_face, mesh_of
from lab.rendered_faces.nuisances import NUISANCES, SMALL_PX
from lab.reports.report import Bar, Cell, Figure, Section, Table, tenths
from lab.training.real_faces import read_codes

NAME = "changed_pictures"

_FAR = 25.0
_MOST_FAR = 3.0
_TITLES: Mapping[str, str] = {
    "beard": "a beard drawn",
    "small": f"{SMALL_PX[0]} to {SMALL_PX[1]} pixels between the eyes",
    "light": "other light",
}


def evaluate(bench: Workbench) -> Section:
    """Over the coded frames of the performances, each changed in every way."""
    meter = FaceMeter(bench.models)
    faces = list(_faces(bench, meter))
    scores = [_scores(bench, face) for face in faces]
    moved = {name: _moved(bench, meter, faces, scores, name) for name in NUISANCES}
    rows: list[tuple[Cell, ...]] = [
        (name, *(tenths(apart.mean(axis=0)[place]) for apart in moved.values()))
        for place, name in enumerate(MEASURED_EXPRESSIONS)
    ]
    figures = tuple(_figures(moved))
    return Section(
        NAME,
        "Beards, small faces, other light",
        f"{len(faces)} coded frames of the performances, whose persons no lesson shows, measured as stills: as they "
        "are, with a beard or a moustache drawn on them (six kinds), as if fewer pixels lay between the outer eye "
        "corners, and in other light. Given is how far scores move. Drawn hair is no real hair, and the head was "
        "taught with hair drawn by the same program, on other persons.",
        _reading(figures),
        figures,
        (Table("Points by which a score moves, in the mean", ("expression", *_TITLES.values()), tuple(rows)),),
    )


def _faces(bench: Workbench, meter: FaceMeter) -> Iterator[MeasuredFace]:
    detector, codes = FaceDetector(bench.models), read_codes(bench.media)
    places = sorted((clip, int(number)) for clip, _, number in (place.rpartition("_") for place in codes))
    for clip, coded in groupby(places, key=lambda place: place[0]):
        numbers = {number for _, number in coded}
        for frame in bench.frames(f"performances/{clip}.mp4"):
            crop = largest_face(detector, frame.image) if frame.index in numbers else None
            face = meter.measure(frame.image, crop) if crop else None
            if face is not None:
                yield face


def _moved(
    bench: Workbench,
    meter: FaceMeter,
    faces: Sequence[MeasuredFace],
    scores: Sequence[NDArray[np.float64]],
    nuisance: str,
) -> NDArray[np.float64]:
    """(N, E) how far the scores of changed faces lie from `scores`, of those that are found again."""
    apart = []
    for number, (face, before) in enumerate(zip(faces, scores, strict=True)):
        changed = NUISANCES[nuisance](face.sample, face.attention, np.random.default_rng(number))
        again = meter.measure(changed, WHOLE_SAMPLE)
        if again is not None:
            apart.append(abs(_scores(bench, again) - before))
    return np.array(apart)


def _scores(bench: Workbench, face: MeasuredFace) -> NDArray[np.float64]:
    scores = bench.score(mesh_of(face.sample, face.attention))
    return np.array([scores[name] for name in MEASURED_EXPRESSIONS])


def _figures(moved: Mapping[str, NDArray[np.float64]]) -> Iterator[Figure]:
    for name, apart in moved.items():
        yield Figure(f"mean_{name}", f"{_TITLES[name]}: a score moves, in the mean", tenths(apart.mean()), "points")
        share = tenths(100 * (apart > _FAR).mean())
        bar = Bar(at_most=_MOST_FAR, source="own")
        yield Figure(f"far_{name}", f"{_TITLES[name]}: scores that move by more than {_FAR:g} points", share, "%", bar)


def _reading(figures: Sequence[Figure]) -> str:
    values = {figure.name: figure.value for figure in figures}
    return (
        f"With a beard {values['far_beard']} % of all scores move by more than {_FAR:g} points, of small faces "
        f"{values['far_small']} %, in other light {values['far_light']} %."
    )
