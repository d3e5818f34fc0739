"""Expressions from the taught head: points and skin, taught by faces whose movements are known.

The head (`weights/head_*.onnx`, one for each mesh, made by `lab.training.train_head`) is linear in the frontal points
of the mesh and in what `skin_patches` says of the skin. Its metadata says which expressions it gives, on which scale,
of which the mean with the trained networks (`trained`) is taken, and how far the result may read from rest; what the
head does not give comes from the networks alone.
How each source was chosen and how good it is: `docs/decisions/0027-a-head-that-looks-at-skin.md`, `docs/model-card.md`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.features import FrontalFaces
from chalicelib.analysis.expressions.geometric import frontal
from chalicelib.analysis.expressions.levels import DISTURBING, FULL, Doubts, Scale
from chalicelib.analysis.expressions.sides import side_levels
from chalicelib.analysis.expressions.skin_patches import skin_patches
from chalicelib.analysis.expressions.trained import TrainedExpressions
from chalicelib.analysis.faces.mesh import FaceMesh
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import BASELINE_NAMES, TWO_SIDED_NAMES
from chalicelib.domain.requests.recipes import Mesh

Floats = NDArray[np.float64]

NETWORKS_FOLDER = Path(__file__).with_name("weights")
NETWORK_SCALES, SPREADS, COMPANY, DISTURBANCE = "network scales", "spreads", "company", "disturbance"
UNMEASURED = "unmeasured"
"""Keys of the metadata, see `HeadFacts`."""
_OTHER_COMPANY = 12.0
"""Of what geometry alone gives, an open mouth: of the size of the jaw's."""
_SMIRK, _SMILE = "smirk", "smile"


@dataclass(frozen=True, slots=True)
class HeadFacts:
    """`expressions` in the order of the head's answers; by name of what the head gives: `scales` of its answers,
    `network_scales` of the networks' levels (where there is one the mean is taken), `spreads` and `company` of the
    result and its `disturbance`, (3,) each (see `Doubts`), and which are `unmeasured` on films."""

    expressions: tuple[str, ...]
    scales: Mapping[str, Scale]
    network_scales: Mapping[str, Scale]
    spreads: Mapping[str, float]
    company: Mapping[str, float]
    disturbance: Mapping[str, Sequence[float]]
    unmeasured: frozenset[str]


class TaughtExpressions:
    """An `ExpressionModel` of the head and, if it is not the better source, of the trained networks."""

    def __init__(self, networks: Models | None = None) -> None:
        """`networks`: where the files lie; the product's own if none is given. Each is opened at its first use, which
        raises `ModelFileError` if it is missing."""
        self._networks = networks or Models(NETWORKS_FOLDER)
        self._trained = TrainedExpressions(self._networks)
        self._facts: dict[Mesh, HeadFacts] = {}

    def levels(self, meshes: Sequence[FaceMesh]) -> Floats:
        """See `ExpressionModel`."""
        faces = frontal(meshes)
        facts = self.facts(faces.mesh)
        answers, differences = self.answers(faces, meshes)
        by_name = dict(zip(facts.expressions, answers.T, strict=True))
        by_name[_SMIRK] = abs(differences[:, facts.expressions.index(_SMILE)])
        by_network = [each for each in BASELINE_NAMES if each in facts.network_scales or each not in facts.scales]
        found = self._trained.levels_of(faces, by_network)
        for name, scale in facts.scales.items():
            taught, other = scale.levels(by_name[name]), facts.network_scales.get(name)
            found[name] = (taught + other.levels(found[name])) / 2.0 if other else taught
        return np.stack([found[name] for name in BASELINE_NAMES], axis=1)

    def doubts(self, mesh: Mesh) -> Doubts:
        """See `ExpressionModel`."""
        facts, others = self.facts(mesh), self._trained.doubts(mesh).spreads
        named = zip(BASELINE_NAMES, others, strict=True)
        spreads = np.array([facts.spreads.get(name, spread) for name, spread in named])
        company = np.array([facts.company.get(name, _OTHER_COMPANY) for name in BASELINE_NAMES])
        none = (0.0,) * len(DISTURBING)
        disturbance = np.array([facts.disturbance.get(name, none) for name in BASELINE_NAMES])
        scored_company = np.where(np.isin(BASELINE_NAMES, tuple(facts.unmeasured)), company, 0.0)
        return Doubts(spreads, company, scored_company, disturbance)

    def sides(self, meshes: Sequence[FaceMesh], levels: Floats) -> Floats:
        """(N, 4, 2) levels of the person's left and right side, in the order of `TWO_SIDED_NAMES`. `levels`: what
        `levels` returned for the same faces, the means of both sides."""
        faces = frontal(meshes)
        facts = self.facts(faces.mesh)
        places = [facts.expressions.index(name) for name in TWO_SIDED_NAMES]
        scales = [facts.scales[name] for name in TWO_SIDED_NAMES]
        _, differences = self.answers(faces, meshes)
        per_answer = np.array([FULL / (scale.full - scale.rest) for scale in scales])
        means = levels[:, [BASELINE_NAMES.index(name) for name in TWO_SIDED_NAMES]]
        return side_levels(means, differences[:, places] * per_answer, faces.mesh)

    def answers(self, faces: FrontalFaces, meshes: Sequence[FaceMesh]) -> tuple[Floats, Floats]:
        """(N, E) inner answers of the head, means of both sides, and differences, left less right; in standard
        deviations of portraits at rest, 0 at their mean."""
        even, odd = skin_patches(meshes)
        seen = {"points": faces.points.astype(np.float32), "even": even, "odd": odd}
        answers, differences = self._networks.session(_file(faces.mesh)).run(None, seen)
        return np.asarray(answers, dtype=np.float64), np.asarray(differences, dtype=np.float64)

    def facts(self, mesh: Mesh) -> HeadFacts:
        """Returns what the file says of itself."""
        if mesh not in self._facts:  # reading a file's metadata takes longer than running it
            stored = self._networks.session(_file(mesh)).get_modelmeta().custom_metadata_map
            said = {key: json.loads(value) for key, value in stored.items()}
            scales, network_scales = (
                {name: Scale(*scale) for name, scale in said[key].items()} for key in ("scales", NETWORK_SCALES)
            )
            self._facts[mesh] = HeadFacts(
                tuple(said["expressions"]),
                scales,
                network_scales,
                said[SPREADS],
                said[COMPANY],
                said[DISTURBANCE],
                frozenset(said[UNMEASURED]),
            )
        return self._facts[mesh]


def _file(mesh: Mesh) -> str:
    return f"head_{mesh}.onnx"
