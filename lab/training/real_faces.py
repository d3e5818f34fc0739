"""Real faces as sets: portraits, and every frame of films, with what was coded of some of them.

Portraits at rest say where rest lies, and are moved; films of performances are for choosing and measuring: nothing is
fitted to them.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.mesh import Crop, crop_of_mesh
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from lab.rendered_faces.face_sets import FaceMeter, FaceSet, FaceSetWriter, largest_face, load_face_set
from lab.rendered_faces.movements import TAUGHT
from lab.training.teacher import BLENDSHAPES, Teacher

Codes = Mapping[str, Mapping[str, str]]

_UNKNOWN = np.full((len(TAUGHT), 2), np.nan, dtype=np.float32)
REST_CLIP, REST_UNTIL_S = "single_face", 0.7


def measure_portraits(folder: Path, models: Models, media: Path) -> FaceSet:
    """The largest face of every portrait; kept in `folder`."""
    path = folder / "portraits-000.npz"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        detector, meter = FaceDetector(models), FaceMeter(models)
        writer = FaceSetWriter(folder, "portraits", part_size=100_000)
        for portrait in sorted((media / "portraits").glob("*.jpg")):
            image = np.asarray(cv2.imread(str(portrait)), dtype=np.uint8)
            crop = largest_face(detector, image)
            face = meter.measure(image, crop) if crop else None
            if face is not None:
                writer.add(face, _UNKNOWN, "portrait", f"portraits/{portrait.name}", (0, 0))
        writer.close()
    return load_face_set([path])


def measure_film(folder: Path, models: Models, film: Path) -> FaceSet:
    """The largest face of every frame, followed from frame to frame; `persons` are `FILM:FRAME:TIME_S`."""
    path = folder / f"{film.stem}-000.npz"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        detector, meter = FaceDetector(models), FaceMeter(models)
        writer = FaceSetWriter(folder, film.stem, part_size=100_000)
        crop: Crop | None = None
        with open_media(film) as opened:
            for frame in opened.frames():
                crop = crop or largest_face(detector, frame.image)
                mesh = meter.attention_mesh(frame.image, crop) if crop else None
                face = meter.measure(frame.image, mesh.crop) if mesh else None
                crop = crop_of_mesh(mesh.points) if mesh else None
                if face is not None:
                    writer.add(face, _UNKNOWN, "film", f"{film.stem}:{frame.index}:{frame.time_s:.3f}", (0, 0))
        writer.close()
    return load_face_set([path])


def closed_mouths(portraits: FaceSet, *, most_smile: float) -> NDArray[np.bool_]:
    """(N,) which portraits have a closed mouth that smiles no more than that, as the teacher sees it: those at rest
    are hardly in dispute."""
    scores = Teacher().blendshapes(portraits.attention)
    of = {name: scores[:, place] for place, name in enumerate(BLENDSHAPES)}
    smile = (of["mouthSmileLeft"] + of["mouthSmileRight"]) / 2
    raised = (of["mouthUpperUpLeft"] + of["mouthUpperUpRight"]) / 2
    chosen: NDArray[np.bool_] = (smile < most_smile) & (of["jawOpen"] < 0.08) & (raised < 0.15)
    return chosen


_FROM_TEACHER: Mapping[str, tuple[str, ...]] = {
    "smile": ("mouthSmileLeft", "mouthSmileRight"),
    "upper lip raise": ("mouthUpperUpLeft", "mouthUpperUpRight"),
    "jaw drop": ("jawOpen",),
}
_NOT_ON_PORTRAITS = ("brow furrow", "nose wrinkle", "lip corner depressor", "lip press", "lip stretch")


def portrait_amounts(portraits: FaceSet) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(N, len(TAUGHT), 2) what official portraits show, and (len(TAUGHT),) of which expressions that is known: smiles
    and open mouths as the teacher sees them, no furrow, wrinkle, depressor, press or stretch."""
    scores = Teacher().blendshapes(portraits.attention)
    amounts = np.zeros((len(portraits), len(TAUGHT), 2), dtype=np.float32)
    for name, blendshapes in _FROM_TEACHER.items():
        seen = np.mean([scores[:, BLENDSHAPES.index(each)] for each in blendshapes], axis=0)
        amounts[:, TAUGHT.index(name)] = seen[:, None]
    return amounts, np.isin(TAUGHT, (*_FROM_TEACHER, *_NOT_ON_PORTRAITS))


def read_codes(media: Path) -> Codes:
    """Returns what was coded by eye: `FILM_FRAME` to `present` or `absent` by expression."""
    codes: Codes = json.loads((media / "performances" / "codes.json").read_text())
    return codes


def frames_of(faces: FaceSet) -> NDArray[np.int64]:
    """(N,) the frame numbers of a film's faces."""
    return np.array([int(str(person).split(":")[1]) for person in faces.persons])


def times_of(faces: FaceSet) -> NDArray[np.float64]:
    """(N,) the times of a film's faces, in seconds."""
    return np.array([float(str(person).split(":")[2]) for person in faces.persons])
