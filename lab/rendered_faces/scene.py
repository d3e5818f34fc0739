"""The parts of a picture, but for drawing it: lamps, a camera, a surface, and the places of things in the
picture.

The head's frame: x to the person's left, y up, z to the viewer, centimetres. Pictures are 256 pixels square, x right, y
down.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SIDE = 256
DECAL_SIDE = 320
DECAL_LEFT_CM, DECAL_BOTTOM_CM, DECAL_SIZE_CM = -9.0, -9.0, 18.0
PX_PER_CM = DECAL_SIDE / DECAL_SIZE_CM
_NEAR_CM, _FAR_CM = 5.0, 200.0
SKIN, SLEEVE, HAND_PX_PER_CM = 1, 2, 8.7
"""In a hand's picture: what marks skin and sleeves, and how large a centimetre is where the wrist is."""


@dataclass(frozen=True, slots=True)
class Light:
    """Three lamps (directions towards them and colours, (3, 3) each), light from above and below (3,), how far it wraps
    round the face, 0..1, how wet the skin is, and how much hollows darken."""

    directions: Floats
    colours: Floats
    sky: Floats
    ground: Floats
    softness: float
    shine: float
    cavity: float


@dataclass(frozen=True, slots=True)
class Camera:
    """`focal`: 2 f over the sensor's width; `distance_cm`; `shift` of the picture's middle, in half widths. `yaw_deg`,
    `pitch_deg`, `roll_deg`: how the head is turned, about y, x, z."""

    focal: float
    distance_cm: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    shift: tuple[float, float] = (0.0, 0.0)

    @property
    def turn(self) -> Floats:
        """(3, 3) the head's rotation."""
        yaw, pitch, roll = np.radians((self.yaw_deg, self.pitch_deg, self.roll_deg))
        about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
        about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
        about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
        return np.asarray(about_z @ about_x @ about_y, dtype=np.float32)

    def projection(self, middle_cm: tuple[float, float, float]) -> Floats:
        """(4, 4) from the model's centimetres to clip space; `middle_cm` comes to the middle of the picture."""
        view = np.eye(4)
        view[:3, :3] = self.turn
        view[:3, 3] = -self.turn @ np.array(middle_cm)
        view[2, 3] -= self.distance_cm
        span = _FAR_CM - _NEAR_CM
        frustum = np.array(
            [
                [self.focal, 0, self.shift[0], 0],
                [0, self.focal, self.shift[1], 0],
                [0, 0, -(_FAR_CM + _NEAR_CM) / span, -2 * _FAR_CM * _NEAR_CM / span],
                [0, 0, -1, 0],
            ]
        )
        return (frustum @ view).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Surface:
    """The surface that is drawn: `places` and `normals` (V, 3), `albedo` (V, 3) linear, `decal_places` (V, 2) 0..1,
    `gloss` (V,), `skin` (V,) 0..1 how much decal and relief count, `triangles` (T, 3), `decal` (320, 320, 4) uint8,
    `relief` (320, 320)."""

    places: Floats
    normals: Floats
    albedo: Floats
    decal_places: Floats
    gloss: Floats
    skin: Floats
    triangles: NDArray[np.int32]
    decal: NDArray[np.uint8]
    relief: Floats


def decal_places(neutral: Floats) -> Floats:
    """(V, 2) where on decal and relief the vertices of a neutral head (V, 3) lie, 0..1 from the left and below."""
    return (neutral[:, :2] - (DECAL_LEFT_CM, DECAL_BOTTOM_CM)).astype(np.float32) / np.float32(DECAL_SIZE_CM)


def project(places: Floats, camera: Camera, middle_cm: tuple[float, float, float]) -> Floats:
    """(V, 2) pixels (x right, y down) of the picture that `Renderer.draw` makes with the same camera."""
    clip = np.hstack([places, np.ones((len(places), 1), dtype=np.float32)]) @ camera.projection(middle_cm).T
    x, y = clip[:, 0] / clip[:, 3], clip[:, 1] / clip[:, 3]
    return np.stack([(x * 0.5 + 0.5) * SIDE, (0.5 - y * 0.5) * SIDE], axis=1)


def to_px(places_cm: NDArray[np.floating]) -> NDArray[np.float64]:
    """(N, 2) of the neutral face's plane -> (N, 2) pixels of a decal, its first row the lowest."""
    return (np.asarray(places_cm, dtype=np.float64)[:, :2] - (DECAL_LEFT_CM, DECAL_BOTTOM_CM)) * PX_PER_CM
