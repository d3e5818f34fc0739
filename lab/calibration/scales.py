"""Prints the scales of the expressions, ready for the tables: `python -m lab.calibration.scales`.

Measures the portraits, the coded performances and the resting stretch of a clip in `../shared/media` (or the folder
given). *Rest* and *spread* are of two kinds of persons, each with half the weight: portraits with a closed mouth that
does not smile, and persons whose film has frames coded neutral or known to be at rest. *Full* is rest plus a change
from a performer's low percentile that three of four frames coded present reach; with fewer than four such frames the
value in the table is kept. The performances are for measuring and choosing; nothing is trained on them.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.analyzer import WITNESS
from chalicelib.analysis.expressions.features import FrontalFaces, measure_features
from chalicelib.analysis.expressions.geometric import CALIBRATION as GEOMETRIC
from chalicelib.analysis.expressions.geometric import frontal
from chalicelib.analysis.expressions.trained import CALIBRATION as TRAINED
from chalicelib.analysis.expressions.trained import TrainedExpressions
from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.mesh import FaceMesh, MeshModel
from chalicelib.analysis.faces.tracker import FaceTracker
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.requests.recipes import Mesh

Answers = Mapping[str, NDArray[np.float64]]
"""By `network NAME` and `geometry NAME`, the inner answers of the frames of one file."""

_ROOT = Path(__file__).resolve().parents[2]
_REST_CLIP, _REST_FRAMES = "single_face", 17
_NO_SMILE, _CLOSED = 0.15, 0.1
_FEW = 4
_LOW_PERCENTILE = 20
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Film:
    """The answers of every frame of a performance, and what was coded of some of them."""

    answers: Answers
    codes: Mapping[int, Mapping[str, str]] = field(default_factory=dict)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="The scales of the expressions.")
    parser.add_argument("media", type=Path, nargs="?", default=_ROOT.parent / "shared" / "media")
    parser.add_argument("--models", type=Path, default=_ROOT / "models")
    options = parser.parse_args()
    for mesh in Mesh:
        measurer = _Measurer(Models(options.models), mesh)
        films = list(_films(measurer, options.media / "performances"))
        clip = measurer.answers(options.media / "videos" / f"{_REST_CLIP}.mp4")
        at_rest = [_mean(film.answers, neutral) for film in films if (neutral := _neutral(film))]
        at_rest.append(_mean(clip, list(range(_REST_FRAMES))))
        portraits = [measurer.answers(path) for path in sorted((options.media / "portraits").glob("*.jpg"))]
        resting = [_mean(each, [0]) for each in portraits if _is_at_rest(each)]
        print(f"\n{mesh} mesh: {len(resting)} portraits and {len(at_rest)} performers at rest")
        for key in clip:
            _print_scale(key, mesh, resting, at_rest, films)


class _Measurer:
    def __init__(self, models: Models, mesh: Mesh) -> None:
        self._detector = FaceDetector(models)
        self._mesh, self._witness = MeshModel(models, mesh), MeshModel(models, WITNESS[mesh])
        self._trained = TrainedExpressions()

    def answers(self, path: Path) -> Answers:
        """Of the largest face of each frame; a frame without a face counts as the one before."""
        tracker = FaceTracker(self._detector, self._mesh, self._witness, max_faces=1)
        meshes: list[FaceMesh] = []
        with open_media(path) as medium:
            for frame in medium.frames():
                found = [face.mesh for face in tracker.track(frame)] or meshes[-1:]
                meshes += found[:1]
        columns: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
        for start in range(0, len(meshes), _BATCH):
            for key, column in self._columns(frontal(meshes[start : start + _BATCH])):
                columns[key].append(column)
        return {key: np.concatenate(column) for key, column in columns.items()}

    def _columns(self, faces: FrontalFaces) -> Iterator[tuple[str, NDArray[np.float64]]]:
        blendshapes = self._trained.blendshapes(faces)
        yield from ((f"network {name}", blend.answers(blendshapes)) for name, blend in TRAINED.items())
        features = measure_features(faces)
        yield from ((f"geometry {name}", features[feature.feature]) for name, feature in GEOMETRIC.items())
        yield "smiles", abs(blendshapes["mouthSmileLeft"] - blendshapes["mouthSmileRight"])


def _films(measurer: _Measurer, folder: Path) -> Iterator[Film]:
    codes: dict[str, dict[int, Mapping[str, str]]] = defaultdict(dict)
    for place, coded in json.loads((folder / "codes.json").read_text(encoding="utf-8")).items():
        clip, frame = place.split("_")
        codes[clip][int(frame)] = coded
    for clip, coded in codes.items():
        yield Film(measurer.answers(folder / f"{clip}.mp4"), coded)


def _neutral(film: Film) -> list[int]:
    return [frame for frame, coded in film.codes.items() if coded.get("emotion") == "neutral"]


def _mean(answers: Answers, frames: list[int]) -> dict[str, float]:
    return {key: float(column[frames].mean()) for key, column in answers.items()}


def _is_at_rest(portrait: Answers) -> bool:
    return bool(
        _probability(portrait["network smile"]) < _NO_SMILE and _probability(portrait["network jaw drop"]) < _CLOSED
    )


def _probability(logits: NDArray[np.float64]) -> float:
    return float(1.0 / (1.0 + np.exp(-logits[0]))) if len(logits) else 1.0


def _print_scale(
    key: str, mesh: Mesh, portraits: list[dict[str, float]], performers: list[dict[str, float]], films: list[Film]
) -> None:
    kinds = [np.array([person[key] for person in kind]) for kind in (portraits, performers)]
    rest = float(np.mean([kind.mean() for kind in kinds]))
    spread = float(np.sqrt(np.mean([np.square(kind - rest).mean() for kind in kinds])))
    source, _, name = key.partition(" ")
    changes = _changes(films, key, name)
    table = TRAINED if source == "network" else GEOMETRIC
    if len(changes) >= _FEW:
        sizes = np.abs(changes)
        full, told = rest + float(np.sign(np.median(changes)) * np.percentile(sizes, 25)), f"from {len(changes)} frames"
    else:
        full, told = (table[name].scale(mesh).full if name in table else float("nan")), "kept"
    digits = 3 if source == "geometry" else 2
    print(f"{key:30} Scale({rest:.{digits}f}, {full:.{digits}f}, {spread:.{digits}f})  full {told}")


def _changes(films: list[Film], key: str, name: str) -> list[float]:
    """From a film's low percentile (of answers that rise with the expression) to the frames in which it is present."""
    falls = key.startswith("geometry") and GEOMETRIC[name].attention.full < GEOMETRIC[name].attention.rest
    sign = -1.0 if falls else 1.0
    return [
        float(column[frame] - sign * np.percentile(sign * column, _LOW_PERCENTILE))
        for film in films
        for frame, coded in film.codes.items()
        for column in [film.answers[key]]
        if coded.get(name) == "present"
    ]


if __name__ == "__main__":
    main()
