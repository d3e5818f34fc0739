import numpy as np
import pytest

from chalicelib.analysis.faces.detector import FaceDetector, Window
from tests.analysis.network_fakes import FakeModels


def _answer_at(row: int, column: int, score: float) -> FakeModels:
    """A face of 40 x 60 input pixels centred 2 right of and 1 above the centre of a cell, eyes 10 either side."""
    regressors, scores = np.zeros((1, 2304, 16), np.float32), np.zeros((1, 2304, 1), np.float32)
    regressors[0, row * 48 + column, :8] = (2, -1, 40, 60, -10, 0, 10, 0)
    scores[0, row * 48 + column] = score
    return FakeModels(regressors, scores)


def test_a_box_comes_back_in_pixels_of_the_picture() -> None:
    image = np.zeros((300, 800, 3), np.uint8)
    # The window is 384 x 192: scale 1/2, 48 rows of black above and below.
    found = FaceDetector(_answer_at(24, 10, 0.9)).detect(image, Window(100, 50, 384, 192))
    centre_x, centre_y = 100 + (10.5 * 4 + 2) * 2, 50 + (24.5 * 4 - 1 - 48) * 2
    assert found.boxes[0] == pytest.approx([centre_x - 40, centre_y - 60, centre_x + 40, centre_y + 60])
    assert found.eyes[0, :, 0] == pytest.approx([100 + (42 - 10) * 2, 100 + (42 + 10) * 2])
    assert found.eyes[0, :, 1] == pytest.approx([50 + (98 - 48) * 2] * 2)
    assert found.scores == pytest.approx([0.9])


def test_what_scores_too_low_is_not_found() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    assert len(FaceDetector(_answer_at(5, 5, 0.4), min_score=0.5).detect(image, Window(0, 0, 100, 100))) == 0


def test_the_input_is_rgb_between_minus_one_and_one_on_black() -> None:
    image = np.full((96, 192, 3), (255, 0, 127), np.uint8)
    models = _answer_at(0, 0, 0.0)
    FaceDetector(models).detect(image, Window(0, 0, 192, 96))
    (blob,) = models.inputs
    assert blob.shape == (1, 3, 192, 192)
    assert blob[0, :, 96, 96] == pytest.approx([(127 - 127.5) / 127.5, -1, 1], abs=1e-6)
    assert blob[0, :, 10, 96] == pytest.approx([-1, -1, -1])


def test_one_face_seen_by_neighbouring_cells_is_one() -> None:
    models = _answer_at(20, 20, 0.9)
    regressors, scores = (answer.copy() for answer in models._answers)
    regressors[0, 20 * 48 + 21], scores[0, 20 * 48 + 21] = regressors[0, 20 * 48 + 20], 0.8
    found = FaceDetector(FakeModels(regressors, scores)).detect(
        np.zeros((192, 192, 3), np.uint8), Window(0, 0, 192, 192)
    )
    assert found.scores == pytest.approx([0.9])


def test_a_face_in_a_turned_window_comes_back_turned() -> None:
    # 192 x 192 turned by a quarter: what is 20 above the centre of the input is 20 to the right in the picture.
    models = _answer_at(18, 23, 0.9)
    found = FaceDetector(models).detect(np.zeros((192, 192, 3), np.uint8), Window(0, 0, 192, 192, turn_deg=90))
    x, y = 23.5 * 4 + 2 - 96, 18.5 * 4 - 1 - 96
    centre = (96 - y, 96 + x)
    assert found.boxes[0] == pytest.approx([centre[0] - 20, centre[1] - 30, centre[0] + 20, centre[1] + 30])
    across = found.eyes[0, 1] - found.eyes[0, 0]
    assert across == pytest.approx([0, 20], abs=1e-9)


def test_a_turned_window_shows_the_picture_turned_back() -> None:
    image = np.zeros((192, 192, 3), np.uint8)
    image[80:112, 150:180] = 255
    models = _answer_at(0, 0, 0.0)
    FaceDetector(models).detect(image, Window(0, 0, 192, 192, turn_deg=90))
    (blob,) = models.inputs
    # What lies right of the centre is the top of a head that lies on its side, so it is shown above.
    assert blob[0, 0, 30, 96] == pytest.approx(1, abs=0.01)
    assert blob[0, 0, 96, 165] == pytest.approx(-1, abs=0.01)


def _near_answer(anchor: int) -> FakeModels:
    """A face of 40 x 40 input pixels centred on an anchor of the short-range network, eyes 10 either side."""
    regressors, scores = np.zeros((1, 896, 16), np.float32), np.zeros((1, 896, 1), np.float32)
    regressors[0, anchor, :8] = (0, 0, 40, 40, -10, -5, 10, -5)
    scores[0, anchor] = 0.9
    return FakeModels(regressors, scores)


@pytest.mark.parametrize(
    ("anchor", "centre"),
    [
        (0, (4, 4)),
        (1, (4, 4)),
        (2, (12, 4)),
        (32, (4, 12)),
        (511, (124, 124)),
        (512, (8, 8)),
        (518, (24, 8)),
        (895, (120, 120)),
    ],
)
def test_a_near_face_comes_back_in_pixels_of_the_picture_also_beyond_its_edge(
    anchor: int, centre: tuple[int, int]
) -> None:
    # The window is twice as large as the network's input, and reaches 28 pixels beyond the picture on each side.
    image = np.zeros((200, 200, 3), np.uint8)
    found = FaceDetector(_near_answer(anchor)).detect(image, Window(-28, -28, 256, 256, is_near=True))
    x, y = 2 * centre[0] - 28, 2 * centre[1] - 28
    assert found.boxes[0] == pytest.approx([x - 40, y - 40, x + 40, y + 40])
    assert found.eyes[0] == pytest.approx(np.array([[x - 20, y - 10], [x + 20, y - 10]]))


def test_a_window_beyond_the_picture_shows_it_on_black_where_it_is() -> None:
    image = np.full((100, 200, 3), 255, np.uint8)
    models = _near_answer(0)
    FaceDetector(models).detect(image, Window(-28, -28, 256, 156, is_near=True))
    (blob,) = models.inputs
    assert blob.shape == (1, 3, 128, 128)
    lit = blob[0, 0] > 0
    # Scale 1/2: 14 columns of black on either side, and 25 + 14 rows above and below.
    assert np.flatnonzero(lit.any(axis=0))[[0, -1]].tolist() == [14, 113]
    assert np.flatnonzero(lit.any(axis=1))[[0, -1]].tolist() == [39, 88]
    assert blob[0, 0, 64, 64] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("window", [Window(500, 0, 100, 100), Window(-300, -300, 200, 200, is_near=True)])
def test_a_window_outside_the_picture_shows_nothing(window: Window) -> None:
    models = _near_answer(0) if window.is_near else _answer_at(0, 0, 0.0)
    FaceDetector(models).detect(np.full((50, 50, 3), 255, np.uint8), window)
    assert models.inputs[0].max() == -1
