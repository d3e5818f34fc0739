"""Skin patches in which muscles fold the skin: between the brows, at the nose, round the eyes, mouth and chin.

Points of a mesh hardly carry a furrow: the skin's lines do. Small patches are cut from what the mesh network saw
(`FaceMesh.sample`, upright and of one size), aligned with the head: their axes are those of `rigid_face`'s frame as
the camera sees them, their centres lie in that frame or on points of the mesh. Each patch is told by the strength
of its edges in four directions, by narrow dark lines, and by its brightness, in cells. Numbers of mirrored places are
kept as their mean (`even`) and their half difference (`odd`), left less right, so a mirrored face has the same even
numbers and the opposite odd ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.mesh import SAMPLE_SIDE, FaceMesh

Floats = NDArray[np.float32]

_ACROSS, _DOWN = 8, 4
"""Cells of a patch."""
_WIDTH, _HEIGHT = 0.44, 0.33
"""Of a patch, in eye distances: a cell is about 4 x 6 pixels of the sample."""
_CHANNELS = 6
_SEEN_PX = 12
"""A cell sees no pixel of the sample farther from its middle: 5 that are smoothed, 1 for differences, 6 averaged."""
_AROUND = np.array((7, 17, 32, 46, 52, 46, 32, 17, 7)) / 256
"""The weights with which OpenCV blurs whole numbers at a deviation of two pixels."""
_NOTHING = np.empty(0, dtype=np.float32)
_DARK_LEVEL = 10.0
_LEAST_ENERGY = 0.004


@dataclass(frozen=True, slots=True)
class _Place:
    """The centre of a patch: (x, y) in the frame of `rigid_face`, or an offset from a point of the mesh."""

    x: float
    y: float
    point: int | None = None


_MIDDLE = (_Place(0.0, -0.17), _Place(0.0, 0.06), _Place(0.0, 0.0, 200), _Place(0.0, 0.0, 13))
_RIGHT = (
    _Place(-0.25, -0.42),
    _Place(-0.40, -0.17),
    _Place(-0.62, 0.02),
    _Place(-0.33, 0.14),
    _Place(-0.20, 0.33),
    _Place(0.0, 0.0, 61),
)
_OTHER_POINT = {None: None, 61: 291}
_LEFT = tuple(_Place(-place.x, place.y, _OTHER_POINT[place.point]) for place in _RIGHT)
_PLACES = (*_MIDDLE, *_RIGHT, *_LEFT)
_IN_FRAME = np.array([place.point is None for place in _PLACES])
_POINTS = np.array([place.point or 0 for place in _PLACES])
_GRID = np.stack(
    np.meshgrid(
        ((np.arange(_ACROSS) + 0.5) / _ACROSS - 0.5) * _WIDTH, ((np.arange(_DOWN) + 0.5) / _DOWN - 0.5) * _HEIGHT
    ),
    axis=-1,
).reshape(-1, 2)
_CELLS = np.concatenate([np.add(_GRID, (place.x, place.y)) for place in _PLACES])
"""(512, 2) the middles of all cells, each from the point to which its patch belongs."""

SIZE = (len(_MIDDLE) // 2 + len(_RIGHT)) * _CHANNELS * _DOWN * _ACROSS
"""The number of even numbers, and of odd ones."""


def skin_patches(meshes: Sequence[FaceMesh]) -> tuple[Floats, Floats]:
    """(N, `SIZE`) even and (N, `SIZE`) odd numbers of N faces; a face's do not depend on the others."""
    return _even_and_odd(_described(_cells(meshes)))


