"""Prints what the calibration of the geometric expressions rests on: `python -m lab.calibration.expression_features`.

Reads the pictures and clips of `../shared/media` (or the folder given) with the models of `models/`. Prints for each
mesh and feature the 5th, 50th and 95th percentile over the portraits, the median of a neutral stretch, the 2nd, 50th
and 98th percentile over a talking and smiling clip, the values of the posed faces, and the ramps in use.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.features import FEATURES, frontal_faces, measure_features
from chalicelib.analysis.expressions.geometric import CALIBRATION
from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.head_pose import head_pose
from chalicelib.analysis.faces.mesh import MeshModel
from chalicelib.analysis.faces.tracker import FaceTracker
from chalicelib.analysis.media.frames import Frame
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.requests.recipes import Mesh

_ROOT = Path(__file__).resolve().parents[2]
_NEUTRAL_FRAMES = 20
_OTHER = {Mesh.ATTENTION: Mesh.LIGHT, Mesh.LIGHT: Mesh.ATTENTION}
_POSED = {
    "surprise": "faces/0-f1-su-ph.jpg",
    "happiness": "faces/0-f15-hao-ph.jpg",
    "anger": "faces/15-f13-anc-ph.jpg",
    "disgust": "faces/45-m7-di-ph.jpg",
    "smile": "faces/single_face.jpg",
}

Table = dict[str, NDArray[np.float64]]


def _features_of(models: Models, mesh: Mesh, path: Path, most_frames: int | None = None) -> Table:
    """Per feature, its values over the frames of a file, of the largest face."""
    detector, witness = FaceDetector(models), MeshModel(models, _OTHER[mesh])
    tracker = FaceTracker(detector, MeshModel(models, mesh), witness, max_faces=1)
    rows: list[dict[str, NDArray[np.float64]]] = []
    with open_media(path) as media:
        for frame in _first(media.frames(), most_frames):
            for face in tracker.track(frame):
                fit = face.mesh.fit
                rows.append(measure_features(frontal_faces(face.mesh.points[None], [fit], [head_pose(fit).yaw_deg])))
    return {name: np.array([row[name][0] for row in rows]) for name in FEATURES}


def _first(frames: Iterator[Frame], most: int | None) -> Iterator[Frame]:
    for frame in frames:
        if most is not None and frame.index >= most:
            return
        yield frame


def _print_table(models: Models, mesh: Mesh, media: Path, every: int) -> None:
    portraits = [_features_of(models, mesh, path) for path in sorted((media / "portraits").glob("*.jpg"))[::every]]
    neutral = _features_of(models, mesh, media / "videos/single_face.mp4", _NEUTRAL_FRAMES)
    clip = _features_of(models, mesh, media / "videos/WolfgangLanger_Pexels.mp4")
    posed = {name: _features_of(models, mesh, media / path) for name, path in _POSED.items()}
    print(f"\n{mesh} mesh: feature | portraits 5 50 95 % | neutral | clip 2 50 98 % | {' '.join(posed)} | ramps")
    for name in FEATURES:
        person = np.concatenate([table[name] for table in portraits])
        columns = (
            np.percentile(person, [5, 50, 95]),
            [np.median(neutral[name])],
            np.percentile(clip[name], [2, 50, 98]),
            [table[name].mean() for table in posed.values()],
        )
        figures = " | ".join(" ".join(f"{value:6.3f}" for value in column) for column in columns)
        print(f"{name:22}", figures, "|", _ramps_on(name, mesh))


def _ramps_on(feature: str, mesh: Mesh) -> str:
    """The expressions that use a feature, each with its neutral and full value."""
    uses = {name: entry for name, entry in CALIBRATION.items() if entry.feature == feature}
    ramps = {name: entry.attention if mesh is Mesh.ATTENTION else entry.light for name, entry in uses.items()}
    return ", ".join(f"{name} {ramp.neutral:.3f} > {ramp.full:.3f}" for name, ramp in ramps.items())


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description="Feature values on reference media, beside the calibration in use.")
    parser.add_argument("media", type=Path, nargs="?", default=_ROOT.parent / "shared" / "media")
    parser.add_argument("--models", type=Path, default=_ROOT / "models")
    parser.add_argument("--every", type=int, default=4, help="use every n-th portrait")
    options = parser.parse_args()
    models = Models(options.models)
    for mesh in Mesh:
        _print_table(models, mesh, options.media, options.every)


if __name__ == "__main__":
    main()
