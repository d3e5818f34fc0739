"""The look of a face and what is round it, in 24 x 24 pixels, to tell if the picture of a moment ago goes on.

In a call another person may take over a tile, and tiles change places. Places, sizes and proportions hardly tell, but
the picture does: from one frame to the next a person's picture, laid along the mesh, stays what it was, with hair,
clothes and wall. It is compared with what the same stream showed a moment ago, for as long as a lost face is
remembered, and with nothing else; it is no face recognition.

Measured, as the correlation of colours over all of the picture and over the face, on made calls and 162 portraits:

                                             greater of the two   smaller of the two
one person, 0.1 s later, 1 in 1000 below                 0.91                 0.79
one person, 0.5 s later, 1 in 100 below                  0.85                 0.78
two persons, 1 in 1000 above                             0.86                 0.81
two persons, the most alike of 13,000 pairs              0.90                 0.86
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.block_means import block_means
from chalicelib.analysis.faces.mesh import Crop, FaceMesh, crop_of_mesh, sample_of
from chalicelib.analysis.media.pixels.planes import Picture

_SIDE_PX = 24
_FACE = slice(4, 20)
_BLOCK_PX = 4
_REDUCTION = 8
GOES_ON = 0.85
"""The least `likeness` of what may be one person a moment later at about the same place."""

_SAME_PICTURE = 0.88
# Mean difference of a level, 0..255, from one frame to the next in what the mesh sees. In another person's it was 13 at
# the least, with a person who moves at 25 frames a second 9 in one of a hundred.
_DIFFERENT_LEVELS = 10.0
# The correlation of one place in two frames. Of two persons in a tile it was 0.54 at the most; of a face that another
# one or a post begins to hide, at 25 frames a second, above 0.8.
_ANOTHER = 0.7
# Of two persons before one wall it was up to 0.85; then the picture along the mesh has to tell: of who took over such a
# tile, the likeness was 0.68 at the most.
_CHANGED = 0.9
_PLAINLY_ANOTHER = 0.75


@dataclass(frozen=True, slots=True)
class Appearance:
    """Colours along the mesh, without their means and of length one: `whole` (1728,), with hair and what is behind;
    `face` (768,)."""

    whole: NDArray[np.float32]
    face: NDArray[np.float32]

    def likeness(self, later: "Appearance") -> float:
        """Returns the likeness of the two, -1..1, each laid along its mesh."""
        return max(self._likenesses(later))

    def is_picture_of(self, later: "Appearance") -> float:
        """Returns how alike the two are, 0.88..1, if `later` is the same picture, wherever it is; else 0."""
        least = min(self._likenesses(later))
        return least if least >= _SAME_PICTURE else 0.0

    def _likenesses(self, other: "Appearance") -> tuple[float, float]:
        return float(self.whole @ other.whole), float(self.face @ other.face)


def appearance(mesh: FaceMesh) -> Appearance:
    """Returns the appearance of a measured face."""
    picture = _along(mesh)
    return Appearance(_normed(picture), _normed(picture[_FACE, _FACE]))


def _along(mesh: FaceMesh) -> NDArray[np.uint8]:
    """(24, 24, 3): what the next frame's sample would show, had nothing moved on."""
    small = block_means(mesh.sample, _BLOCK_PX)
    corners = np.array([[0.0, 0.0], [_SIDE_PX, 0.0], [0.0, _SIDE_PX]])
    inside = (mesh.in_sample(_places(crop_of_mesh(mesh.points), corners / _SIDE_PX - 0.5)) + 0.5) / _BLOCK_PX
    # Coordinates are of the middles of pixels.
    matrix = cv2.getAffineTransform((corners - 0.5).astype(np.float32), (inside - 0.5).astype(np.float32))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    picture = cv2.warpAffine(small, matrix, (_SIDE_PX, _SIDE_PX), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(picture, dtype=np.uint8)


def _places(crop: Crop, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 2) pixels of the picture at `shares` (N, 2), -0.5..0.5, of the crop's sides from its centre."""
    cosine, sine = math.cos(crop.turn) * crop.side, math.sin(crop.turn) * crop.side
    turned: NDArray[np.float64] = shares @ np.array([[cosine, sine], [-sine, cosine]])
    turned += np.array([crop.centre_x, crop.centre_y])
    return turned


def _normed(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    colours = picture.reshape(-1, 3).astype(np.float32)
    colours -= colours.mean(axis=0)
    values = colours.ravel()
    normed: NDArray[np.float32] = values / max(math.sqrt(float(values @ values)), 1e-6)
    return normed


def differs(before: FaceMesh, after: FaceMesh) -> bool:
    """Returns True if a face looks otherwise than in the frame before. Cheap: what costs more is asked only then."""
    return cv2.norm(before.sample, after.sample, cv2.NORM_L1) >= _DIFFERENT_LEVELS * before.sample.size


def is_replaced(before: FaceMesh, image: Picture) -> bool:
    """Returns True if the next frame, `image`, shows another picture at the place of a face, and not the same one of
    which something has moved or is hidden."""
    return _what_stays(before, image) < _ANOTHER


def is_other(before: FaceMesh, after: FaceMesh, image: Picture, remembered: Sequence[Appearance]) -> bool:
    """Returns True if the mesh `after`, at the place of a face in the next frame, `image`, is of another person: the
    picture along it is not that of the frame before, nor any of those `remembered`; the more of the place stays, the
    less alike they have to be."""
    stays = _what_stays(before, image)
    if stays >= _CHANGED:
        return False
    now = appearance(after)
    likeness = max(each.likeness(now) for each in (appearance(before), *remembered))
    return likeness < (GOES_ON if stays < _ANOTHER else _PLAINLY_ANOTHER)


def _what_stays(before: FaceMesh, image: Picture) -> float:
    """Returns how alike the place of a face is in the next frame, -1..1."""
    then, now = (block_means(sample, _REDUCTION) for sample in (before.sample, sample_of(image, before.crop)))
    return float(_normed(then) @ _normed(now))
