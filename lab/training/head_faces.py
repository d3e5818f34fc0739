"""All sets of faces that a head is taught by and measured on, made or measured when they are not there yet."""

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.networks.models import Models
from chalicelib.domain.requests.recipes import Mesh
from lab.rendered_faces.face_sets import FaceSet, joined, load_face_set
from lab.rendered_faces.nuisances import change_faces
from lab.training.head_features import HeadFeatures, head_features
from lab.training.real_faces import REST_CLIP, closed_mouths, measure_film, measure_portraits, read_codes

_ROOT = Path(__file__).resolve().parents[2]

_RENDERED_SETS = (
    *((1, 120, "everyday"), (11, 200, "everyday"), (12, 200, "everyday"), (13, 500, "everyday")),
    *((14, 500, "everyday"), (15, 500, "everyday"), (21, 200, "grimaces"), (22, 200, "grimaces")),
)
"""Seeds, how many persons, and the kind of movements."""
_MOVED_SMILE, _REST_SMILE = 0.70, 0.20
_CHANGES = (
    *(("portraits", nuisance, seed) for nuisance, seed in (("beard", 1), ("beard", 2), ("small", 1), ("light", 1))),
    *((faces, nuisance, 1) for faces in ("moved", "rendered") for nuisance in ("beard", "small", "light")),
)
"""Which faces are measured again with what changed in their pictures, and by which seed."""
_CHANGED_RENDERED = 12
"""One rendered face in so many."""


@dataclass(frozen=True)
class ChangedFaces:
    """Faces of the set `of`, in its rows `rows` (N,), measured again with their pictures changed."""

    of: str
    rows: NDArray[np.int64]
    faces: FaceSet


class Faces:
    """All sets of faces, made or measured when they are not there yet."""

    def __init__(self, folder: Path, media: Path) -> None:
        # Imported here: a look at real faces alone needs no moderngl.
        from lab.rendered_faces.generate import PICTURES, move_portraits, render_persons  # noqa: PLC0415 - see above

        cv2.setNumThreads(1)
        models = Models(_ROOT / "models")
        self.portraits = measure_portraits(folder / "real", models, media)
        self.at_rest = self.portraits.where(closed_mouths(self.portraits, most_smile=_REST_SMILE))
        sets = []
        for seed, persons, kind in _RENDERED_SETS:
            part = folder / f"rendered-{seed}"
            paths = render_persons(part, persons=persons, pictures=PICTURES, seed=seed, processes=2, kind=kind)
            made = load_face_set(paths)
            sets.append(replace(made, persons=np.array([f"{seed}/{person}" for person in made.persons])))
        self.rendered = joined(sets)
        still = self.portraits.where(closed_mouths(self.portraits, most_smile=_MOVED_SMILE))
        self.moved = load_face_set(move_portraits(folder / "moved", still))
        films = [*sorted((media / "performances").glob("*.mp4")), media / "videos" / f"{REST_CLIP}.mp4"]
        self.films = {film.stem: measure_film(folder / "real", models, film) for film in films}
        self.codes = read_codes(media)
        self._folder = folder
        self.changed = {f"{of}-{nuisance}-{seed}": self._change(of, nuisance, seed) for of, nuisance, seed in _CHANGES}

    def _change(self, of: str, nuisance: str, seed: int) -> ChangedFaces:
        faces: FaceSet = getattr(self, of)
        chosen = np.arange(len(faces)) % (_CHANGED_RENDERED if of == "rendered" else 1) == 0
        folder = self._folder / f"{of}-{nuisance}-{seed}"
        changed = change_faces(folder, faces.where(chosen), nuisance, seed=seed)
        return ChangedFaces(of, np.flatnonzero(chosen)[changed.persons.astype(np.int64)], changed)

    def features(self, name: str, faces: FaceSet, mesh: Mesh) -> HeadFeatures:
        """Returns what the head sees of a set of faces; kept until the set has another number of faces."""
        path = self._folder / f"features-{name}-{mesh}.npz"
        if path.is_file():
            with np.load(path) as stored:
                kept = HeadFeatures(**{key: stored[key] for key in stored.files})
            if len(kept) == len(faces):
                return kept
        found = head_features(faces, mesh)
        np.savez(path, **vars(found))
        return found
