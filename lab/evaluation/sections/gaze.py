"""Measures how far gaze is off on made eyes, by size of the face and turn of the head, what persons read who look into
the camera, and whether blinks are counted as by hand."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.eyes.gaze import eye_values, read_eyes, to_camera
from chalicelib.analysis.faces.head_pose import head_pose, interocular_distance_px
from chalicelib.analysis.faces.mesh import FaceMesh
from chalicelib.domain.measurements.gaze import MIN_GAZE_INTEROCULAR_PX, TOWARDS_CAMERA_DEG
from chalicelib.domain.measurements.metrics import GAZE_NAMES
from chalicelib.domain.measurements.validity import (
    MAX_TURN_DEG,
    MIN_INTEROCULAR_PX,
    MIN_SHARPNESS,
    InvalidReason,
    Reasons,
)
from lab.evaluation.counted_blinks import blink_table, counted_clips
from lab.evaluation.workbench import Unavailable, Workbench
from lab.gaze.eye_sets import MadeEyes, angle_deg, load_made_eyes
from lab.rendered_faces.face_sets import WHOLE_SAMPLE
from lab.reports.report import Bar, Cell, Figure, Section, Table
from lab.reports.report_files import ROOT

NAME = "gaze"
FOLDER = ROOT / "build" / "eyes"

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]
_NO_SAMPLE = np.zeros((192, 192, 3), np.uint8)
_SIZES_PX = (12.0, 20.0, 30.0, 45.0, 70.0, 110.0)
_TURNS_DEG = (0.0, 8.0, 16.0, 25.0, 40.0)
_OPEN, _CLOSED = 0.3, 0.85
_DARK_IRIS = 0.06
_LARGE_PX = 45.0


@dataclass(frozen=True)
class Readings:
    """Of N faces: `angles` (N, 2) yaw and pitch relative to the camera in degrees, also where there is no number in
    results (NaN if both eyes are closed); `turns` (N,) the yaw of the head; `is_read` (N,) whether there is one."""

    angles: Floats
    turns: Floats
    is_read: Rows


def evaluate(bench: Workbench) -> Section:
    """Over the eyes that `make eyes` made. Raises `Unavailable` if there are none."""
    try:
        eyes = load_made_eyes(FOLDER, "anny")
    except FileNotFoundError:
        raise Unavailable("there are no made eyes; make eyes makes them (ten minutes)") from None
    found = readings(eyes.attention.astype(np.float64), eyes.sharp)
    portraits = _portraits(bench)
    clips = counted_clips(bench)
    figures = tuple(_figures(eyes, found, portraits))
    return Section(
        NAME,
        "Gaze and blinks",
        f"{len(eyes)} made faces of {len(set(eyes.persons))} persons of the second head (Anny), which nothing was "
        "fitted on, with eyes that look at a known place, heads turned up to 40 degrees, lids that follow the gaze, "
        "pictures with noise and compressed. *Error*: the angle between the gaze that is read, relative to the camera, "
        "and the true one, for open eyes. *Head alone*: the error if the head's direction is taken for the gaze. "
        "*Read*: the share for which results have a number; the errors include the others, because they are the "
        f"reason. *Portraits*: {len(portraits.angles)} of the shared media, of persons who look into the camera or "
        "close to it; none was fitted on. *Blinks*: counted by eye on frames; the limits of a blink were chosen on the "
        "same clips.",
        _reading(figures),
        figures,
        (
            Table(
                "By distance of the outer eye corners, heads turned up to 25 degrees",
                _HEADER,
                tuple(_by_size(eyes, found)),
            ),
            Table("By turn of the head sideways, from 30 pixels on", _HEADER, tuple(_by_turn(eyes, found))),
            Table("By group, from 30 pixels on", _HEADER, tuple(_by_group(eyes, found))),
            blink_table(clips),
        ),
    )


def readings(points: Floats, sharp: Floats) -> Readings:
    """Reads N meshes (N, 478, 3), whose faces are `sharp` (N,)."""
    angles, turns = np.full((len(points), 2), np.nan), np.zeros(len(points))
    is_read = np.zeros(len(points), dtype=np.bool_)
    for row, mesh_points in enumerate(points):
        mesh = FaceMesh(mesh_points, 1.0, _NO_SAMPLE, WHOLE_SAMPLE)
        pose, eyes_px = head_pose(mesh.fit), interocular_distance_px(mesh_points)
        in_head, turns[row] = read_eyes(mesh, pose).in_head, pose.yaw_deg
        if in_head is not None:
            camera = to_camera(in_head, mesh.fit.rotation)
            angles[row] = camera.yaw_deg, camera.pitch_deg
        turn = max(abs(pose.yaw_deg), abs(pose.pitch_deg))
        values, _ = eye_values(mesh, pose, _invalid(turn, eyes_px, float(sharp[row])), eyes_px)
        is_read[row] = not math.isnan(values[GAZE_NAMES[0]])
    return Readings(angles, turns, is_read)


def _invalid(turn_deg: float, eyes_px: float, sharp: float) -> Reasons:
    found = {
        InvalidReason.TURNED: turn_deg > MAX_TURN_DEG,
        InvalidReason.SMALL: eyes_px < MIN_INTEROCULAR_PX,
        InvalidReason.BLURRED: sharp < MIN_SHARPNESS,
    }
    return tuple(reason for reason, is_so in found.items() if is_so)


def _portraits(bench: Workbench) -> Readings:
    """Reads every second portrait; those that have a number."""
    paths = sorted((bench.media / "portraits").glob("*.jpg"))[1::2]
    step = max(len(paths) // (5 * bench.effort.portraits), 1)
    meshes = [bench.meshes(frame.image) for path in paths[::step] for frame in bench.frames(f"portraits/{path.name}")]
    points = np.array([each[0] for each in meshes if len(each) == 1])
    found = readings(points, np.ones(len(points)))
    return Readings(found.angles[found.is_read], found.turns[found.is_read], found.is_read[found.is_read])


_HEADER = ("", "faces", "read (%)", "mean error (degrees)", "median", "head alone", "yaw off", "pitch off")


def _by(
    eyes: MadeEyes, found: Readings, values: Floats, edges: Sequence[float], unit: str
) -> Iterator[tuple[Cell, ...]]:
    for low, high in itertools.pairwise(edges):
        yield _row(f"{low:g} to {high:g}{unit}", eyes, found, (values >= low) & (values < high))


def _by_size(eyes: MadeEyes, found: Readings) -> Iterator[tuple[Cell, ...]]:
    near_front = (abs(eyes.turns) <= MAX_TURN_DEG).all(axis=1)
    yield from _by(eyes, found, np.where(near_front, eyes.eyes_px, np.nan), _SIZES_PX, " px")


def _by_turn(eyes: MadeEyes, found: Readings) -> Iterator[tuple[Cell, ...]]:
    far = np.where(eyes.eyes_px >= MIN_GAZE_INTEROCULAR_PX, abs(eyes.turns[:, 0]), np.nan)
    yield from _by(eyes, found, far, _TURNS_DEG, " degrees")


def _by_group(eyes: MadeEyes, found: Readings) -> Iterator[tuple[Cell, ...]]:
    near = (eyes.eyes_px >= MIN_GAZE_INTEROCULAR_PX) & found.is_read
    parts = np.array([person.split("/") for person in eyes.persons])
    for place in range(4):
        for name in sorted(set(parts[:, place])):
            yield _row(str(name), eyes, found, near & (parts[:, place] == name))
    yield _row("dark irises", eyes, found, near & (eyes.iris < _DARK_IRIS))
    yield _row("light irises", eyes, found, near & (eyes.iris >= _DARK_IRIS))


def _row(name: str, eyes: MadeEyes, found: Readings, rows: Rows) -> tuple[Cell, ...]:
    rows = rows & (eyes.closed.max(axis=1) <= _OPEN)
    seen = rows & ~np.isnan(found.angles[:, 0])
    if not seen.any():
        return (name, int(rows.sum()), 0.0, None, None, None, None, None)
    truth, apart = eyes.to_camera[seen], angle_deg(found.angles[seen], eyes.to_camera[seen])
    head = angle_deg(np.zeros_like(truth), eyes.in_head[seen])
    off = abs(found.angles[seen] - truth).mean(axis=0)
    numbers = (apart.mean(), np.median(apart), head.mean(), *off)
    share = 100.0 * found.is_read[rows].mean()
    return (name, int(rows.sum()), round(float(share)), *(round(float(each), 1) for each in numbers))


def _figures(eyes: MadeEyes, found: Readings, portraits: Readings) -> Iterator[Figure]:
    is_open = eyes.closed.max(axis=1) <= _OPEN
    read = found.is_read & is_open
    apart = angle_deg(found.angles, eyes.to_camera)
    large = read & (eyes.eyes_px >= _LARGE_PX)
    yield Figure("error", "mean error on made eyes", _mean(apart[read]), "degrees", Bar(at_most=10.0), "gaze")
    yield Figure("error_large", f"the same, from {_LARGE_PX:g} pixels on", _mean(apart[large]), "degrees")
    head = angle_deg(np.zeros_like(eyes.in_head), eyes.in_head)
    yield Figure("error_head", "error of the head's direction alone", _mean(head[read]), "degrees")
    for place, name in enumerate(("yaw", "pitch")):
        true, seen = eyes.in_head[read, place], (found.angles - eyes.to_camera + eyes.in_head)[read, place]
        slope = float(np.polyfit(true, seen, 1)[0]) if read.sum() > 2 else None
        yield Figure(
            f"slope_{name}", f"degrees read per degree of {name}", None if slope is None else round(slope, 2), ""
        )
    yield from _portrait_figures(portraits)
    closed = eyes.closed.min(axis=1) >= _CLOSED
    share = round(100.0 * float((~found.is_read[closed]).mean()), 1) if closed.any() else None
    yield Figure("closed", "closed made eyes without a number", share, "%")


def _portrait_figures(portraits: Readings) -> Iterator[Figure]:
    apart = angle_deg(portraits.angles, np.zeros_like(portraits.angles))
    text = "portraits: mean angle off the camera"
    yield Figure("portraits", text, _mean(apart), "degrees", Bar(at_most=5.0), "gaze")
    share = round(100.0 * float((apart <= TOWARDS_CAMERA_DEG).mean()), 1) if len(apart) else None
    text = f"portraits within {TOWARDS_CAMERA_DEG:g} degrees of the camera"
    yield Figure("portraits_share", text, share, "%", Bar(at_least=95.0), "gaze")
    for place, name in enumerate(("yaw", "pitch")):
        yield Figure(f"portraits_{name}", f"portraits: mean {name}", _mean(portraits.angles[:, place]), "degrees")
    # A person who turns the head and looks into the camera turns the eyes back by as much.
    slope = float(1.0 - np.polyfit(portraits.turns, portraits.angles[:, 0], 1)[0]) if len(apart) > 2 else None
    text = "portraits: degrees that eyes read as turned back, per degree that the head is turned sideways"
    yield Figure("portraits_slope", text, None if slope is None else round(slope, 2))


def _mean(values: Floats) -> float | None:
    return round(float(values.mean()), 1) + 0.0 if len(values) else None  # -0.0 becomes 0.0


def _reading(figures: Sequence[Figure]) -> str:
    told = {figure.name: figure.value for figure in figures}
    return (
        f"On made eyes the gaze is {told['error']} degrees off on average, {told['error_large']} from {_LARGE_PX:g} "
        f"pixels on; the head's direction alone would be {told['error_head']} off. It is read too small there: "
        f"{told['slope_yaw']} degrees per degree sideways, {told['slope_pitch']} up and down, where lids hide most of "
        f"what is to be seen. Persons of portraits, who look into the camera, read {told['portraits']} degrees off it, "
        f"without a common error ({told['portraits_yaw']} degrees sideways, {told['portraits_pitch']} up); if they "
        f"turn their heads, their eyes read as turned back by {told['portraits_slope']} of that, so people seem to be "
        "read in full sideways. Beyond that it is not measured how far off people are read who look aside, up or down: "
        "where those in the clips looked is not known. Read a gaze in steps of ten degrees, compare a person with "
        "themselves, and trust sideways more than up and down."
    )
