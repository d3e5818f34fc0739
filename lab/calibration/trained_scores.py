"""Prints what the calibration of the trained expressions rests on: `python -m lab.calibration.trained_scores`.

Reads the faces that the training measured (`build/training`, made by `make train`) with the committed networks. Prints
for each mesh and each expression the 50th, 80th and 95th percentile at rest (portraits that the teacher takes for not
smiling, mouth closed; the resting stretch of a clip), the 50th and 95th over the invented expressions, the values of
the posed faces, and the ramp in use.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.features import frontal_faces
from chalicelib.analysis.expressions.trained import CALIBRATION, TrainedExpressions
from chalicelib.analysis.faces.head_pose import head_pose
from chalicelib.analysis.faces.rigid_face import fit_rigid
from chalicelib.domain.requests.recipes import Mesh
from lab.training.measured_faces import MeasuredFaces
from lab.training.teacher import BLENDSHAPES, Teacher

_FOLDER = Path(__file__).resolve().parents[2] / "build" / "training"
_REST_CLIP, _REST_FRAMES = "videos/single_face.mp4", 20
_POSED = ("0-f1-su", "0-f15-hao", "15-f13-anc", "45-m7-di", "single_face.jpg")
_EVERY_INVENTION = 10


def main() -> None:
    """The command."""
    faces = MeasuredFaces.load(_FOLDER / "faces.npz")
    inventions = MeasuredFaces.load(_FOLDER / "inventions-0.npz")
    inventions = inventions.where(np.arange(len(inventions.source)) % _EVERY_INVENTION == 0)
    rest = faces.where(_at_rest(faces))
    for mesh in Mesh:
        resting, invented = _values(rest, mesh), _values(inventions, mesh)
        posed = {name: _values(faces.where(_first(faces, name)), mesh) for name in _POSED}
        print(f"\n{mesh} mesh, {len(rest.source)} faces at rest")
        print(f"expression | rest 50 80 95 % | invented 50 95 % | {' '.join(posed)} | ramp")
        for name, blend in CALIBRATION.items():
            columns = (
                np.percentile(resting[name], [50, 80, 95]),
                np.percentile(invented[name], [50, 95]),
                [values[name].mean() for values in posed.values()],
            )
            figures = " | ".join(" ".join(f"{value:5.2f}" for value in column) for column in columns)
            ramp = blend.ramp(mesh)
            print(f"{name:22}", figures, f"| {ramp.neutral:.2f} {ramp.full:.2f}")


def _at_rest(faces: MeasuredFaces) -> NDArray[np.bool_]:
    scores = Teacher().blendshapes(faces.teacher)
    mouth = [BLENDSHAPES.index(name) for name in ("mouthSmileLeft", "mouthSmileRight", "jawOpen")]
    portraits = np.array([source.startswith("portraits/") for source in faces.source.tolist()])
    clip = (faces.source == _REST_CLIP) & (faces.frame < _REST_FRAMES)
    chosen: NDArray[np.bool_] = (portraits & (scores[:, mouth].max(axis=1) < 0.15)) | clip
    return chosen


def _first(faces: MeasuredFaces, name: str) -> NDArray[np.bool_]:
    chosen = np.array([name in source and source.startswith("faces/") for source in faces.source.tolist()])
    chosen[np.flatnonzero(chosen)[1:]] = False
    return chosen


def _values(faces: MeasuredFaces, mesh: Mesh) -> dict[str, NDArray[np.float64]]:
    model = TrainedExpressions()
    meshes = faces.attention if mesh is Mesh.ATTENTION else faces.light
    points = meshes.astype(np.float64)
    fits = [fit_rigid(each) for each in points]
    blendshapes = model.blendshapes(frontal_faces(points, fits, [head_pose(fit).yaw_deg for fit in fits]))
    return {
        name: np.mean([blendshapes[each] for each in blend.blendshapes], axis=0) for name, blend in CALIBRATION.items()
    }


if __name__ == "__main__":
    main()
