"""Expressions from the trained model: a network's blendshapes, and geometry where its teacher is blind.

The networks (`weights/`, one for each mesh, made by `lab/training`) see the face from the front:
position, size and the head's angles are taken out with the mesh's own depth. `CALIBRATION` says what each expression is
made of, and from where to where it counts. *Neutral* lies a little above the 80th percentile of what faces at rest show
(portraits that the teacher takes for not smiling, and the resting stretch of one clip), so that persons, who differ,
stay near 0; *full* is where the posed and the invented expressions end. `python -m lab.calibration.trained_scores`
prints the figures; `docs/model-card.md` says how the networks were made and how good they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.features import FrontalFaces, frontal_faces, measure_features
from chalicelib.analysis.expressions.geometric import CALIBRATION as GEOMETRIC
from chalicelib.analysis.expressions.geometric import Ramp
from chalicelib.analysis.expressions.scorers import ExpressionScores, attention_score, by_face
from chalicelib.analysis.faces.head_pose import head_pose
from chalicelib.analysis.faces.rigid_face import RigidFit
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.requests.recipes import Mesh

NETWORKS_FOLDER = Path(__file__).with_name("weights")
_BLENDSHAPES_KEY = "blendshapes"


@dataclass(frozen=True, slots=True)
class Blend:
    """One expression: the mean of some of the network's blendshapes (0..1), and its ramp with each mesh."""

    blendshapes: tuple[str, ...]
    attention: Ramp
    light: Ramp

    def ramp(self, mesh: Mesh) -> Ramp:
        """The ramp with one of the meshes."""
        return self.attention if mesh is Mesh.ATTENTION else self.light


def _both(stem: str) -> tuple[str, str]:
    return (f"{stem}Left", f"{stem}Right")


CALIBRATION: Mapping[str, Blend] = {
    "brow raise": Blend(_both("browOuterUp"), Ramp(0.10, 0.60), Ramp(0.10, 0.50)),
    "chin raise": Blend(("mouthShrugLower",), Ramp(0.20, 0.80), Ramp(0.20, 0.80)),
    "dimpler": Blend(_both("mouthDimple"), Ramp(0.15, 0.45), Ramp(0.10, 0.35)),
    "eye closure": Blend(_both("eyeBlink"), Ramp(0.25, 0.70), Ramp(0.25, 0.70)),
    "inner brow raise": Blend(("browInnerUp",), Ramp(0.28, 0.80), Ramp(0.25, 0.75)),
    "jaw drop": Blend(("jawOpen",), Ramp(0.05, 0.50), Ramp(0.05, 0.50)),
    "lid tighten": Blend(_both("eyeSquint"), Ramp(0.50, 0.80), Ramp(0.50, 0.80)),
    "lip corner depressor": Blend(_both("mouthFrown"), Ramp(0.02, 0.20), Ramp(0.02, 0.20)),
    "lip press": Blend(_both("mouthPress"), Ramp(0.40, 0.75), Ramp(0.35, 0.70)),
    "lip pucker": Blend(("mouthPucker",), Ramp(0.25, 0.90), Ramp(0.30, 0.95)),
    "lip stretch": Blend(_both("mouthStretch"), Ramp(0.05, 0.45), Ramp(0.05, 0.45)),
    "lip suck": Blend(("mouthRollLower", "mouthRollUpper"), Ramp(0.20, 0.55), Ramp(0.12, 0.40)),
    "smile": Blend(_both("mouthSmile"), Ramp(0.12, 0.90), Ramp(0.12, 0.90)),
    "upper lip raise": Blend(_both("mouthUpperUp"), Ramp(0.05, 0.80), Ramp(0.05, 0.80)),
}
BY_GEOMETRY = ("brow furrow", "cheek raise", "eye widen", "mouth open", "nose wrinkle")
"""What the teacher does not move, or has no word for: from `geometric_expressions`."""
BY_EITHER = ("upper lip raise",)
"""The higher of network and geometry: the teacher sees a raised lip by the teeth that show, and in disgust none do."""
SMIRK = Ramp(0.15, 0.60)
"""Of the difference between the two sides' smiles."""
_GEOMETRIC_FEATURES = tuple(GEOMETRIC[name].feature for name in (*BY_GEOMETRY, *BY_EITHER))


class TrainedExpressions:
    """An `ExpressionModel` made of two networks. The number of points tells which mesh measured the face.

    `linear` scores are 100 times the blendshapes, what is geometric excepted.
    """

    def __init__(self, networks: Models | None = None) -> None:
        """`networks`: where the two files lie; the product's own where none is given. Each is opened at its first use,
        which raises `ModelFileError` where it is missing."""
        self._networks = networks or Models(NETWORKS_FOLDER)
        self._names: dict[str, list[str]] = {}

    def score(self, points: NDArray[np.float64], fits: Sequence[RigidFit]) -> list[ExpressionScores]:
        """See `ExpressionModel`. Attention is calibrated as it is: both ways it is the same."""
        poses = [head_pose(fit) for fit in fits]
        faces = frontal_faces(points, fits, [pose.yaw_deg for pose in poses])
        blendshapes = self.blendshapes(faces)
        linear = {"attention": np.array([attention_score(pose) for pose in poses])}
        calibrated = dict(linear)
        for name, blend in CALIBRATION.items():
            values = np.mean([blendshapes[each] for each in blend.blendshapes], axis=0)
            linear[name] = 100.0 * values
            calibrated[name] = blend.ramp(faces.mesh).score(values)
        asymmetry = abs(blendshapes["mouthSmileLeft"] - blendshapes["mouthSmileRight"])
        linear["smirk"], calibrated["smirk"] = 100.0 * asymmetry, SMIRK.score(asymmetry)
        features = measure_features(faces, _GEOMETRIC_FEATURES)
        for name in (*BY_GEOMETRY, *BY_EITHER):
            geometric = GEOMETRIC[name]
            ramp = geometric.ramp(faces.mesh)
            linear.setdefault(name, ramp.linear_score(features[geometric.feature]))
            calibrated[name] = np.maximum(ramp.score(features[geometric.feature]), calibrated.get(name, 0.0))
        return [ExpressionScores(*each) for each in zip(by_face(linear), by_face(calibrated), strict=True)]

    def blendshapes(self, faces: FrontalFaces) -> dict[str, NDArray[np.float64]]:
        """The network's own answers for N faces, (N,) each, 0..1, by the teacher's names."""
        file_name = f"{faces.mesh}.onnx"
        session = self._networks.session(file_name)
        scores = session.run(None, {"points": faces.points.astype(np.float32)})[0]
        if file_name not in self._names:  # reading a file's metadata takes longer than running it
            self._names[file_name] = session.get_modelmeta().custom_metadata_map[_BLENDSHAPES_KEY].split()
        return dict(zip(self._names[file_name], scores.T.astype(np.float64), strict=True))
