"""Makes faces and measures them: `python -m lab.rendered_faces.generate FOLDER`.

Writes rendered persons, and portraits of `../shared/media` moved, as parts of `FaceSet`s. Several processes share the
persons; what is made of a person depends on the seed and the person's number alone. Parts that are there already are
left alone, so a run that was stopped continues. A sheet of each is written to look at.

Needs what `requirements/rendering.in` names and Mesa's EGL (on Debian: `apt-get install libegl1 libgl1-mesa-dri`).
"""

import argparse
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.networks.models import Models
from lab.rendered_faces.cameras import taken
from lab.rendered_faces.face_sets import FaceMeter, FaceSet, FaceSetWriter, amounts_of, crop_of_landmarks
from lab.rendered_faces.grimaces import choose_grimace
from lab.rendered_faces.movements import Movement, choose_movement, choose_one_sided
from lab.rendered_faces.portrait_fit import MeshVertices

MODELS = Path(__file__).resolve().parents[2] / "models"
PERSONS, PICTURES, MOVED_PICTURES = 500, 12, 14
_RENDERED_BLOCK, _MOVED_BLOCK = 20, 10
_FIT_PERSONS, _FIT_SEED = 24, 7
_SHEET_COLUMNS, _SHEET_SIDE, _SHEET_PICTURES = 12, 160, 72
MOVEMENTS: Mapping[str, Callable[[np.random.Generator], Movement]] = {
    "everyday": choose_movement,
    "grimaces": choose_grimace,
    "one-sided": choose_one_sided,
}


HEADS: Mapping[str, int] = {"taught": 0, "anny": 2}
"""By name, how many pictures of each person show the face at rest, before those by chance."""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--persons", type=int, default=PERSONS)
    parser.add_argument("--pictures", type=int, default=PICTURES, help="of each person")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--kind", choices=tuple(MOVEMENTS), default="everyday", help="of movements")
    parser.add_argument(
        "--head", choices=tuple(HEADS), default="taught", help="that lessons are made with, or the second one"
    )
    options = parser.parse_args()
    render_persons(
        options.folder,
        persons=options.persons,
        pictures=options.pictures,
        seed=options.seed,
        processes=options.processes,
        kind=options.kind,
        head=options.head,
    )


def render_persons(
    folder: Path,
    *,
    persons: int,
    pictures: int,
    seed: int,
    processes: int,
    kind: str = "everyday",
    head: str = "taught",
) -> list[Path]:
    """Rendered persons: writes the parts that are missing; returns the paths of all. `kind`: one of `MOVEMENTS`;
    `head`: one of `HEADS`."""
    blocks = {f"rendered-{first:05d}": first for first in range(0, persons, _RENDERED_BLOCK)}
    work = {
        name: partial(render_block, folder, name, first=first, pictures=pictures, seed=seed, kind=kind, head=head)
        for name, first in blocks.items()
    }
    return in_parts(folder, work, processes)


def move_portraits(
    folder: Path, portraits: FaceSet, *, pictures: int = MOVED_PICTURES, seed: int = 1, processes: int = 2
) -> list[Path]:
    """Portraits moved, `portraits` being real ones at rest: writes the parts that are missing; returns all paths."""
    folder.mkdir(parents=True, exist_ok=True)
    starts = range(0, len(portraits), _MOVED_BLOCK)
    blocks = {
        f"moved-{first:05d}": np.arange(len(portraits)) // _MOVED_BLOCK == first // _MOVED_BLOCK for first in starts
    }
    work = {
        name: partial(move_block, folder, name, portraits.where(rows), pictures, seed) for name, rows in blocks.items()
    }
    return in_parts(folder, work, processes)


