"""Networks that answer what a test tells them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.mesh import FaceMesh
from chalicelib.analysis.faces.proof.face_checks import FaceCheck, FaceChecker
from chalicelib.analysis.networks.models import ModelFile, Models, Network

_NEAR_ANCHORS = 896


class FakeModels(Models):
    """Every file holds the same network: it records its inputs and gives `answers`, one row per image. If these are the
    full-range detector's, the short-range one finds nothing."""

    def __init__(self, first: NDArray[np.float32], second: NDArray[np.float32]) -> None:
        super().__init__(Path("nowhere"))
        self._answers = (first, second)
        self.inputs: list[NDArray[np.float32]] = []

    def network(self, file_name: str) -> Network:
        def run(images: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
            self.inputs.append(images)
            first, second = self._answers
            if file_name == ModelFile.FACE_DETECTION_NEAR and first.shape[1] != _NEAR_ANCHORS:
                first, second = (np.zeros((1, _NEAR_ANCHORS, wide), np.float32) for wide in (16, 1))
            return np.repeat(first, len(images), axis=0), np.repeat(second, len(images), axis=0)

        return run

    def answer_with_flag(self, flag: float) -> None:
        """From now on the second answer is `flag` everywhere."""
        first, second = self._answers
        self._answers = (first, np.full_like(second, flag))


class FakeChecker(FaceChecker):
    """Says of every mesh how right it is by the rule `right`, and that nothing is covered."""

    def __init__(self, right: Callable[[FaceMesh], float] = lambda _: 1.0) -> None:
        super().__init__(Models(Path("nowhere")))
        self.right = right
        self.asked = 0

    def check(self, meshes: Sequence[FaceMesh]) -> list[FaceCheck]:
        self.asked += len(meshes)
        return [FaceCheck(self.right(mesh), 0.0, 0.0, 0.0) for mesh in meshes]
