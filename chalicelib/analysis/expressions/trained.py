"""Expressions from the trained model: a network's blendshapes, and geometry if its teacher does not see the expression.

The networks (`weights/`, one for each mesh, made by `lab.training`) see the face from the front: position, size and the
head's angles are taken out with the mesh's own depth. Their inner answer is the logit of a blendshape, straight through
rest if the blendshape itself is flat. `CALIBRATION` has the scales; `python -m lab.calibration.scales` prints the
figures behind them; `docs/model-card.md` says how the networks were made and how good they are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.features import FrontalFaces
from chalicelib.analysis.expressions.geometric import CALIBRATION as GEOMETRIC
from chalicelib.analysis.expressions.geometric import frontal, geometric_levels
from chalicelib.analysis.expressions.levels import Doubts, Scale, between
from chalicelib.analysis.faces.mesh import FaceMesh
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import BASELINE_NAMES
from chalicelib.domain.requests.recipes import Mesh

Floats = NDArray[np.float64]

NETWORKS_FOLDER = Path(__file__).with_name("weights")
_BLENDSHAPES_KEY = "blendshapes"
_LEAST = 1e-4
_SMIRK = "smirk"


@dataclass(frozen=True, slots=True)
class Blend:
    """One expression: the logit of the mean of some of the network's blendshapes (0..1), and its scale with each
    mesh."""

    blendshapes: tuple[str, ...]
    attention: Scale
    light: Scale

    def scale(self, mesh: Mesh) -> Scale:
        """The scale with one of the meshes."""
        return self.attention if mesh is Mesh.ATTENTION else self.light

    def answers(self, blendshapes: Mapping[str, Floats]) -> Floats:
        """(N,) the inner answers of N faces."""
        whole = np.add.reduce([blendshapes[each] for each in self.blendshapes])
        mean = between(whole / len(self.blendshapes), _LEAST, 1.0 - _LEAST)
        logits: Floats = np.log(mean / (1.0 - mean))
        return logits


def _both(stem: str) -> tuple[str, str]:
    return (f"{stem}Left", f"{stem}Right")


CALIBRATION: Mapping[str, Blend] = {
    "brow furrow": Blend(_both("browDown"), Scale(-1.78, 1.05, 2.35), Scale(-1.35, 0.19, 2.11)),
    "brow raise": Blend(_both("browOuterUp"), Scale(-4.32, -2.83, 2.00), Scale(-4.60, -3.32, 1.97)),
    "chin raise": Blend(("mouthShrugLower",), Scale(-3.71, -1.76, 1.54), Scale(-3.34, -0.20, 1.42)),
    "dimpler": Blend(_both("mouthDimple"), Scale(-3.71, -0.20, 1.43), Scale(-3.90, -0.62, 1.19)),
    "eye closure": Blend(_both("eyeBlink"), Scale(-2.00, 0.33, 0.67), Scale(-2.17, -0.82, 0.50)),
    "inner brow raise": Blend(("browInnerUp",), Scale(-4.75, -1.76, 2.46), Scale(-5.08, -2.50, 2.16)),
    "jaw drop": Blend(("jawOpen",), Scale(-4.11, -0.98, 0.82), Scale(-4.27, -1.37, 1.03)),
    "lid tighten": Blend(_both("eyeSquint"), Scale(-0.50, 1.39, 0.85), Scale(-0.46, 1.39, 0.70)),
    "lip press": Blend(_both("mouthPress"), Scale(-2.26, 1.10, 1.55), Scale(-2.25, 0.85, 1.24)),
    "lip pucker": Blend(("mouthPucker",), Scale(-4.18, 2.17, 2.38), Scale(-4.58, -0.78, 2.08)),
    "lip stretch": Blend(_both("mouthStretch"), Scale(-5.24, -0.20, 1.09), Scale(-5.37, -0.20, 0.95)),
    "lip suck": Blend(("mouthRollLower", "mouthRollUpper"), Scale(-3.25, 0.20, 1.59), Scale(-3.22, -0.41, 0.97)),
    "smile": Blend(_both("mouthSmile"), Scale(-4.00, 2.15, 1.65), Scale(-4.34, 2.06, 1.63)),
    "upper lip raise": Blend(_both("mouthUpperUp"), Scale(-6.13, 1.39, 1.39), Scale(-5.99, 1.39, 1.40)),
}
BY_GEOMETRY = ("cheek raise", "eye widen", "lip corner depressor", "mouth open", "nose wrinkle")
"""What the teacher does not move, has no word for, or gets wrong: from `geometric`."""
BY_BOTH = ("brow furrow", "inner brow raise", "lid tighten")
"""The mean of network and geometry, which err on different persons."""
BY_EITHER = ("smile", "upper lip raise")
"""The higher of both: the teacher sees a raised lip by the teeth that show, and in disgust none do; the network sees
smiles of closed lips, geometry how wide a smile is."""
SMIRK = Scale(0.01, 0.60, 0.02)
"""Of the difference between the two sides' smiles, as blendshapes."""