def in_parts(folder: Path, work: Mapping[str, Callable[[], None]], processes: int) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("LP_NUM_THREADS", "1")  # Mesa's own threads would compete with the other processes
    paths = {name: folder / f"{name}-000.npz" for name in work}
    # A forked process hangs at its first drawing once this one has drawn.
    with ProcessPoolExecutor(max_workers=processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        done = [pool.submit(work[name]) for name, path in paths.items() if not path.is_file()]
        for count, each in enumerate(done, start=1):
            each.result()
            print(f"Faces made in {folder.name}: part {count} of {len(done)}", flush=True)
    return list(paths.values())


# What renders is imported where it is used: nothing else of this package needs moderngl and EGL.


def render_block(folder: Path, name: str, *, first: int, pictures: int, seed: int, kind: str, head: str) -> None:
    """Persons `first` and the following, one part."""
    from lab.rendered_faces.anny_persons import anny_person, name_of  # noqa: PLC0415 - see above
    from lab.rendered_faces.face_model import load_face_model  # noqa: PLC0415 - see above
    from lab.rendered_faces.heads import RenderedPerson  # noqa: PLC0415 - see above
    from lab.rendered_faces.renderer import Renderer  # noqa: PLC0415 - see above

    renderer = Renderer()

    def shots() -> Iterator[_Shot]:
        for number in range(first, first + _RENDERED_BLOCK):
            random = np.random.default_rng((seed, number))
            if head == "anny":
                person, label = anny_person(number, renderer, random), name_of(number)
            else:
                person, label = RenderedPerson(load_face_model(), renderer, random), f"{name}/{number}"
            for picture in range(pictures):
                made = person.picture(Movement("rest") if picture < HEADS[head] else MOVEMENTS[kind](random))
                turn = (made.camera.yaw_deg, made.camera.pitch_deg)
                yield (
                    made.image,
                    made.landmarks,
                    amounts_of(made.movement),
                    made.movement.kind,
                    label,
                    turn,
                    random,
                )

    _measure(folder, name, shots, sheet=first == 0)


def move_block(folder: Path, name: str, portraits: FaceSet, pictures: int, seed: int) -> None:
    """Some portraits moved, one part."""
    from lab.rendered_faces.face_model import load_face_model  # noqa: PLC0415 - see above
    from lab.rendered_faces.portraits import SIDE, Portrait, PortraitRenderer  # noqa: PLC0415 - see above

    # The vertices are measured with a renderer of their own, and the renderer that was made last is the one that draws.
    pairs, model, renderer = measured_vertices(), load_face_model(), PortraitRenderer()

    def shots() -> Iterator[_Shot]:
        for sample, points, person in zip(portraits.samples, portraits.attention, portraits.persons, strict=True):
            random = np.random.default_rng((seed, *person.encode()))
            picture = np.asarray(cv2.resize(sample, (SIDE, SIDE)), dtype=np.uint8)
            portrait = Portrait(
                model, renderer, random, picture=picture, points=points * (SIDE / sample.shape[0]), pairs=pairs
            )
            for _ in range(pictures):
                made = portrait.picture()
                amounts, kind = amounts_of(made.movement), made.movement.kind
                yield made.image, made.landmarks, amounts, kind, str(person), made.turn_deg, random

    _measure(folder, name, shots, sheet=name == "moved-00000")


_Shot = tuple[
    NDArray[np.uint8],
    NDArray[np.floating],
    NDArray[np.float32],
    str,
    str,
    tuple[float, float],
    np.random.Generator,
]


def _measure(folder: Path, name: str, shots: Callable[[], Iterator[_Shot]], *, sheet: bool) -> None:
    """Takes every picture with some camera and keeps what both meshes find in it. Raises `RuntimeError` if that is
    nothing."""
    cv2.setNumThreads(1)
    meter, seen = FaceMeter(Models(MODELS)), []
    writer = FaceSetWriter(folder, name, part_size=100_000)
    for image, landmarks, amounts, kind, person, turn, random in shots():
        face = meter.measure(taken(image, random), crop_of_landmarks(landmarks))
        if face is not None:
            writer.add(face, amounts, kind, person, turn)
            seen.append(face.sample)
    if not seen:
        raise RuntimeError(f"In none of the pictures of {name} is a face found: look at what the renderer draws.")
    writer.close()
    if sheet and len(seen) >= _SHEET_COLUMNS:
        cv2.imwrite(str(folder / f"{name}.png"), contact_sheet(seen))


@cache
def measured_vertices() -> MeshVertices:
    """On which vertices of the model the mesh's points lie, measured on rendered heads at rest that face the camera."""
    from lab.rendered_faces.face_model import load_face_model  # noqa: PLC0415 - see above
    from lab.rendered_faces.heads import MIDDLE_CM, RenderedPerson  # noqa: PLC0415 - see above
    from lab.rendered_faces.movements import Movement  # noqa: PLC0415 - see above
    from lab.rendered_faces.portrait_fit import measure_vertices  # noqa: PLC0415 - see above
    from lab.rendered_faces.renderer import Renderer  # noqa: PLC0415 - see above
    from lab.rendered_faces.scene import SIDE, Camera, project  # noqa: PLC0415 - see above

    model, renderer, meter = load_face_model(), Renderer(), FaceMeter(Models(MODELS))
    random = np.random.default_rng(_FIT_SEED)
    camera = Camera(5.6, 62.0, 0.0, 0.0, 0.0)
    seen = []
    for _ in range(_FIT_PERSONS):
        person = RenderedPerson(model, renderer, random)
        made = person.picture(Movement("rest"), camera)
        mesh = meter.attention_mesh(made.image, crop_of_landmarks(made.landmarks))
        if mesh is not None:
            seen.append((mesh.points, project(person.at_rest, camera, MIDDLE_CM)))
    if not seen:
        raise RuntimeError(f"The mesh network finds none of {_FIT_PERSONS} rendered heads of {SIDE} pixels.")
    return measure_vertices(model, seen)


def contact_sheet(pictures: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Some of the pictures next to each other, for the eye."""
    step = max(len(pictures) // _SHEET_PICTURES, 1)
    chosen = [cv2.resize(each, (_SHEET_SIDE, _SHEET_SIDE)) for each in pictures[::step][:_SHEET_PICTURES]]
    chosen = chosen[: len(chosen) // _SHEET_COLUMNS * _SHEET_COLUMNS]
    rows = [np.hstack(chosen[start : start + _SHEET_COLUMNS]) for start in range(0, len(chosen), _SHEET_COLUMNS)]
    return np.asarray(np.vstack(rows), dtype=np.uint8)


if __name__ == "__main__":
    main()
