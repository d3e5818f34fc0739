"""Every made clip, tracked and held against its truth: `python -m lab.evaluation.identities` prints a line each."""

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.mesh import MeshModel
from chalicelib.analysis.faces.tracker import FaceTracker
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.requests.recipes import MAX_FACES, Mesh
from lab.evaluation.cut_outs import cut_out
from lab.evaluation.identity_counts import ClipIdentities, IdentityCounts
from lab.evaluation.made_clips import MadeClip, made_clips
from lab.evaluation.made_paths import HEIGHT_PX, WIDTH_PX
from lab.evaluation.painted_scenes import Cast

_ROOT = Path(__file__).resolve().parents[2]
_PERSONS = 10
_OTHER = {Mesh.ATTENTION: Mesh.LIGHT, Mesh.LIGHT: Mesh.ATTENTION}


def measure_identities(
    models: Models, media: Path, mesh: Mesh, *, only: Callable[[str], bool] = lambda _: True
) -> tuple[ClipIdentities, ...]:
    """Tracks the made clips whose names `only` takes, as a job with `mesh` would. `media` is the folder of the
    shared media. Raises `ValueError` if a portrait or background cannot be used."""
    cast = _cast(lambda: _tracker(models, mesh), media)
    return tuple(_measure(clip, _tracker(models, mesh)) for clip in made_clips(cast) if only(clip.name))


def _measure(clip: MadeClip, tracker: FaceTracker) -> ClipIdentities:
    counts = IdentityCounts()
    for shown in clip.frames():
        counts.add(shown.faces, tracker.track(shown.frame))
    return counts.result(clip.name)


def _tracker(models: Models, mesh: Mesh) -> FaceTracker:
    return FaceTracker(
        FaceDetector(models), MeshModel(models, mesh), MeshModel(models, _OTHER[mesh]), max_faces=MAX_FACES
    )


def _cast(new_tracker: Callable[[], FaceTracker], media: Path) -> Cast:
    """Ten persons, spread over the portraits, and three places without a face."""
    portraits = sorted((media / "portraits").glob("*.jpg"))
    if len(portraits) < _PERSONS:
        raise ValueError(f"there are {len(portraits)} portraits, fewer than {_PERSONS}")
    chosen = portraits[:: len(portraits) // _PERSONS][:_PERSONS]
    drawing = cv2.imread(str(media / "no-face" / "free-mountain-vector-01.jpg"))
    if drawing is None:
        raise ValueError("there is no background among the media")
    place = np.asarray(cv2.resize(drawing, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    places = [
        place,
        np.ascontiguousarray(255 - place[::-1]),
        np.ascontiguousarray(np.roll(place[::-1, ::-1], HEIGHT_PX // 2, axis=0) // 2),
    ]
    return Cast([cut_out(path, new_tracker()) for path in chosen], places)


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description="Identity switches on clips made for the purpose.")
    parser.add_argument("media", type=Path, nargs="?", default=_ROOT.parent / "shared" / "media")
    parser.add_argument("--models", type=Path, default=_ROOT / "models")
    parser.add_argument("--mesh", type=Mesh, choices=list(Mesh), default=Mesh.ATTENTION)
    parser.add_argument("--only", default="", help="clips whose names contain this")
    options = parser.parse_args()
    results = measure_identities(
        Models(options.models), options.media, options.mesh, only=lambda name: options.only in name
    )
    print(f"{'clip':50} frames truths ids switches transfers misses false  IDF1")
    for clip in results:
        print(
            f"{clip.name:50} {clip.frames:6} {clip.truths:6} {clip.identities:3} {clip.switches:8} {clip.transfers:9}"
            f" {clip.misses:6} {clip.false_faces:5} {clip.idf1:5.3f}"
        )
    totals = [sum(counts) for counts in zip(*((c.switches, c.transfers, c.misses) for c in results), strict=True)]
    print(f"total switches {totals[0]}, transfers {totals[1]}, misses {totals[2]}")


if __name__ == "__main__":
    main()
