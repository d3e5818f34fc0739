"""Files of the kinds that people reported, read from next to the repository, each with its right answer."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from chalicelib.analysis.analyzer import FaceAnalyzer
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import EXPRESSION_NAMES, FrameMetrics
from chalicelib.domain.requests.recipes import Mesh
from chalicelib.errors import MediaError
from tests.analysis.conftest import calibrated


@pytest.fixture(scope="module")
def field(shared_media: Path) -> Path:
    folder = shared_media / "field"
    if not folder.is_dir():
        pytest.skip("there are no field cases next to the repository")
    return folder


@pytest.fixture(scope="module")
def analyzer(models: Models) -> FaceAnalyzer:
    return FaceAnalyzer(models, mesh=Mesh.ATTENTION, max_faces=5, in_threads=False)


def measured(analyzer: FaceAnalyzer, path: Path) -> list[FrameMetrics]:
    with open_media(path) as medium:
        return calibrated(analyzer.analyze(medium.frames()), analyzer.expressions)


def ids(frames: Iterable[FrameMetrics]) -> set[int]:
    return {face.face_id for frame in frames for face in frame.faces}


@pytest.fixture(scope="module")
def square(analyzer: FaceAnalyzer, field: Path) -> dict[str, float]:
    return means(measured(analyzer, field / "sar_control_square.mp4"))


def means(frames: list[FrameMetrics]) -> dict[str, float]:
    """The mean of each expression of face 0."""
    faces = [face for frame in frames for face in frame.faces if face.face_id == 0]
    assert len(faces) == len(frames)
    return {name: sum(face.values[name] for face in faces) / len(faces) for name in EXPRESSION_NAMES}


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("sar_pal_wide_64x45.mp4", (1024, 576)),
        ("sar_ntsc_8x9.mp4", (1152, 648)),
        ("sar_16x9.mp4", (1024, 576)),
    ],
)
def test_stored_pixels_that_are_not_square_change_no_expression(
    analyzer: FaceAnalyzer, field: Path, square: dict[str, float], name: str, size: tuple[int, int]
) -> None:
    with open_media(field / name) as medium:
        assert (medium.info.width_px, medium.info.height_px) == size
        found = means(calibrated(analyzer.analyze(medium.frames()), analyzer.expressions))
    off = [abs(found[name] - square[name]) for name in EXPRESSION_NAMES]
    assert sum(off) / len(off) < 2.5


def test_a_face_keeps_its_id_where_frames_change_their_size(analyzer: FaceAnalyzer, field: Path) -> None:
    frames = measured(analyzer, field / "size_changes.webm")
    assert ids(frames) == {0}
    widths = [frame.faces[0].values["face box width"] for frame in frames]
    # The face itself is a quarter larger in some frames than in others; the frames are one half of others.
    assert max(widths) / min(widths) < 1.4


@pytest.mark.parametrize(("name", "end_s"), [("idle_then_last_frame.mp4", 60.04), ("held_end.mp4", 9.96)])
def test_a_film_ends_when_its_container_says(field: Path, name: str, end_s: float) -> None:
    with open_media(field / name) as medium:
        *_, last = medium.frames()
    assert last.duration_s is not None
    assert last.time_s + last.duration_s == pytest.approx(end_s, abs=0.001)


@pytest.mark.parametrize(("name", "words"), [("camera.mjpeg", "raw Motion JPEG"), ("six_pages.tif", "several pages")])
def test_what_holds_several_pictures_without_times_is_refused(field: Path, name: str, words: str) -> None:
    with pytest.raises(MediaError, match=words):
        open_media(field / name)


def test_theora_is_read(analyzer: FaceAnalyzer, field: Path) -> None:
    frames = measured(analyzer, field / "theora.ogv")
    assert [frame.time_s for frame in frames] == pytest.approx([index / 25 for index in range(12)])
    assert ids(frames) == {0}


def test_white_may_be_zero_in_16_bits(analyzer: FaceAnalyzer, field: Path) -> None:
    (frame,) = measured(analyzer, field / "white_is_zero_16bit.tif")
    (face,) = frame.faces
    assert face.values["mean face luminance"] == pytest.approx(163, abs=3)
    assert face.values["smile"] > 90
