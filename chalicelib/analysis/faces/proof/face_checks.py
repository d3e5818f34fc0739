"""A second look at what the mesh network saw: how surely the mesh lies on a face, and what hides the face.

A mesh network lays an upright face on one that is upside down, on a wall, and on a mask, and is sure of it. A small
network of its own (`weights/face_checks.onnx`, made by `lab.face_checks`) looks at the picture under the mesh, turned
and scaled so that the mesh's eyes would lie in the same place in all of them. `docs/decisions/0032-a-second-look.md`
says how it was taught and how good it is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.mesh import FaceMesh
from chalicelib.analysis.faces.rigid_face import RigidFit
from chalicelib.analysis.networks.models import Models

NETWORKS_FOLDER = Path(__file__).with_name("weights")
_FILE = "face_checks.onnx"

PATCH_SIDE = 64
_PATCH_EYE_DISTANCES = 2.1
_STEP = _PATCH_EYE_DISTANCES / PATCH_SIDE
_FIRST_X = (_STEP - _PATCH_EYE_DISTANCES) / 2
_FIRST_Y = _FIRST_X + 0.2
"""The middle of the first pixel, in eye distances, from the template's origin: that of the patch is a little lower."""
_LEAST_CONTRAST = 4.0


@dataclass(frozen=True, slots=True)
class FaceCheck:
    """The network's answers for a mesh, each 0..1: `right`: how likely the mesh lies on a face, upright and about where
    it should; `eyes`, `mouth`, `brows`: how likely this part is covered: of the eyes one at least, the lips or what
    lies below them, what lies between the brows."""

    right: float
    eyes: float
    mouth: float
    brows: float


class FaceChecker:
    """The network. Input: (N, 1, 64, 64) of `patches`. Output: (N, 4) logits of right, and of eyes, mouth and brows
    covered."""

    def __init__(self, networks: Models | None = None) -> None:
        """`networks`: where the file lies; the product's own if none is given. It is opened at its first use, which
        raises `ModelFileError` if it is missing."""
        self._networks = networks or Models(NETWORKS_FOLDER)

    def check(self, meshes: Sequence[FaceMesh]) -> list[FaceCheck]:
        """Looks at meshes; what it says of one does not depend on the others."""
        if not meshes:
            return []
        (logits,) = self._networks.session(_FILE).run(None, {"patches": patches(meshes)})
        shares = 1 / (1 + np.exp(-np.asarray(logits, dtype=np.float64)))
        return [FaceCheck(*row) for row in shares.tolist()]


def patches(meshes: Sequence[FaceMesh]) -> NDArray[np.float32]:
    """(N, 1, 64, 64): grey pictures of N faces, the mesh's head upright in the middle, without brightness and
    contrast: the mean is 0, the standard deviation 1."""
    return normalised(grey_patches(meshes).astype(np.float32))


def normalised(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, 64, 64) grey levels -> (N, 1, 64, 64), each less its mean, over its standard deviation."""
    centred = grey - grey.mean(axis=(1, 2), keepdims=True)
    contrast = np.maximum(np.sqrt((centred**2).mean(axis=(1, 2), keepdims=True)), _LEAST_CONTRAST)
    return np.asarray(centred / contrast, dtype=np.float32)[:, None]


def grey_patches(meshes: Sequence[FaceMesh]) -> NDArray[np.uint8]:
    """(N, 64, 64) uint8: 2.1 eye distances of the samples, along the meshes' own axes in the picture."""
    to_samples = np.stack([mesh.to_sample for mesh in meshes])
    matrices = to_samples[:, :, :2] @ np.array([_patch_to_picture(mesh.fit) for mesh in meshes])
    matrices[:, :, 2] += to_samples[:, :, 2] - 0.5  # of middles of pixels
    found = np.empty((len(meshes), PATCH_SIDE, PATCH_SIDE), dtype=np.uint8)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    for mesh, matrix, patch in zip(meshes, matrices, found, strict=True):
        cv2.warpAffine(mesh.grey, matrix, (PATCH_SIDE, PATCH_SIDE), patch, flags)
    return found


def _patch_to_picture(fit: RigidFit) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """The two rows of the affine map from pixels of the patch to places in the picture."""
    across_x, across_y = fit.rotation[:2, 0].tolist()
    scale = fit.scale / max(math.hypot(across_x, across_y), 1e-9)
    across_x, across_y = across_x * scale, across_y * scale
    shift_x, shift_y, _ = fit.shift.tolist()
    return (
        (across_x * _STEP, -across_y * _STEP, shift_x + across_x * _FIRST_X - across_y * _FIRST_Y),
        (across_y * _STEP, across_x * _STEP, shift_y + across_y * _FIRST_X + across_x * _FIRST_Y),
    )
