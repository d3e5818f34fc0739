"""Measures whether scores stay as they are while the head turns: pictures bent with meshes that are turned by their own
depth, measured again, and the turns of a real clip."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.mesh import FaceMesh
from chalicelib.domain.measurements.metrics import FrameMetrics
from lab.evaluation.bent_pictures import bent
from lab.evaluation.face_turns import turned
from lab.evaluation.workbench import MEASURED_EXPRESSIONS, Workbench
from lab.reports.charts import Line, write_chart
from lab.reports.report import Bar, Cell, Figure, Section, Table, slug, tenths

NAME = "pose_stability"
_TITLE = "Stability while the head turns"
CLIP = "videos/WolfgangLanger_Pexels.mp4"

_ANGLES_DEG = (10, 20, 30)
_MOST_AT_20_DEG = 10.0
SHOWN, ENOUGH_FACES = 20.0, 5
"""A face shows an expression from this score on; fewer faces than that say nothing about it."""

_STEP_S = 1.0
_TURN_DEG, _STILL_DEG = 10.0, 3.0

Scores = NDArray[np.float64]
"""(poses, expressions): of one face."""


@dataclass(frozen=True, slots=True)
class Turns:
    """`change`: by angle (0 is the face as it is), how far each expression's score is from the one at 0 degrees: the
    mean over faces and the four directions. `spread`: the standard deviation over all poses, the mean over faces.
    `showing`: how many faces show the expression at 0 degrees; a score that is 0 can only rise."""

    change: Mapping[int, NDArray[np.float64]]
    spread: NDArray[np.float64]
    showing: NDArray[np.int_]


def poses() -> list[tuple[int, int, int]]:
    """(angle, yaw, pitch) in degrees; the frontal one first."""
    turns = [(0, 0, 0)]
    for angle in _ANGLES_DEG:
        turns += [(angle, yaw, pitch) for yaw, pitch in ((angle, 0), (-angle, 0), (0, angle), (0, -angle))]
    return turns


def evaluate(bench: Workbench) -> Section:
    """Over the frontal faces of the media, and over one clip in which a head turns."""
    faces = bench.faces()
    pictures = []
    for face in faces:
        targets = [turned(face.points, yaw, pitch) for _, yaw, pitch in poses()]
        drawn = [bent(face.image, face.points, target) for target in targets]
        seen = [bench.remeasured(image, target) for image, target in zip(drawn, targets, strict=True)]
        pictures.append(_scored(bench, seen))
    of_pictures = summarized(pictures)
    clip = changes_in_clip(bench.measured(CLIP))
    write_chart(
        bench.pictures / f"{NAME}.svg",
        title="Mean change of the scores while a head turns",
        x_label="degrees",
        lines=[Line("pictures bent and measured again", _curve(of_pictures))],
    )
    return _section(len(faces), of_pictures, clip)


def _curve(turns: Turns) -> list[tuple[float, float]]:
    return [(angle, float(change.mean())) for angle, change in turns.change.items()]


def _scored(bench: Workbench, meshes: Sequence[FaceMesh]) -> Scores:
    rows = [bench.score(mesh) for mesh in meshes]
    return np.array([[row[name] for name in MEASURED_EXPRESSIONS] for row in rows])


def summarized(faces: Sequence[Scores]) -> Turns:
    """Over faces, each measured in all `poses()`."""
    scores = np.array(faces)
    angles = np.array([angle for angle, _, _ in poses()])
    change = np.abs(scores - scores[:, :1])
    means = {angle: change[:, angles == angle].mean(axis=(0, 1)) for angle in (0, *_ANGLES_DEG)}
    showing = (scores[:, 0] >= SHOWN).sum(axis=0)
    return Turns(means, scores.std(axis=1).mean(axis=0), showing)


@dataclass(frozen=True, slots=True)
class ClipTurns:
    """Median change of each expression over a second in which the head turned, and over one in which it did not."""

    turning: NDArray[np.float64]
    still: NDArray[np.float64]
    turning_pairs: int
    still_pairs: int


def changes_in_clip(frames: Sequence[FrameMetrics]) -> ClipTurns:
    """Pairs of frames a second apart that show one and the same face."""
    turning: list[NDArray[np.float64]] = []
    still: list[NDArray[np.float64]] = []
    later = 0
    for frame in frames:
        while later < len(frames) and frames[later].time_s < frame.time_s + _STEP_S:
            later += 1
        if later == len(frames):
            break
        pair = _same_face(frame, frames[later])
        if pair is None:
            continue
        turn = max(abs(pair[1][angle] - pair[0][angle]) for angle in ("yaw", "pitch"))
        change = np.array([abs(pair[1][name] - pair[0][name]) for name in MEASURED_EXPRESSIONS])
        if turn >= _TURN_DEG:
            turning.append(change)
        elif turn <= _STILL_DEG:
            still.append(change)
    return ClipTurns(_median(turning), _median(still), len(turning), len(still))


def _same_face(first: FrameMetrics, second: FrameMetrics) -> tuple[Mapping[str, float], Mapping[str, float]] | None:
    for face in first.faces:
        for other in second.faces:
            if face.face_id == other.face_id:
                return face.values, other.values
    return None


def _median(changes: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    if not changes:
        return np.full(len(MEASURED_EXPRESSIONS), np.nan)
    median: NDArray[np.float64] = np.median(np.array(changes), axis=0)
    return median


def _section(faces: int, pictures: Turns, clip: ClipTurns) -> Section:
    figures = (*_overall(pictures), *_by_expression(pictures))
    worst = [MEASURED_EXPRESSIONS[place] for place in np.argsort(-pictures.change[20])[:4]]
    reading = (
        f"A head that turns by 20 degrees changes a score by {figures[0].value:g} points in the mean, by 30 degrees "
        f"{figures[1].value:g}. Most of all change {', '.join(worst[:-1])} and {worst[-1]}. Bent pictures stretch what "
        "they have not seen, so they overstate what the far side of a face does."
    )
    table = _table(pictures, clip)
    return Section(NAME, _TITLE, _how(faces, clip), reading, figures, (table,), f"{NAME}.svg")


def _how(faces: int, clip: ClipTurns) -> str:
    return (
        f"{faces} nearly frontal faces (portraits, whose persons mostly smile, and frames of clips and pictures) are "
        "turned by 10, 20 and 30 degrees to the left, to the right, up and down: the mesh is turned with its own "
        "depth, the picture is bent with it, and measured again. Given is how far the score is from the one of the "
        "face as it is: the mean over faces and directions; *spread* is the standard deviation over all poses, the "
        f"mean over faces. Where fewer than {ENOUGH_FACES} faces show an expression ({SHOWN:g} points or more), there "
        "is no bar: a score of 0 stays 0. *Clip*: the median change within a second of "
        f"`{CLIP}` in which the head turned by at least {_TURN_DEG:g} degrees ({clip.turning_pairs} pairs of frames), "
        f"and in which it turned by less than {_STILL_DEG:g} ({clip.still_pairs}); there the face moves as well."
    )


def _overall(pictures: Turns) -> list[Figure]:
    told = (
        ("mean_change_20", "mean change at 20 degrees, all expressions", pictures.change[20]),
        ("mean_change_30", "mean change at 30 degrees, all expressions", pictures.change[30]),
        ("spread", "spread over all poses up to 30 degrees, all expressions", pictures.spread),
    )
    return [Figure(name, text, tenths(values.mean()), "points") for name, text, values in told]


def _by_expression(pictures: Turns) -> list[Figure]:
    bar = Bar(at_most=_MOST_AT_20_DEG, source="own")
    return [
        Figure(
            f"change_20_{slug(name)}",
            f"{name}: mean change at 20 degrees",
            tenths(pictures.change[20][place]),
            "points",
            bar if pictures.showing[place] >= ENOUGH_FACES else None,
            name,
        )
        for place, name in enumerate(MEASURED_EXPRESSIONS)
    ]


def _table(pictures: Turns, clip: ClipTurns) -> Table:
    columns: dict[str, Sequence[Cell]] = {
        "expression": MEASURED_EXPRESSIONS,
        "faces that show it": pictures.showing.tolist(),
        **{f"picture {angle}°": _tenths(pictures.change[angle]) for angle in _ANGLES_DEG},
        "picture spread": _tenths(pictures.spread),
        "clip, turning": _tenths(clip.turning),
        "clip, still": _tenths(clip.still),
    }
    return Table("Change of the score, in points", tuple(columns), tuple(zip(*columns.values(), strict=True)))


def _tenths(values: NDArray[np.float64]) -> list[Cell]:
    return [tenths(value) for value in values.tolist()]
