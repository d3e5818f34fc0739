"""Light, cameras and what they do to a picture, all by chance."""

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.rendered_faces.relief import blurred
from lab.rendered_faces.scene import Camera, Light

Random = np.random.Generator
_WIDE_SHARE = 0.35
_GREY = np.array([0.114, 0.587, 0.299], dtype=np.float32)


def choose_light(random: Random) -> Light:
    """Three lamps of falling strength, and light from all around."""
    directions = random.normal(0, 0.7, (3, 3)) + np.array((0, 0.5, 1.0))
    strengths = np.array([random.uniform(0.4, 1.1), random.uniform(0, 0.5), random.uniform(0, 0.25)])
    around = random.uniform(0.25, 0.7)
    return Light(
        directions=directions.astype(np.float32),
        colours=(random.uniform(0.8, 1.15, (3, 3)) * strengths[:, None]).astype(np.float32),
        sky=(random.uniform(0.9, 1.1, 3) * around).astype(np.float32),
        ground=(random.uniform(0.9, 1.1, 3) * around * random.uniform(0.4, 1.0)).astype(np.float32),
        softness=random.uniform(0, 0.5),
        shine=random.uniform(0, 0.12),
        cavity=random.uniform(0.5, 2.5),
    )


def choose_camera(random: Random) -> Camera:
    """Near or far, the head turned: yaw to 40 degrees, pitch to 25."""
    wide = random.random() < _WIDE_SHARE
    near = random.random() < 0.4
    focal, distance_cm = (random.uniform(2.6, 3.2), 32.0) if near else (random.uniform(4.8, 6.4), 62.0)
    return Camera(
        focal=focal,
        distance_cm=distance_cm,
        yaw_deg=float(np.clip(random.normal(0, 19 if wide else 9), -40, 40)),
        pitch_deg=float(np.clip(random.normal(0, 12 if wide else 7), -25, 25)),
        roll_deg=float(random.normal(0, 5)),
        shift=(float(random.normal(0, 0.03)), float(random.normal(0, 0.03))),
    )


def taken(image: NDArray[np.uint8], random: Random) -> NDArray[np.uint8]:
    """The picture (S, S, 3) uint8 BGR as some camera takes it: grey, pale, small, blurred, noisy, compressed."""
    picture = image.astype(np.float32)
    if random.random() < 0.3:
        picture = np.repeat((picture @ _GREY)[..., None], 3, axis=2)
    picture = (picture - 128) * random.normal(1, 0.15) + 128 + random.normal(0, 14)
    kind = random.random()
    if kind < 0.5:
        picture = _small(picture, random)
    elif kind < 0.75:
        picture = blurred(picture, random.uniform(0.3, 2.0))
    picture += random.normal(0, random.uniform(0, 5), picture.shape).astype(np.float32)
    taken_picture = np.clip(picture, 0, 255).astype(np.uint8)
    if random.random() < 0.5:
        return compressed(taken_picture, int(random.uniform(30, 92)))
    return taken_picture


def compressed(picture: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """A picture (H, W, 3) uint8 BGR after JPEG compression with a quality of 0..100."""
    encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), dtype=np.uint8)


def _small(picture: NDArray[np.float32], random: Random) -> NDArray[np.float32]:
    side = picture.shape[0]
    small_side = max(48, int(side * random.uniform(0.16, 0.9)))
    small = np.asarray(cv2.resize(picture, (small_side, small_side), interpolation=cv2.INTER_AREA), dtype=np.float32)
    if random.random() < 0.5:
        small = small + random.normal(0, random.uniform(0, 4), small.shape).astype(np.float32)
    kind = (cv2.INTER_CUBIC, cv2.INTER_LINEAR)[random.integers(2)]
    return np.asarray(cv2.resize(np.clip(small, 0, 255), (side, side), interpolation=kind), dtype=np.float32)
