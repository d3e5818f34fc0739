"""Hands drawn: arms of `arms` in a pose, from some side, in some light. `lab.face_checks` holds them before faces."""

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.rendered_faces.arms import FINGERS, Arm, Places, Random
from lab.rendered_faces.cameras import choose_light
from lab.rendered_faces.face_model import Floats, vertex_normals
from lab.rendered_faces.renderer import Renderer
from lab.rendered_faces.scene import DECAL_SIDE, SKIN, SLEEVE, Camera, Light, Surface

_FOCAL, _DISTANCE_CM = 4.2, 62.0
_SHOWN_CM = (0.0, 4.0, 0.0)
"""The middle of the picture."""
_DEEP_CM = 20.0
"""The picture of depths tells apart what lies so far before and behind the wrist."""
_FLAT = Light(
    directions=np.ones((3, 3), np.float32),
    colours=np.zeros((3, 3), np.float32),
    sky=np.ones(3, np.float32),
    ground=np.ones(3, np.float32),
    softness=0.0,
    shine=0.0,
    cavity=0.0,
)
_PALM_SHARE, _SLEEVE_SHARE = 0.2, 0.5
_RELIEF_CM, _RELIEF_FROM_CM = 20.0, (9.0, 1.0)


def draw_hand(arm: Arm, renderer: Renderer, random: Random) -> NDArray[np.uint8]:
    """(2, 256, 256) a picture: the brightness of a grey skin, and the part that is seen, `SKIN`, `SLEEVE` or 0."""
    places = arm.posed(random).astype(np.float32)
    camera = _choose_camera(random)
    is_sleeve = -arm.places[:, 1] > (random.uniform(1.5, 12) if random.random() < _SLEEVE_SHARE else np.inf)
    normals = vertex_normals(places, arm.triangles)
    places += normals * np.where(is_sleeve, random.uniform(0.4, 1.2), 0.0)[:, None].astype(np.float32)
    grey = 0.32 + 0.02 * random.normal(0, 1, (len(places), 1)) * np.ones(3)
    depth = np.clip(0.5 + places @ camera.turn[2] / (2 * _DEEP_CM), 0.02, 1)
    parts = np.column_stack([np.where(is_sleeve, 0.5, 1.0), np.zeros(len(places)), depth])
    skin = _surface(arm, places, normals, grey, _relief(arm, random))
    flat = _surface(arm, places, normals, parts, None)
    light = renderer.draw(skin, camera, choose_light(random), np.zeros(3, np.float32), _SHOWN_CM)[..., 1]
    found = (renderer.draw(flat, camera, _FLAT, np.zeros(3, np.float32), _SHOWN_CM) / np.float32(255)) ** 2
    there = np.select([found[..., 2] > 0.75, found[..., 2] > 0.25], [SKIN, SLEEVE], 0)
    return np.stack([light * _shade(found[..., 0].astype(np.float32), there > 0), there]).astype(np.uint8)


def _choose_camera(random: Random) -> Camera:
    """Before the back of the hand or the palm, or from the side."""
    palm = 180.0 if random.random() < _PALM_SHARE else 0.0
    yaw, pitch = np.clip(random.normal(0, 32), -85, 85), np.clip(random.normal(0, 25), -60, 60)
    return Camera(_FOCAL, _DISTANCE_CM, yaw_deg=float(yaw) + palm, pitch_deg=float(pitch), roll_deg=0.0)


def _shade(depth: Floats, inside: NDArray[np.bool_]) -> Floats:
    """(256, 256) the share of the light behind nearer places: gaps between fingers are dark."""
    weight, shade = inside.astype(np.float32), np.ones_like(depth)
    for width_px in (2.0, 5.0):
        there = np.maximum(cv2.GaussianBlur(weight, (0, 0), width_px), 1e-3)
        nearer_cm = (cv2.GaussianBlur(depth * weight, (0, 0), width_px) / there - depth) * 2 * _DEEP_CM
        shade *= 1 - 0.5 * np.clip(nearer_cm - 0.35, 0, 0.9)
    return np.where(inside, shade, 1.0).astype(np.float32)


def _surface(arm: Arm, places: Floats, normals: Floats, albedo: Places, relief: Floats | None) -> Surface:
    flat = (arm.places[:, :2] + _RELIEF_FROM_CM) / _RELIEF_CM
    share = np.full(len(places), relief is not None, np.float32)
    return Surface(
        places,
        normals,
        albedo.astype(np.float32),
        flat.astype(np.float32),
        share,
        share,
        arm.triangles,
        np.zeros((DECAL_SIDE, DECAL_SIDE, 4), np.uint8),
        np.zeros((DECAL_SIDE, DECAL_SIDE), np.float32) if relief is None else relief,
    )


def _relief(arm: Arm, random: Random) -> Floats:
    """(320, 320) 0..1: grain, and creases across the fingers where they bend; its first row the lowest."""
    noise = random.normal(0, 1, (DECAL_SIDE, DECAL_SIDE)).astype(np.float32)
    fine, coarse = (
        random.uniform(0, most) * cv2.GaussianBlur(noise, (0, 0), width) * width
        for most, width in ((0.05, 0.8), (0.06, 2.5))
    )
    creases, px_per_cm = np.zeros_like(noise), DECAL_SIDE / _RELIEF_CM
    for finger in (1, *FINGERS):
        for joint in (2, 3):
            way = arm.way(finger, joint)[:2]
            across = np.array([-way[1], way[0]])
            for shift in random.normal(0, 0.25, 3):
                middle = arm.joints[f"finger-{finger}-{joint}"][:2] + shift * way + _RELIEF_FROM_CM
                ends = [(middle + half * across) * px_per_cm for half in random.uniform(0.3, 0.7, 2) * (-1, 1)]
                start, end = ((round(float(x)), round(float(y))) for x, y in ends)
                cv2.line(creases, start, end, random.uniform(0.1, 0.5), 1, cv2.LINE_AA)
    relief = 0.5 + fine + coarse - cv2.GaussianBlur(creases, (0, 0), 0.8)
    return np.clip(relief, 0, 1).astype(np.float32)