class TrainedExpressions:
    """An `ExpressionModel` made of two networks. The number of points tells which mesh measured the face."""

    def __init__(self, networks: Models | None = None) -> None:
        """`networks`: where the two files lie; the product's own if none is given. Each is opened at its first use,
        which raises `ModelFileError` if it is missing."""
        self._networks = networks or Models(NETWORKS_FOLDER)
        self._names: dict[str, list[str]] = {}

    def levels(self, meshes: Sequence[FaceMesh]) -> Floats:
        """See `ExpressionModel`."""
        found = self.levels_of(frontal(meshes), BASELINE_NAMES)
        return np.stack([found[name] for name in BASELINE_NAMES], axis=1)

    def levels_of(self, faces: FrontalFaces, names: Collection[str]) -> dict[str, Floats]:
        """(N,) levels of N faces, which are seen from the front already, for each of the expressions `names`."""
        blendshapes = self.blendshapes(faces)
        found = {
            name: blend.scale(faces.mesh).levels(blend.answers(blendshapes))
            for name, blend in CALIBRATION.items()
            if name in names
        }
        if _SMIRK in names:
            found[_SMIRK] = SMIRK.levels(abs(blendshapes["mouthSmileLeft"] - blendshapes["mouthSmileRight"]))
        geometric = geometric_levels(faces, [each for each in (*BY_GEOMETRY, *BY_BOTH, *BY_EITHER) if each in names])
        found |= {name: geometric[name] for name in BY_GEOMETRY if name in names}
        found |= {name: (found[name] + geometric[name]) / 2.0 for name in BY_BOTH if name in names}
        found |= {name: np.maximum(found[name], geometric[name]) for name in BY_EITHER if name in names}
        return found

    def doubts(self, mesh: Mesh) -> Doubts:
        """See `ExpressionModel`. Of two answers the mean: network and geometry err the same way on a person's rest."""
        return Doubts.of_rest(np.array([_spread(name, mesh) for name in BASELINE_NAMES]))

    def blendshapes(self, faces: FrontalFaces) -> dict[str, Floats]:
        """The network's own answers for N faces, (N,) each, 0..1, by the teacher's names."""
        file_name = f"{faces.mesh}.onnx"
        session = self._networks.session(file_name)
        scores = session.run(None, {"points": faces.points.astype(np.float32)})[0]
        if file_name not in self._names:  # reading a file's metadata takes longer than running it
            self._names[file_name] = session.get_modelmeta().custom_metadata_map[_BLENDSHAPES_KEY].split()
        return dict(zip(self._names[file_name], scores.T.astype(np.float64), strict=True))


def _spread(name: str, mesh: Mesh) -> float:
    if name == _SMIRK:
        return SMIRK.level_spread
    if name in BY_GEOMETRY:
        return GEOMETRIC[name].scale(mesh).level_spread
    spread = CALIBRATION[name].scale(mesh).level_spread
    return (spread + GEOMETRIC[name].scale(mesh).level_spread) / 2.0 if name in (*BY_BOTH, *BY_EITHER) else spread
