"""A picture bent so that its face gets another mesh: what the networks see when a face turns or moves a part."""

import cv2
import numpy as np
from numpy.typing import NDArray

_IRIS_POINTS_FROM = 468  # irises lie on the eyes and would fold the surface


def bent(image: NDArray[np.uint8], before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.uint8]:
    """`image` (H, W, 3) with the face whose mesh is `before` (N, 3) drawn with the mesh `after` (N, 3).

    The surface between the points moves with them, near parts cover far ones; the border of the picture stays. What was
    hidden before cannot be known: it is stretched from what was seen.
    """
    height, width = image.shape[:2]
    border = _border(width, height)
    inside = [
        index for index, (x, y) in enumerate(before[:_IRIS_POINTS_FROM, :2]) if 0 < x < width - 1 and 0 < y < height - 1
    ]
    source = np.concatenate([before[inside, :2], border])
    far = float(after[:, 2].max()) + width
    target = np.concatenate([after[inside], np.column_stack([border, np.full(len(border), far)])])
    triangles = _triangles(source, width, height)
    shown = _shown_triangle(triangles, target, width, height)
    places = _source_places(shown, _affine_maps(target[triangles][:, :, :2], source[triangles]))
    return np.asarray(
        cv2.remap(image, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        dtype=np.uint8,
    )


def _border(width: int, height: int) -> NDArray[np.float64]:
    right, bottom = width - 1, height - 1
    shares = np.linspace(0, 1, 5)[:-1]
    sides = [
        *((share * right, 0.0) for share in shares),
        *((float(right), share * bottom) for share in shares),
        *(((1 - share) * right, float(bottom)) for share in shares),
        *((0.0, (1 - share) * bottom) for share in shares),
    ]
    return np.array(sides)


def _triangles(places: NDArray[np.float64], width: int, height: int) -> NDArray[np.intp]:
    """(T, 3) indices of the Delaunay triangles over `places` (N, 2)."""
    plane = cv2.Subdiv2D((-1, -1, width + 2, height + 2))
    single = places.astype(np.float32)
    for x, y in single.tolist():
        plane.insert((x, y))
    index_of = {(x, y): index for index, (x, y) in enumerate(single.tolist())}
    corners = np.asarray(plane.getTriangleList(), dtype=np.float32).reshape(-1, 3, 2).tolist()
    found = [[index_of.get((x, y), -1) for x, y in triangle] for triangle in corners]
    return np.array([triangle for triangle in found if min(triangle) >= 0], dtype=np.intp)


def _shown_triangle(
    triangles: NDArray[np.intp], target: NDArray[np.float64], width: int, height: int
) -> NDArray[np.int32]:
    """(H, W) which triangle is seen at each pixel: far ones are painted first."""
    shown = np.zeros((height, width), dtype=np.int32)
    order = np.argsort(-target[triangles, 2].mean(axis=1), kind="stable")
    corners = np.round(target[triangles][:, :, :2] * 16).astype(np.int32)
    for triangle in order.tolist():
        cv2.fillConvexPoly(shown, corners[triangle], triangle, shift=4)
    return shown


def _affine_maps(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """(T, 2, 3) matrices that carry each triangle of `source` (T, 3, 2) onto that of `target`."""
    corners = np.concatenate([source, np.ones((*source.shape[:2], 1))], axis=2)
    # A triangle seen from its edge has no inverse; the least-squares one does for the pixel or two that it covers.
    maps: NDArray[np.float64] = (np.linalg.pinv(corners) @ target).transpose(0, 2, 1)
    return maps


def _source_places(shown: NDArray[np.int32], maps: NDArray[np.float64]) -> NDArray[np.float32]:
    """(H, W, 2) float32: where in the source each pixel comes from."""
    height, width = shown.shape
    y, x = np.mgrid[0:height, 0:width]
    here = np.stack([x, y, np.ones_like(x)], axis=-1).astype(np.float64)
    places: NDArray[np.float64] = np.einsum("hwij,hwj->hwi", maps[shown], here)
    return places.astype(np.float32)
