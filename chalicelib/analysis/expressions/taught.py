"""Expressions from the taught head: points and skin, taught by faces whose movements are known.

The head (`weights/head_*.onnx`, one for each mesh, made by `lab.training.train_head`) is linear in the frontal points
of the mesh and in what `skin_patches` says of the skin. Its metadata says which expressions it gives, on which scale,
and of which the mean with the trained networks (`trained`) is taken; what it does not give comes from these alone.
How each source was chosen and how good it is: `docs/decisions/0027-a-head-that-looks-at-skin.md`, `docs/model-card.md`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.features import FrontalFaces
from chalicelib.analysis.expressions.geometric import frontal
from chalicelib.analysis.expressions.levels import Scale
from chalicelib.analysis.expressions.skin_patches import skin_patches
from chalicelib.analysis.expressions.trained import TrainedExpressions
from chalicelib.analysis.faces.mesh import FaceMesh
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import BASELINE_NAMES
from chalicelib.domain.requests.recipes import Mesh

Floats = NDArray[np.float64]

NETWORKS_FOLDER = Path(__file__).with_name("weights")
TODAY_WITH = "with networks"
"""Key of the metadata: expressions whose level is the mean of the head's and the networks'."""
_SMIRK, _SMILE = "smirk", "smile"


@dataclass(frozen=True, slots=True)
class HeadFacts:
    """`expressions` in the order of the head's answers, the `scales` of those that are taken (and of `smirk`), and of
    which the mean `with_networks` is taken."""

    expressions: tuple[str, ...]
    scales: dict[str, Scale]
    with_networks: tuple[str, ...]


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
        levels = self._trained.levels_of(faces)
        for place, name in enumerate(BASELINE_NAMES):
            if name in facts.scales:
                taught = facts.scales[name].levels(by_name[name])
                levels[:, place] = (taught + levels[:, place]) / 2.0 if name in facts.with_networks else taught
        return levels

    def spreads(self, mesh: Mesh) -> Floats:
        """See `ExpressionModel`."""
        spreads, facts = self._trained.spreads(mesh), self.facts(mesh)
        for place, name in enumerate(BASELINE_NAMES):
            if name in facts.scales:
                taught = facts.scales[name].level_spread
                spreads[place] = (taught + spreads[place]) / 2.0 if name in facts.with_networks else taught
        return spreads

    def sides(self, meshes: Sequence[FaceMesh]) -> dict[str, Floats]:
        """(N, 2) the levels of the person's left and right side, by expression that the head gives."""
        faces = frontal(meshes)
        answers, differences = self.answers(faces, meshes)
        halves = np.stack([answers + differences / 2.0, answers - differences / 2.0], axis=2)
        facts = self.facts(faces.mesh)
        places = {name: place for place, name in enumerate(facts.expressions) if name in facts.scales}
        return {name: facts.scales[name].levels(halves[:, place]) for name, place in places.items()}

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
            scales = {name: Scale(*scale) for name, scale in json.loads(stored["scales"]).items()}
            expressions, with_networks = json.loads(stored["expressions"]), json.loads(stored[TODAY_WITH])
            self._facts[mesh] = HeadFacts(tuple(expressions), scales, tuple(with_networks))
        return self._facts[mesh]


def _file(mesh: Mesh) -> str:
    return f"head_{mesh}.onnx"
