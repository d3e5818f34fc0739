"""Fits the constants of `analysis.eyes.gaze`: `python -m lab.gaze.fit FOLDER`.

From made eyes of the first head, of which it is known where they look, comes how many degrees an iris and a lid move
by; from every second portrait of `../shared/media`, whose persons look into the camera, where it is 0. Made heads have
lids of their own shape, so they get constants of their own, which are thrown away.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.eyes.gaze import openness_of, places_of_eyes, weights_of_eyes
from chalicelib.analysis.faces.head_pose import head_pose
from chalicelib.analysis.faces.rigid_face import fit_rigid
from lab.evaluation.workbench import FULL, Workbench
from lab.gaze.eye_sets import load_made_eyes
from lab.reports.report_files import ROOT

Floats = NDArray[np.float64]
_MOST_YAW_DEG, _MOST_PITCH_DEG, _LEAST_PX, _MOST_CLOSED = 30.0, 25.0, 30.0, 0.3
_RIDGE = 1e-4


def seen(points: Floats, to_camera: Floats) -> tuple[Floats, Floats, Floats]:
    """Of N meshes (N, 478, 3) whose gaze relative to the camera is (N, 2) degrees: (N, 5) the places of iris and lids;
    (N, 2) the sines of the head's yaw and pitch; (N, 2) the gaze relative to the head, in degrees."""
    rows = [_seen(mesh, gaze) for mesh, gaze in zip(points, to_camera, strict=True)]
    places, turns, in_head = (np.array(column) for column in zip(*rows, strict=True))
    return places, turns, in_head


def _seen(points: Floats, to_camera: Floats) -> tuple[Floats, Floats, Floats]:
    fit = fit_rigid(points)
    pose, frontal = head_pose(fit), fit.frontal(points)
    weights = weights_of_eyes(openness_of(frontal), pose)
    weights = weights if weights.any() else np.ones(2)
    yaw, pitch = np.radians(to_camera)
    ahead = np.array([np.sin(yaw) * np.cos(pitch), -np.sin(pitch), -np.cos(yaw) * np.cos(pitch)]) @ fit.rotation
    in_head = np.degrees([np.arctan2(ahead[0], -ahead[2]), np.arcsin(np.clip(-ahead[1], -1, 1))])
    turn = np.sin(np.radians([pose.yaw_deg, pose.pitch_deg]))
    return weights @ places_of_eyes(frontal) / weights.sum(), turn, in_head


def fitted(made: tuple[Floats, Floats], real: tuple[Floats, Floats], own: int) -> Floats:
    """The factors of (N, K) columns that give (N,) degrees, over made and real faces, each as columns and degrees. The
    made ones get the last `own` columns a second time."""
    columns = np.vstack([np.hstack([made[0], made[0][:, -own:]]), np.hstack([real[0], np.zeros((len(real[0]), own))])])
    degrees = np.concatenate([made[1], real[1]])
    scale = np.sqrt((columns**2).mean(axis=0))
    normal = columns / scale
    square = normal.T @ normal + _RIDGE * len(columns) * np.eye(columns.shape[1])
    factors: Floats = (np.linalg.solve(square, normal.T @ degrees) / scale)[: made[0].shape[1]]
    return factors


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--media", type=Path, default=ROOT.parent / "shared" / "media")
    options = parser.parse_args()
    eyes = load_made_eyes(options.folder, "taught")
    turned = (abs(eyes.turns) < (_MOST_YAW_DEG, _MOST_PITCH_DEG)).all(axis=1)
    eyes = eyes.where(turned & (eyes.eyes_px > _LEAST_PX) & (eyes.closed.max(axis=1) < _MOST_CLOSED))
    bench = Workbench(options.media, ROOT / "models", FULL, ROOT / "build")
    paths = sorted((bench.media / "portraits").glob("*.jpg"))[::2]
    meshes = [bench.meshes(frame.image) for path in paths for frame in bench.frames(f"portraits/{path.name}")]
    portraits = np.array([each[0] for each in meshes if len(each) == 1])
    made = seen(eyes.attention.astype(np.float64), eyes.to_camera)
    real = seen(portraits, np.zeros((len(portraits), 2)))
    print(f"{len(eyes)} made faces, {len(portraits)} portraits")
    print("yaw (iris, lids, sine of the head's yaw):", fitted(_yaw(*made), _yaw(*real), own=1).round(1))
    factors = fitted(_pitch(*made), _pitch(*real), own=2)
    print("pitch (iris, upper lid, lower lid, 1, sine of the head's pitch):", factors.round(1))


def _yaw(places: Floats, turns: Floats, in_head: Floats) -> tuple[Floats, Floats]:
    return np.hstack([places[:, :2], turns[:, :1]]), in_head[:, 0]


def _pitch(places: Floats, turns: Floats, in_head: Floats) -> tuple[Floats, Floats]:
    return np.hstack([places[:, 2:], np.ones((len(places), 1)), turns[:, 1:]]), in_head[:, 1]


if __name__ == "__main__":
    main()
