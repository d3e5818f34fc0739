"""Makes faces whose eyes look at a known place, and measures them: `python -m lab.gaze.made_eyes FOLDER`.

Both heads, as they are drawn in `lab.rendered_faces`, at distances by chance: the picture is made smaller until the
outer eye corners are 12 to 100 pixels apart. A quarter looks into the camera, the others at places by chance. Lids
follow the gaze up and down; some are squinted, half-closed or closed.

Needs what `requirements/rendering.in` names and Mesa's EGL.
"""

import argparse
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.head_pose import interocular_distance_px
from chalicelib.analysis.networks.models import Models
from chalicelib.analysis.validity import sharpness
from lab.gaze.eye_sets import HEADS, MadeEyes
from lab.rendered_faces.cameras import compressed
from lab.rendered_faces.face_sets import FaceMeter, crop_of_landmarks
from lab.rendered_faces.generate import MODELS, contact_sheet
from lab.rendered_faces.heads import MIDDLE_CM, RenderedPerson
from lab.rendered_faces.movements import Movement, choose_movement
from lab.rendered_faces.scene import SIDE, Camera

Floats = NDArray[np.float64]
Random = np.random.Generator
_LID_DOWN_DEG, _LID_UP_DEG = 34.0, 28.0
_NEAR_PX, _FAR_PX = 100.0, 12.0
_MOST_YAW_DEG, _MOST_PITCH_DEG = 40.0, 22.0
_CAMERA_SHARE, _CLOSED_SHARE, _TALKING_SHARE = 0.25, 0.12, 0.4


def choose_fixation(random: Random, between: Floats, camera: Camera) -> Floats:
    """(3,) the place that the eyes look at, in the head's frame, centimetres; `between` (3,): midway between them."""
    to_camera = camera.turn.T @ np.array([0.0, 0.0, camera.distance_cm]) + MIDDLE_CM - between
    if random.random() < _CAMERA_SHARE:
        return np.asarray(between + to_camera, dtype=np.float64)
    yaw, pitch = np.radians(np.clip(random.normal(0, (16, 11)), (-35, -30), (35, 25)))
    ahead = np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
    return np.asarray(between + random.uniform(40, 300) * ahead, dtype=np.float64)


def gaze_of(between: Floats, fixated: Floats, camera: Camera) -> tuple[Floats, Floats]:
    """(2,) yaw and pitch in degrees relative to the way from the eyes to the camera, and relative to the head."""
    ahead = (fixated - between) / np.linalg.norm(fixated - between)
    turn = camera.turn.astype(np.float64)
    eyes = turn @ (between - MIDDLE_CM) - (0.0, 0.0, camera.distance_cm)
    x, y, z = _seen_from(eyes) @ turn @ ahead
    return _angles(x, y, z), _angles(*ahead.tolist())