def _cells(meshes: Sequence[FaceMesh]) -> Floats:
    """(N, 16, 6, 4, 8): of each cell the mean differences across, down, along both diagonals, how much darker its
    pixels are than what is round them, and its level, all in grey levels."""
    places = _places_in_samples(meshes)
    firsts, lasts = _spans(places)
    # Halved, and then averaged over three: a cell's size. Its middle is what is looked up.
    lookups = ((places - 1.5) / 2).astype(np.float32) - (firsts // 2).astype(np.float32)[:, None]
    found = np.empty((len(meshes), _CHANNELS, len(_CELLS)), dtype=np.float32)
    for mesh, (left, top), (right, bottom), *lookup in zip(
        meshes, firsts.tolist(), lasts.tolist(), lookups, found, strict=True
    ):
        _look_up(mesh.grey[top:bottom, left:right], *lookup)
    return found.reshape(-1, _CHANNELS, len(_PLACES), _DOWN, _ACROSS).swapaxes(1, 2)


def _look_up(grey: NDArray[np.uint8], lookup: Floats, found: Floats) -> None:
    """Fills in the numbers `found` (6, 512) of the cells of one face at `lookup` (512, 2), in halves of the pixels of
    `grey`, whose sides are even."""
    grey = np.asarray(cv2.GaussianBlur(grey, (3, 3), 0.8), dtype=np.uint8)
    middle = grey[1:-1, 1:-1]
    height, width = middle.shape
    seen = np.empty((_CHANNELS, height, width), dtype=np.uint8)
    cv2.absdiff(grey[1:-1, 2:], grey[1:-1, :-2], seen[0])
    cv2.absdiff(grey[2:, 1:-1], grey[:-2, 1:-1], seen[1])
    cv2.absdiff(grey[2:, 2:], grey[:-2, :-2], seen[2])
    cv2.absdiff(grey[2:, :-2], grey[:-2, 2:], seen[3])
    cv2.subtract(surroundings(grey)[1:-1, 1:-1], middle, seen[4])
    seen[5] = middle
    tall = seen.reshape(-1, width).astype(np.float32)
    halves = cv2.resize(tall, (width // 2, len(tall) // 2), interpolation=cv2.INTER_AREA)
    for half, numbers in zip(np.asarray(halves).reshape(_CHANNELS, height // 2, -1), found, strict=True):
        means = cv2.blur(half, (3, 3))
        cv2.remap(means, lookup[None], _NOTHING, cv2.INTER_LINEAR, numbers[None], cv2.BORDER_REPLICATE)


def surroundings(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns the mean of what is round each pixel: `cv2.GaussianBlur(grey, (9, 9), 2.0)` to the last bit, in less than
    half of its time."""
    # Every sum is exact: 16 bits after the point, 8 before it.
    return cv2.sepFilter2D(grey, cv2.CV_32F, _AROUND, _AROUND, delta=0.5).astype(np.uint8)


def _spans(places: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Returns the first columns and rows (N, 2) of the samples that cells at `places` (N, 512, 2) see, and those behind
    the last: about three of four. All are even, so that pixels are halved in the same pairs as in the whole sample."""
    least, most = (found.astype(np.intp) for found in (places.min(axis=1), places.max(axis=1)))
    firsts = np.minimum(np.maximum(least - _SEEN_PX, 0), SAMPLE_SIDE - 2 * _SEEN_PX) // 2 * 2
    lasts = np.maximum(np.minimum(most + _SEEN_PX, SAMPLE_SIDE), firsts + 2 * _SEEN_PX)
    return firsts, lasts + lasts % 2


def _places_in_samples(meshes: Sequence[FaceMesh]) -> NDArray[np.float64]:
    """Returns (N, 512, 2) centres of the cells in the samples of N faces."""
    fits, to_samples = [mesh.fit for mesh in meshes], np.stack([mesh.to_sample for mesh in meshes])
    turns, shifts = to_samples[..., :2], to_samples[..., 2]
    scales = np.array([fit.scale for fit in fits])[:, None, None]
    axes = scales * turns @ np.stack([fit.rotation[:2, :2] for fit in fits])
    origins = np.stack([fit.shift[:2] for fit in fits])[:, None]
    points = np.where(_IN_FRAME[:, None], origins, np.stack([mesh.points[_POINTS, :2] for mesh in meshes]))
    points = points @ turns.swapaxes(1, 2) + shifts[:, None]
    return np.repeat(points, len(_GRID), axis=1) + _CELLS @ axes.swapaxes(1, 2)


def _described(cells: Floats) -> Floats:
    """(N, 16, 6, 4, 8): logarithms of the energies over the patch's level, and of the level over the face's."""
    energies, levels = cells[:, :, :5], cells[:, :, 5]
    patch_level = levels.mean(axis=(2, 3)) + _DARK_LEVEL
    described = np.empty(cells.shape, dtype=np.float32)
    np.divide(energies, patch_level[:, :, None, None, None], out=described[:, :, :5])
    described[:, :, :5] += _LEAST_ENERGY
    np.add(levels, _DARK_LEVEL, out=described[:, :, 5])
    np.log(described, out=described)
    described[:, :, 5] -= np.log(patch_level.mean(axis=1))[:, None, None, None]
    return described


def _mirrored(channels: Floats) -> Floats:
    """(N, P, 6, 4, 8) as it would be of the mirrored patches: columns turned round, the two diagonals exchanged."""
    return channels[:, :, (0, 1, 3, 2, 4, 5), :, ::-1]


def _even_and_odd(channels: Floats) -> tuple[Floats, Floats]:
    middle, right, left = np.split(channels, (len(_MIDDLE), len(_MIDDLE) + len(_RIGHT)), axis=1)
    other, right_as_left = _mirrored(middle)[..., : _ACROSS // 2], _mirrored(right)
    near = middle[..., : _ACROSS // 2]
    count = len(channels)
    sums = [
        np.concatenate([a.reshape(count, -1), b.reshape(count, -1)], axis=1)
        for a, b in ((other, left), (near, right_as_left))
    ]
    return (sums[0] + sums[1]) / 2, (sums[0] - sums[1]) / 2
