"""Prints how far the sides of expressions can be told apart: `python -m lab.calibration.sides FOLDER`.

Renders persons who move one side of their face into the folder, unless they are there already (which needs moderngl,
see `lab.rendered_faces.generate`), and measures the portraits of `../shared/media`. Per mesh and expression: the
*factor* by which the head's difference is too small; the share of one-sided faces whose *side* it tells; *others*: the
standard deviation of the multiplied difference of faces that move something else or both sides, in levels; and
*portraits*: that of portraits, most of them at rest.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.analyzer import WITNESS
from chalicelib.analysis.expressions.geometric import frontal
from chalicelib.analysis.expressions.levels import FULL
from chalicelib.analysis.expressions.taught import TaughtExpressions
from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.mesh import FaceMesh, MeshModel
from chalicelib.analysis.faces.tracker import FaceTracker
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.requests.recipes import Mesh
from lab.rendered_faces.face_sets import load_face_set
from lab.rendered_faces.generate import render_persons
from lab.rendered_faces.movements import SIDED, TAUGHT

Floats = NDArray[np.float64]

_ROOT = Path(__file__).resolve().parents[2]
_PERSONS, _PICTURES, _SEED = 60, 14, 4242


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="How far the sides of expressions can be told apart.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--persons", type=int, default=_PERSONS)
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--media", type=Path, default=_ROOT.parent / "shared" / "media")
    options = parser.parse_args()
    parts = render_persons(
        options.folder, persons=options.persons, pictures=_PICTURES, seed=options.seed, processes=2, kind="one-sided"
    )
    made = load_face_set(parts)
    places = [TAUGHT.index(name) for name in SIDED]
    for mesh in Mesh:
        found = _differences(list(made.meshes(mesh)), mesh)
        portraits = _differences(_portraits(options.media / "portraits", mesh), mesh)
        print(f"\n{mesh} mesh: {len(found)} rendered faces, {len(portraits)} portraits")
        for column, (name, place) in enumerate(zip(SIDED, places, strict=True)):
            _print_side(name, found[:, column], made.amounts[:, place], portraits[:, column])


def _differences(meshes: Sequence[FaceMesh], mesh: Mesh) -> Floats:
    """Returns (N, 14) what the head says of the difference of both sides, in levels."""
    model = TaughtExpressions()
    facts = model.facts(mesh)
    _, differences = model.answers(frontal(meshes), meshes)
    scales = [facts.scales[name] for name in SIDED]
    per_answer = np.array([FULL / (scale.full - scale.rest) for scale in scales])
    return np.asarray(differences[:, [facts.expressions.index(name) for name in SIDED]] * per_answer)


def _portraits(folder: Path, mesh: Mesh) -> list[FaceMesh]:
    models = Models(_ROOT / "models")
    detector, model, witness = FaceDetector(models), MeshModel(models, mesh), MeshModel(models, WITNESS[mesh])
    meshes = []
    for path in sorted(folder.glob("*.jpg")):
        tracker = FaceTracker(detector, model, witness, max_faces=1)
        with open_media(path) as medium:
            meshes += [face.mesh for frame in medium.frames() for face in tracker.track(frame)]
    return meshes


def _print_side(name: str, found: Floats, amounts: NDArray[np.float32], portraits: Floats) -> None:
    """`amounts` (N, 2): how far each side of the rendered faces moves."""
    one_sided = (amounts.max(axis=1) > 0.5) & (amounts.min(axis=1) < 0.1)
    moved = FULL * (amounts[:, 0] - amounts[:, 1]).astype(np.float64)
    factor = float(np.square(moved[one_sided]).sum() / (moved[one_sided] * found[one_sided]).sum())
    told = float((np.sign(found[one_sided]) == np.sign(moved[one_sided])).mean())
    others, at_rest = np.std(found[~one_sided]) * factor, np.std(portraits) * factor
    told_of = f"side {told:4.0%} of {one_sided.sum()}"
    print(f"{name:22} factor {factor:6.1f}  {told_of}  others {others:5.0f}  portraits {at_rest:5.0f}")


if __name__ == "__main__":
    main()