def _seen_from(eyes: Floats) -> Floats:
    """(3, 3) the turn that brings the way from `eyes` to the camera onto the z axis."""
    x, y, z = -eyes / np.linalg.norm(eyes)
    yaw, pitch = np.arctan2(x, z), np.arcsin(y)
    about_y = np.array([[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    return np.asarray(about_x @ about_y)


def _angles(x: float, y: float, z: float) -> Floats:
    angles: Floats = np.degrees(np.array([np.arctan2(x, z), np.arcsin(np.clip(y, -1, 1))]))
    return angles


def choose_camera(random: Random) -> Camera:
    """A head turned to any side alike, from near or far."""
    near = random.random() < 0.3
    focal, distance_cm = (random.uniform(2.6, 3.2), 32.0) if near else (random.uniform(4.8, 6.4), 62.0)
    yaw = random.uniform(-_MOST_YAW_DEG, _MOST_YAW_DEG)
    pitch = random.uniform(-_MOST_PITCH_DEG, _MOST_PITCH_DEG)
    return Camera(focal, distance_cm, yaw, pitch, float(random.normal(0, 6)))


def choose_eyes(random: Random, in_head_deg: Floats) -> tuple[Movement, Floats]:
    """A movement whose lids follow the gaze, and (2,) how far they are closed."""
    talking = random.random() < _TALKING_SHARE
    movement = choose_movement(random) if talking else Movement("gaze")
    lids = random.uniform(0.7, 1.0) if random.random() < _CLOSED_SHARE else max(random.normal(0.0, 0.12), 0.0)
    shapes = {name: weight for name, weight in movement.shapes.items() if not name.startswith("eyeLook")}
    for side in ("_L", "_R"):
        shapes[f"eyeLookUp{side}"] = max(in_head_deg[1] / _LID_UP_DEG, 0.0) * random.uniform(0.7, 1.1)
        shapes[f"eyeLookDown{side}"] = max(-in_head_deg[1] / _LID_DOWN_DEG, 0.0) * random.uniform(0.6, 1.1)
        shapes[f"eyeBlink{side}"] = lids * random.uniform(0.9, 1.0)
    movement.shapes.clear()
    movement.shapes.update(shapes)
    return movement, np.array([shapes["eyeBlink_L"], shapes["eyeBlink_R"]])


def make_part(folder: Path, head: str, number: int, *, persons: int, pictures: int, seed: int) -> None:
    """Persons `number` * `persons` and the following, one part."""
    from lab.rendered_faces.anny_persons import anny_person, name_of  # noqa: PLC0415 - needs EGL
    from lab.rendered_faces.face_model import load_face_model  # noqa: PLC0415 - needs EGL
    from lab.rendered_faces.renderer import Renderer  # noqa: PLC0415 - needs EGL

    cv2.setNumThreads(1)
    renderer, meter = Renderer(), FaceMeter(Models(MODELS))
    rows: list[tuple[object, ...]] = []
    sheet: list[NDArray[np.uint8]] = []
    for place in range(number * persons, (number + 1) * persons):
        random = np.random.default_rng((seed, list(HEADS).index(head), place))
        if head == "anny":
            person, name = anny_person(place, renderer, random, iris_size=HEADS[head]), name_of(place)
        else:
            person, name = RenderedPerson(load_face_model(), renderer, random, iris_size=HEADS[head]), f"taught/{place}"
        for _ in range(pictures):
            row = _measured(person, meter, random, sheet)
            if row is not None:
                rows.append((*row, name, head))
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    eyes = MadeEyes(*columns)
    np.savez(folder / f"{head}-{number:03d}.npz", **{each.name: getattr(eyes, each.name) for each in fields(eyes)})
    cv2.imwrite(str(folder / f"{head}-{number:03d}.png"), contact_sheet(sheet))


def _measured(
    person: RenderedPerson, meter: FaceMeter, random: Random, sheet: list[NDArray[np.uint8]]
) -> tuple[object, ...] | None:
    camera, between = choose_camera(random), person.between_eyes.astype(np.float64)
    fixated = choose_fixation(random, between, camera)
    to_camera, in_head = gaze_of(between, fixated, camera)
    if max(abs(in_head)) > 40:
        return None
    movement, closed = choose_eyes(random, in_head)
    made = person.picture(movement, camera, fixated.astype(np.float32))
    now_px = float(np.linalg.norm(made.landmarks[36] - made.landmarks[45]))
    wanted_px = float(np.exp(random.uniform(np.log(_FAR_PX), np.log(_NEAR_PX))))
    side = round(SIDE * min(wanted_px / now_px, 1.0))
    small = np.asarray(cv2.resize(made.image, (side, side), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    picture = _compressed(small, random)
    mesh = meter.attention_mesh(picture, crop_of_landmarks(made.landmarks * (side / SIDE)))
    if mesh is None:
        return None
    light = meter.light_mesh(picture, mesh.crop)
    sheet.append(mesh.sample)
    return (
        mesh.points.astype(np.float32),
        light.points.astype(np.float32),
        to_camera,
        in_head,
        closed,
        np.array([camera.yaw_deg, camera.pitch_deg]),
        interocular_distance_px(mesh.points),
        sharpness(mesh.sample),
        person.iris_lightness,
    )


def _compressed(image: NDArray[np.uint8], random: Random) -> NDArray[np.uint8]:
    """The picture as a camera with some noise takes it, compressed."""
    noisy = image + random.normal(0, random.uniform(0, 4), image.shape)
    return compressed(np.clip(noisy, 0, 255).astype(np.uint8), int(random.uniform(60, 95)))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--parts", type=int, default=8, help="of each head")
    parser.add_argument("--persons", type=int, default=12, help="in a part")
    parser.add_argument("--pictures", type=int, default=14, help="of each person")
    parser.add_argument("--seed", type=int, default=18)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("LP_NUM_THREADS", "1")
    with ProcessPoolExecutor(options.processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting = [
            pool.submit(
                make_part,
                options.folder,
                head,
                number,
                persons=options.persons,
                pictures=options.pictures,
                seed=options.seed,
            )
            for number in range(options.parts)
            for head in HEADS
            if not (options.folder / f"{head}-{number:03d}.npz").is_file()
        ]
        for count, each in enumerate(waiting, start=1):
            each.result()
            print(f"Eyes made: part {count} of {len(waiting)}", flush=True)


if __name__ == "__main__":
    main()
