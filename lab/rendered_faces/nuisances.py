"""What changes the picture of a face and not its movement: a beard, few pixels, other light.

A head reads a face alike whatever is done to its picture only if it is taught to: a bearded person has the beard in
all pictures, so an intercept for each person hides what beards do. Here the same face is measured once more with its
picture changed.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.head_pose import interocular_distance_px
from chalicelib.analysis.networks.models import Models
from lab.rendered_faces.beards import bearded
from lab.rendered_faces.cameras import Random, compressed
from lab.rendered_faces.face_sets import WHOLE_SAMPLE, FaceMeter, FaceSet, FaceSetWriter, load_face_set
from lab.rendered_faces.generate import MODELS, in_parts
from lab.rendered_faces.relief import blurred

Image = NDArray[np.uint8]

_BLOCK = 250
SMALL_PX = (14, 50)
"""Between the outer eye corners, from and to: faces of less than about 20 are not valid."""


def small(picture: Image, points: NDArray[np.floating], random: Random) -> Image:
    """The face with `SMALL_PX` between its outer eye corners, half of the time compressed."""
    share = min(random.uniform(*SMALL_PX) / interocular_distance_px(points), 1.0)
    side = max(int(picture.shape[0] * share), 24)
    found = np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    if random.random() < 0.5:
        found = compressed(found, int(random.uniform(45, 95)))
    kind = (cv2.INTER_CUBIC, cv2.INTER_LINEAR)[random.integers(2)]
    return np.asarray(cv2.resize(found, picture.shape[1::-1], interpolation=kind), dtype=np.uint8)


def lit(picture: Image, points: NDArray[np.floating], random: Random) -> Image:
    """The face in other light: brighter towards one side, darker or lighter as a whole, harder or softer, coloured;
    out of focus now and then."""
    rows, columns = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]].astype(np.float32)
    middle, reach = points[:, :2].mean(axis=0), float(np.ptp(points[:, 0])) / 2
    angle = random.uniform(0, 2 * np.pi)
    along = ((columns - middle[0]) * np.cos(angle) + (rows - middle[1]) * np.sin(angle)) / reach
    gain = np.exp(random.normal(0, 0.35) * np.tanh(along) + random.normal(0, 0.25))[..., None]
    level = (picture / 255.0) ** np.exp(random.normal(0, 0.2))
    seen = level * gain * np.exp(random.normal(0, 0.05, 3)) * 255
    if random.random() < 0.3:
        seen = blurred(seen, random.uniform(0.4, 1.5))
    return np.asarray(np.clip(seen, 0, 255), dtype=np.uint8)


NUISANCES: Mapping[str, Callable[[Image, NDArray[np.floating], Random], Image]] = {
    "beard": bearded,
    "small": small,
    "light": lit,
}


def change_faces(folder: Path, faces: FaceSet, nuisance: str, *, seed: int = 1, processes: int = 2) -> FaceSet:
    """The faces with their pictures changed, kept in `folder`; `persons` are their rows in `faces`, for some are not
    found again. `nuisance`: one of `NUISANCES`."""
    rows = np.arange(len(faces))
    work = {
        f"{nuisance}-{first:05d}": partial(
            _change_block, folder, nuisance, faces.where(rows // _BLOCK == first // _BLOCK), first, seed
        )
        for first in range(0, len(faces), _BLOCK)
    }
    return load_face_set(in_parts(folder, work, processes))


def _change_block(folder: Path, nuisance: str, faces: FaceSet, first: int, seed: int) -> None:
    cv2.setNumThreads(1)
    meter, change = FaceMeter(Models(MODELS)), NUISANCES[nuisance]
    writer = FaceSetWriter(folder, f"{nuisance}-{first:05d}", part_size=100_000)
    for row, (sample, points) in enumerate(zip(faces.samples, faces.attention, strict=True)):
        random = np.random.default_rng((seed, first + row))
        face = meter.measure(change(sample, points, random), WHOLE_SAMPLE)
        if face is not None:
            writer.add(face, faces.amounts[row], nuisance, str(first + row), faces.turns[row])
    writer.close()
