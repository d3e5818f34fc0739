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
from cv2.typing import MatLike
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
    return _even_and_odd(_described(np.stack([_cells(mesh) for mesh in meshes])))


def _cells(mesh: FaceMesh) -> Floats:
    """(16, 4, 8, 6): of each cell the mean differences across, down, along both diagonals, how much darker its pixels
    are than what is round them, and its level, all in grey levels."""
    places = _places_in_sample(mesh)
    columns, rows = (_span(places[:, axis]) for axis in range(2))
    grey = np.asarray(cv2.GaussianBlur(mesh.grey[rows, columns], (3, 3), 0.8), dtype=np.uint8)
    around = surroundings(grey)
    middle = grey[1:-1, 1:-1]
    edges = (
        cv2.absdiff(grey[1:-1, 2:], grey[1:-1, :-2]),
        cv2.absdiff(grey[2:, 1:-1], grey[:-2, 1:-1]),
        cv2.absdiff(grey[2:, 2:], grey[:-2, :-2]),
        cv2.absdiff(grey[2:, :-2], grey[:-2, 2:]),
    )
    dark = cv2.subtract(around[1:-1, 1:-1], middle)
    # Halved, and then averaged over three: a cell's size. Its middle is what is looked up.
    lookup = ((places - 1.5) / 2).astype(np.float32)[None]
    lookup -= np.array([columns.start // 2, rows.start // 2], dtype=np.float32)
    channels = [_looked_up(channel, lookup) for channel in (*edges, dark, middle)]
    return np.stack(channels, axis=-1).reshape(len(_PLACES), _DOWN, _ACROSS, _CHANNELS)


def surroundings(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns the mean of what is round each pixel: `cv2.GaussianBlur(grey, (9, 9), 2.0)` to the last bit, in less than
    half of its time."""
    # Every sum is exact: 16 bits after the point, 8 before it.
    return cv2.sepFilter2D(grey, cv2.CV_32F, _AROUND, _AROUND, delta=0.5).astype(np.uint8)


def _span(places: NDArray[np.float64]) -> slice:
    """Returns which columns or rows of the sample cells at these `places` see: about three of four. Both ends are even,
    so that pixels are halved in the same pairs as in the whole sample."""
    first = min(max(int(places.min()) - _SEEN_PX, 0), SAMPLE_SIDE - 2 * _SEEN_PX) // 2 * 2
    last = max(min(int(places.max()) + _SEEN_PX, SAMPLE_SIDE), first + 2 * _SEEN_PX)
    return slice(first, last + last % 2)


def _looked_up(channel: MatLike, lookup: Floats) -> Floats:
    height, width = channel.shape
    half = cv2.resize(channel.astype(np.float32), (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    means = cv2.blur(half, (3, 3))
    nothing = np.empty(0, dtype=np.float32)
    found = cv2.remap(means, lookup, nothing, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, dtype=np.float32).ravel()


def _places_in_sample(mesh: FaceMesh) -> NDArray[np.float64]:
    """Returns (512, 2) centres of the cells in the sample."""
    fit = mesh.fit
    axes = fit.scale * mesh.to_sample[:, :2] @ fit.rotation[:2, :2]
    points = mesh.in_sample(np.where(_IN_FRAME[:, None], fit.shift[:2], mesh.points[_POINTS, :2]))
    return np.repeat(points, len(_GRID), axis=0) + _CELLS @ axes.T


def _described(cells: Floats) -> Floats:
    """(N, 16, 6, 4, 8): logarithms of the energies over the patch's level, and of the level over the face's."""
    energies, levels = cells[..., :5], cells[..., 5]
    patch_level = levels.mean(axis=(2, 3)) + _DARK_LEVEL
    shares = np.log(energies / patch_level[:, :, None, None, None] + _LEAST_ENERGY)
    brightness = np.log(levels + _DARK_LEVEL) - np.log(patch_level.mean(axis=1))[:, None, None, None]
    return np.moveaxis(np.concatenate([shares, brightness[..., None]], axis=-1), -1, 2)


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
    even, odd = (sums[0] + sums[1]) / 2, (sums[0] - sums[1]) / 2
    return even.astype(np.float32), odd.astype(np.float32)
