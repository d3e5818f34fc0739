"""Which faces are found in real pictures, with the real networks."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.analysis.analyzer import FaceAnalyzer
from chalicelib.analysis.media.frames import Frame
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import FaceMetrics
from chalicelib.domain.requests.recipes import Mesh
from chalicelib.local.demo_clip import write_demo_clip
from tests.analysis.conftest import faces_of, read_picture

_PORTRAITS = ("A000014", "B001135", "C000127")
_SCALES = (0.9, 1.0, 1.15, 1.3)


def _cropped(image: NDArray[np.uint8], face: FaceMetrics, scale: float) -> NDArray[np.uint8]:
    """Returns what of the picture lies in the box of the face, made `scale` times as large about its middle."""
    left, top, width, height = (face.values[f"face box {side}"] for side in ("left", "top", "width", "height"))
    across, down = (scale - 1) * width / 2, (scale - 1) * height / 2
    first_y, first_x = max(round(top - down), 0), max(round(left - across), 0)
    return np.ascontiguousarray(image[first_y : round(top + height + down), first_x : round(left + width + across)])


@pytest.mark.parametrize("name", _PORTRAITS)
@pytest.mark.parametrize("scale", _SCALES)
def test_a_face_that_fills_its_picture_is_found_where_it_is(
    analyzer: FaceAnalyzer, shared_media: Path, name: str, scale: float
) -> None:
    image = read_picture(shared_media / "portraits" / f"{name}.jpg")
    (whole,) = faces_of(analyzer, image)
    cropped = _cropped(image, whole, scale)
    (face,) = faces_of(analyzer, cropped)
    assert face.values["interocular distance"] == pytest.approx(whole.values["interocular distance"], rel=0.05)
    for length in ("width", "height"):
        assert face.values[f"face box {length}"] == pytest.approx(whole.values[f"face box {length}"], rel=0.1)
    tiny = np.asarray(cv2.resize(cropped, (48, 48), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    assert len(faces_of(analyzer, tiny)) == 1


def test_a_tight_crop_smiles_as_with_a_border(analyzer: FaceAnalyzer, shared_media: Path) -> None:
    field = shared_media / "field"
    (padded,) = faces_of(analyzer, read_picture(field / "tight_crop_padded_control.png"))
    (face,) = faces_of(analyzer, read_picture(field / "tight_crop.png"))
    assert face.values["smile"] == pytest.approx(100, abs=3)
    assert padded.values["smile"] == pytest.approx(100, abs=3)


def test_a_video_of_a_tight_crop_has_one_face_in_every_frame(analyzer: FaceAnalyzer, shared_media: Path) -> None:
    image = read_picture(shared_media / "field" / "tight_crop.png")
    black = np.zeros_like(image)
    frames = [Frame(index, index / 25, black if index < 10 else image) for index in range(30)]
    found = [[face.face_id for face in frame.faces] for frame in analyzer.analyze(frames)]
    assert found == [[]] * 10 + [[0]] * 20


@pytest.mark.parametrize(("name", "roll_deg"), [("roll_0_control", 4), ("roll_150", 154), ("roll_180", -176)])
def test_a_turned_face_is_read_as_it_lies(
    analyzer: FaceAnalyzer, shared_media: Path, name: str, roll_deg: float
) -> None:
    (face,) = faces_of(analyzer, read_picture(shared_media / "field" / f"{name}.jpg"))
    assert face.values["roll"] == pytest.approx(roll_deg, abs=5)
    assert face.values["smile"] == pytest.approx(100, abs=3)
    assert face.is_valid


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_film_that_is_turned_and_does_not_say_so_is_told_once_and_kept(
    analyzer: FaceAnalyzer, shared_media: Path, quarters: int
) -> None:
    image = read_picture(shared_media / "faces" / "single_face.jpg")
    (upright,) = faces_of(analyzer, image)
    turned = np.ascontiguousarray(np.rot90(image, quarters))
    found = [frame.faces for frame in analyzer.analyze(Frame(index, index / 5, turned) for index in range(12))]
    assert [[face.face_id for face in faces] for faces in found] == [[0]] * 12
    for (face,) in found:
        apart_deg = (face.values["roll"] - upright.values["roll"] + 90 * quarters + 180) % 360 - 180
        assert apart_deg == pytest.approx(0, abs=4)
        assert face.is_valid


def test_small_faces_that_lie_are_found_as_they_lie(analyzer: FaceAnalyzer, shared_media: Path) -> None:
    portrait = read_picture(shared_media / "portraits" / "B001135.jpg")
    small = cv2.resize(portrait, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    picture = np.full((1080, 1920, 3), 120, np.uint8)
    lying = np.rot90(small)
    picture[500 : 500 + lying.shape[0], 900 : 900 + lying.shape[1]] = lying
    (face,) = faces_of(analyzer, picture)
    assert face.values["roll"] == pytest.approx(-90, abs=15)
    assert face.values["face box width"] < 120


def test_a_blurred_room_is_no_face(analyzer: FaceAnalyzer, shared_media: Path) -> None:
    with open_media(shared_media / "field" / "false_face_in_blurred_room.mp4") as medium:
        frames = (frame for frame in medium.frames() if frame.index >= 240)
        found = [(frame.time_s, frame.faces) for frame in analyzer.analyze(frames)]
    assert [time_s for time_s, faces in found if len(faces) > 1] == []
    assert all(faces[0].is_valid for _, faces in found)


@pytest.mark.parametrize("mesh", list(Mesh))
def test_a_face_that_leaves_fast_and_comes_back_is_one(models: Models, tmp_path: Path, mesh: Mesh) -> None:
    """The demo clip: it goes out by half its width from one frame to the next, the last time half cut."""
    write_demo_clip(tmp_path / "demo.mp4")
    with open_media(tmp_path / "demo.mp4") as medium:
        frames = (frame for frame in medium.frames() if 2.8 <= frame.time_s < 5.2)
        analyzed = FaceAnalyzer(models, mesh=mesh, max_faces=50).analyze(frames)
        found = [[face.face_id for face in frame.faces] for frame in analyzed]
    assert found[:12] + found[-16:] == [[0]] * 28
    assert all(face_ids in ([], [0]) for face_ids in found[12:-16])
