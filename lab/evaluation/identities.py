"""Every made clip, tracked and held against its truth: `python -m lab.evaluation.identities` prints a line each."""

import argparse
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np

from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.mesh import MeshModel
from chalicelib.analysis.faces.tracker import FaceTracker
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.requests.recipes import MAX_FACES, Mesh
from lab.evaluation.call_participants import CAMERA_HEIGHT_PX, CAMERA_WIDTH_PX, Camera, moving_portrait, recorded
from lab.evaluation.cut_outs import cut_out
from lab.evaluation.identity_counts import ClipIdentities, IdentityCounts
from lab.evaluation.made_calls import PERSONS, made_calls
from lab.evaluation.made_clips import MadeClip, made_clips
from lab.evaluation.made_paths import HEIGHT_PX, WIDTH_PX
from lab.evaluation.painted_scenes import Cast, Picture

_ROOT = Path(__file__).resolve().parents[2]
_PERSONS = 10
_CLIP_S = 3.0
_OTHER = {Mesh.ATTENTION: Mesh.LIGHT, Mesh.LIGHT: Mesh.ATTENTION}


def measure_identities(
    models: Models, media: Path, mesh: Mesh, *, only: Callable[[str], bool] = lambda _: True
) -> tuple[ClipIdentities, ...]:
    """Tracks the made clips whose names `only` takes, as a job with `mesh` would. `media` is the folder of the
    shared media. Raises `ValueError` if a portrait or background cannot be used."""
    cast = _cast(lambda: _tracker(models, mesh), media)
    return tuple(_measure(clip, _tracker(models, mesh)) for clip in made_clips(cast) if only(clip.name))


def measure_calls(
    models: Models, media: Path, mesh: Mesh, *, only: Callable[[str], bool] = lambda _: True
) -> tuple[ClipIdentities, ...]:
    """The same of the made calls."""
    own, shared = cache(partial(_camera, models, media)), cache(partial(_before_one_background, models, media))
    return tuple(_measure(call, _tracker(models, mesh)) for call in made_calls(own, shared) if only(call.name))


def _camera(models: Models, media: Path, person: int) -> Camera:
    """Person 0..50: first the clips of the media, then portraits that move."""
    videos = [media / "videos" / f"{name}.mp4" for name in ("WolfgangLanger_Pexels", "single_face")]
    clips = [*sorted((media / "performances").glob("*.mp4")), *videos]
    tracker = _tracker(models, Mesh.ATTENTION)
    if person < len(clips):
        return recorded(clips[person], tracker, seconds=_CLIP_S)
    portraits = sorted((media / "portraits").glob("*.jpg"))
    path = portraits[len(portraits) // PERSONS * (person - len(clips))]
    return moving_portrait(path, tracker, person)


def _before_one_background(models: Models, media: Path, person: int) -> Camera:
    portraits = sorted((media / "portraits").glob("*.jpg"))
    path = portraits[5 + len(portraits) // PERSONS * person]
    drawing = _place(media, CAMERA_WIDTH_PX, CAMERA_HEIGHT_PX)
    return moving_portrait(path, _tracker(models, Mesh.ATTENTION), person, drawing)


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
    place = _place(media, WIDTH_PX, HEIGHT_PX)
    places = [
        place,
        np.ascontiguousarray(255 - place[::-1]),
        np.ascontiguousarray(np.roll(place[::-1, ::-1], HEIGHT_PX // 2, axis=0) // 2),
    ]
    return Cast([cut_out(path, new_tracker()) for path in chosen], places)


def _place(media: Path, width: int, height: int) -> Picture:
    """A background without a face."""
    drawing = cv2.imread(str(media / "no-face" / "free-mountain-vector-01.jpg"))
    if drawing is None:
        raise ValueError("there is no background among the media")
    return np.asarray(cv2.resize(drawing, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description="Identity switches on clips made for the purpose.")
    parser.add_argument("media", type=Path, nargs="?", default=_ROOT.parent / "shared" / "media")
    parser.add_argument("--models", type=Path, default=_ROOT / "models")
    parser.add_argument("--mesh", type=Mesh, choices=list(Mesh), default=Mesh.ATTENTION)
    parser.add_argument("--calls", action="store_true", help="the made calls, not the clips")
    parser.add_argument("--only", default="", help="clips whose names contain this")
    options = parser.parse_args()
    measure = measure_calls if options.calls else measure_identities
    results = measure(Models(options.models), options.media, options.mesh, only=lambda name: options.only in name)
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
