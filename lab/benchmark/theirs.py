"""Theirs: MediaPipe's Face Landmarker with blendshapes, as its documentation uses it. `python -m lab.benchmark.theirs
BUNDLE`, in the environment of `requirements/bench.txt`, answers requests.

A video is read with OpenCV and given frame by frame in video mode, a picture in image mode. What comes out stays in
memory: nothing is written. The landmarker is made before the clock starts, a new one for each run, since the times
of a landmarker's frames must rise.
"""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import mediapipe as mp

from lab.benchmark.runs import Run, answer, clocked, peak_bytes

_PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}


def run(path: Path, faces_allowed: int, bundle: Path) -> Run:
    """One file. Raises `OSError` if OpenCV cannot read it."""
    is_picture = path.suffix.lower() in _PICTURES
    vision = mp.tasks.vision
    options = vision.FaceLandmarkerOptions(
        base_options=mp.tasks.BaseOptions(model_asset_path=str(bundle)),
        running_mode=vision.RunningMode.IMAGE if is_picture else vision.RunningMode.VIDEO,
        num_faces=faces_allowed,
        output_face_blendshapes=True,
    )
    with vision.FaceLandmarker.create_from_options(options) as landmarker:
        return _of_picture(path, landmarker) if is_picture else _of_video(path, landmarker)


def _of_video(path: Path, landmarker: Any) -> Run:
    faces: Counter[str] = Counter()
    with clocked() as clock:
        capture = cv2.VideoCapture(str(path))
        rate = capture.get(cv2.CAP_PROP_FPS)
        while True:
            is_read, image = capture.read()
            if not is_read:
                break
            time_ms = round(faces.total() * 1000 / rate)
            found = landmarker.detect_for_video(_converted(image), time_ms)
            faces[str(len(found.face_blendshapes))] += 1
        capture.release()
    if not faces:
        raise OSError(f"OpenCV cannot read {path}")
    return Run(faces.total(), dict(faces), clock.wall_s, clock.cpu_s, faces.total() / rate, peak_bytes())


def _of_picture(path: Path, landmarker: Any) -> Run:
    with clocked() as clock:
        image = cv2.imread(str(path))
        if image is None:
            raise OSError(f"OpenCV cannot read {path}")
        found = landmarker.detect(_converted(image))
    return Run(1, {str(len(found.face_blendshapes)): 1}, clock.wall_s, clock.cpu_s, 0.0, peak_bytes())


def _converted(image: Any) -> Any:
    return mp.Image(image_format=mp.ImageFormat.SRGB, data=cv2.cvtColor(image, cv2.COLOR_BGR2RGB))


def main() -> None:
    """Answers requests `{"path": ..., "faces": ...}`."""
    bundle = Path(sys.argv[1])
    answer(lambda request: run(Path(request["path"]), int(request["faces"]), bundle))


if __name__ == "__main__":
    main()
