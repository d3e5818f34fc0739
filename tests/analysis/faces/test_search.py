import numpy as np

from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.search import VIDEO_MAX_SIDE_PX, FaceSearch
from chalicelib.analysis.faces.thumbnails import sampled_grey
from chalicelib.analysis.faces.tiling import STILL_MAX_SIDE_PX, search_windows
from chalicelib.analysis.media.frames import Frame
from tests.analysis.network_fakes import FakeModels

_NOBODY = np.empty((0, 4))


def _blind() -> FakeModels:
    return FakeModels(np.zeros((1, 2304, 16), np.float32), np.zeros((1, 2304, 1), np.float32))


def _frame(index: int, width: int = 300, height: int = 200) -> Frame:
    image = np.random.default_rng(index).integers(0, 255, (height, width, 3), dtype=np.uint8)
    return Frame(index, index / 25, image)


def _everywhere(search: FaceSearch, frame: Frame) -> None:
    search.everywhere(frame, sampled_grey(frame.image))


def test_the_first_frame_is_searched_most_thoroughly_unless_it_continues_a_video() -> None:
    frame = _frame(0, 3000, 40)
    for continues, side in ((False, STILL_MAX_SIDE_PX), (True, VIDEO_MAX_SIDE_PX)):
        network = _blind()
        search = FaceSearch(FaceDetector(network), continues=continues)
        _everywhere(search, frame)
        first = len(network.inputs)
        assert first == len(search_windows(side, round(40 * side / 3000)))
        _everywhere(search, frame)
        assert len(network.inputs) - first == len(
            search_windows(VIDEO_MAX_SIDE_PX, round(40 * VIDEO_MAX_SIDE_PX / 3000))
        )


def test_in_turn_little_is_searched_in_a_frame() -> None:
    network = _blind()
    search = FaceSearch(FaceDetector(network))
    _everywhere(search, _frame(0))
    before = len(network.inputs)
    for index in range(1, 26):
        frame = _frame(index)
        assert all(len(found) == 0 for found in search.in_turn(frame, sampled_grey(frame.image), _NOBODY))
    assert before < len(network.inputs) - before + 4 <= before + 8


def test_a_frame_of_another_size_is_searched_everywhere() -> None:
    network = _blind()
    search = FaceSearch(FaceDetector(network))
    _everywhere(search, _frame(0))
    before = len(network.inputs)
    frame = _frame(1, 500, 400)
    search.in_turn(frame, sampled_grey(frame.image), _NOBODY)
    assert len(network.inputs) - before == len(search_windows(500, 400))
