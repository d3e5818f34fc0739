"""Tests what the analysis shows on real pictures and videos."""

import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import cv2
import numpy as np
import pytest

from chalicelib.analysis.analyzer import BATCH, FaceAnalyzer
from chalicelib.analysis.media.frames import Frame
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import (
    BASELINE_NAMES,
    EXPRESSION_NAMES,
    MEASURED,
    METRICS,
    TWO_SIDED_NAMES,
    FaceMetrics,
    FrameMetrics,
    side_name,
)
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.domain.requests.recipes import Mesh
from chalicelib.errors import MediaError
from chalicelib.local.demo_clip import write_demo_clip
from tests.analysis.conftest import Measure, faces_of, read_picture

_SEVEN = ("anger", "contempt", "disgust", "fear", "joy", "sadness", "surprise")
_SMILERS_MIN_SMILE = 60
_NEUTRAL_MAX_EMOTION, _NEUTRAL_MAX_SCORE = 20, 30


def _leading_emotion(face: FaceMetrics) -> str:
    return max(_SEVEN, key=lambda name: face.values[name])


def _ids(results: list[FrameMetrics]) -> set[int]:
    return {face.face_id for result in results for face in result.faces}


def _counts(results: list[FrameMetrics]) -> list[int]:
    return [len(result.faces) for result in results]


def test_every_face_has_every_metric_in_its_range(measured: Measure) -> None:
    (result,) = measured("faces/multi_face.jpg")
    assert result.time_s == 0
    for face in result.faces:
        assert tuple(face.values) == tuple(metric.name for metric in METRICS)
        for metric in METRICS:
            value = face.values[metric.name]
            assert np.isfinite(value)
            assert metric.minimum is None or value >= metric.minimum
            assert metric.maximum is None or value <= metric.maximum


@pytest.mark.parametrize(
    ("name", "faces"),
    [
        ("faces/single_face.jpg", 1),
        ("faces/multi_face.jpg", 5),
        ("crowds/16.jpg", 9),
        ("crowds/2.jpg", 4),
        ("crowds/19.jpg", 5),
        ("crowds/21.jpg", 5),
        ("crowds/13.jpg", 2),
        ("crowds/18.jpg", 6),
        ("crowds/23.jpg", 3),
        ("no-face/free-mountain-vector-01.jpg", 0),
    ],
)
def test_faces_are_counted_in_pictures(measured: Measure, name: str, faces: int) -> None:
    (result,) = measured(name)
    assert [face.face_id for face in result.faces] == list(range(faces))


def test_fifty_of_more_faces_are_measured(measured: Measure) -> None:
    (result,) = measured("crowds/26.jpg")
    assert len(result.faces) == 50


def test_the_light_mesh_counts_the_same(models: Models, shared_media: Path) -> None:
    light = FaceAnalyzer(models, mesh=Mesh.LIGHT, max_faces=50)
    faces = faces_of(light, read_picture(shared_media / "crowds/16.jpg"))
    assert len(faces) == 9


def test_one_allowed_face_is_the_largest(models: Models, shared_media: Path, measured: Measure) -> None:
    (all_faces,) = measured("faces/multi_face.jpg")
    one = FaceAnalyzer(models, mesh=Mesh.ATTENTION, max_faces=1)
    (face,) = faces_of(one, read_picture(shared_media / "faces/multi_face.jpg"))
    assert face.values == all_faces.faces[0].values


@pytest.mark.parametrize(("limit", "left_out"), [(1, 11), (4, 8), (12, 0), (13, 0)])
def test_faces_beyond_the_limit_are_counted(models: Models, shared_media: Path, limit: int, left_out: int) -> None:
    face = cv2.resize(read_picture(shared_media / "faces/single_face.jpg"), (320, 320))
    crowd = np.tile(face, (3, 4, 1)).astype(np.uint8)
    analyzer = FaceAnalyzer(models, mesh=Mesh.LIGHT, max_faces=limit)
    (first, second) = analyzer.analyze([Frame(0, 0.0, crowd), Frame(1, 0.04, crowd)])
    assert len(first.faces) == len(second.faces) == min(limit, 12)
    assert first.faces_left_out == second.faces_left_out == left_out


def test_one_face_is_one_identity_over_a_clip(measured: Measure) -> None:
    results = measured("videos/WolfgangLanger_Pexels.mp4")
    assert len(results) == 472
    assert set(_counts(results)) == {1}
    assert _ids(results) == {0}
    times = [result.time_s for result in results]
    assert times == sorted(set(times))


def test_a_hand_before_the_mouth_is_told_from_open_and_smiling_mouths(measured: Measure) -> None:
    marked = [
        (result.time_s, InvalidReason.MOUTH_COVERED in face.invalid_reasons)
        for result in measured("videos/WolfgangLanger_Pexels.mp4")
        for face in result.faces
    ]
    for begin_s, end_s, least in ((2.6, 3.9, 0.8), (4.0, 9.3, 0.95)):  # over chin and lower lip, over half the mouth
        assert np.mean([is_marked for time_s, is_marked in marked if begin_s < time_s < end_s]) > least
    assert not any(is_marked for time_s, is_marked in marked if time_s < 2.3 or time_s > 9.7)


def test_nothing_is_a_face_in_a_clip_without_one(measured: Measure) -> None:
    results = measured("no-face/no_face.mp4")
    assert len(results) > 90
    assert set(_counts(results)) == {0}


@pytest.mark.slow
def test_a_face_is_measured_only_while_it_is_visible(measured: Measure) -> None:
    leaving, entering = measured("videos/face_noface.mov"), measured("videos/noface_face.mov")
    assert _counts(leaving) == [1] * 72 + [0] * 97
    # The last frame of the second clip is a cut back to the part without a face.
    assert _counts(entering) == [0] * 96 + [1] * 72 + [0]
    assert _ids(leaving) == _ids(entering) == {0}


@pytest.mark.parametrize("name", ["faces/single_face.jpg", "faces/0-f15-hao-ph.jpg"])
def test_a_smile_reads_as_smile_and_joy(measured: Measure, name: str) -> None:
    (result,) = measured(name)
    (face,) = result.faces
    assert _leading_emotion(face) == "joy"
    assert face.values["smile"] > 90
    assert face.values["valence"] > 40


def test_the_three_women_smile(measured: Measure) -> None:
    (result,) = measured("faces/multi_face.jpg")
    # From the left: a man with sunglasses, a woman, a man, two women.
    by_left = sorted(result.faces, key=lambda face: face.values["face box left"])
    women = [by_left[1], by_left[3], by_left[4]]
    assert all(_leading_emotion(face) == "joy" for face in women)
    assert all(face.values["smile"] >= _SMILERS_MIN_SMILE for face in women)


@pytest.mark.parametrize(
    ("name", "emotion"),
    [
        ("faces/0-f1-su-ph.jpg", "surprise"),
        ("faces/15-f13-anc-ph.jpg", "anger"),
    ],
)
def test_a_posed_emotion_leads(measured: Measure, name: str, emotion: str) -> None:
    (result,) = measured(name)
    assert _leading_emotion(result.faces[0]) == emotion


def test_a_face_turned_far_away_is_not_valid(measured: Measure) -> None:
    (result,) = measured("faces/45-m7-di-ph.jpg")
    (face,) = result.faces
    assert InvalidReason.TURNED in face.invalid_reasons


def test_a_neutral_face_scores_little_and_its_smile_is_seen(measured: Measure) -> None:
    faces = [result.faces[0] for result in measured("videos/single_face.mp4")]
    for name in (*_SEVEN, *EXPRESSION_NAMES):
        if name != "attention":
            most = _NEUTRAL_MAX_EMOTION if name in _SEVEN else _NEUTRAL_MAX_SCORE
            assert np.median([face.values[name] for face in faces[:20]]) <= most, name
    assert np.median([face.values["attention"] for face in faces[:20]]) > 90
    assert np.median([face.values["smile"] for face in faces[-20:]]) > 80


def test_single_frames_have_levels_which_are_not_clipped(analyzer: FaceAnalyzer, shared_media: Path) -> None:
    (result,) = analyzer.analyze([Frame(0, 0.0, read_picture(shared_media / "faces/0-f1-su-ph.jpg"))])
    (face,) = result.faces
    assert tuple(face.values) == MEASURED.names
    levels = [face.values[name] for name in BASELINE_NAMES]
    assert min(levels) < 0
    assert max(levels) > 100


def test_the_mirror_image_has_the_sides_exchanged(models: Models, shared_media: Path) -> None:
    analyzer = FaceAnalyzer(models, mesh=Mesh.ATTENTION, max_faces=1, sides=True, in_threads=False)
    pictures = [
        read_picture(shared_media / f"faces/{name}.jpg") for name in ("15-f13-anc-ph", "0-f15-hao-ph", "single_face")
    ]
    ours: list[float] = []
    mirrored: list[float] = []
    for image in pictures:
        frames = [Frame(0, 0.0, each) for each in (image, np.ascontiguousarray(image[:, ::-1]))]
        faces = [next(iter(analyzer.analyze([frame]))).faces[0] for frame in frames]
        assert tuple(faces[0].values) == MEASURED.with_sides().names
        for differences, face in zip((ours, mirrored), faces, strict=True):
            sides = [[face.values[side_name(name, side)] for side in ("left", "right")] for name in TWO_SIDED_NAMES]
            differences += [left - right for left, right in sides]
    assert np.corrcoef(ours, mirrored)[0, 1] < -0.6


def test_the_same_frames_give_the_same_numbers(analyzer: FaceAnalyzer, shared_media: Path, measured: Measure) -> None:
    again = faces_of(analyzer, read_picture(shared_media / "faces/multi_face.jpg"))
    (before,) = measured("faces/multi_face.jpg")
    assert again == before.faces


def test_without_threads_the_numbers_are_the_same_and_no_thread_is_started(models: Models, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write_demo_clip(path, seconds=2.0, fps=12, size_px=(320, 180))
    with open_media(path) as medium:
        frames = list(medium.frames())
    with_threads, without = (
        FaceAnalyzer(models, mesh=Mesh.LIGHT, max_faces=50, in_threads=in_threads) for in_threads in (True, False)
    )
    expected = list(with_threads.analyze(frames))
    before = {thread.ident for thread in threading.enumerate()}
    found = []
    for frame in without.analyze(frames):
        assert {thread.ident for thread in threading.enumerate()} <= before
        found.append(frame)
    assert found == expected
    assert any(frame.faces for frame in found)


def test_results_come_while_frames_come_and_few_frames_are_taken_ahead(analyzer: FaceAnalyzer) -> None:
    asked: list[int] = []
    closed = threading.Event()

    def endless() -> Iterator[Frame]:
        try:
            for index in count():
                asked.append(index)
                yield Frame(index, index / 25, np.zeros((48, 64, 3), np.uint8))
        finally:
            closed.set()

    threads = threading.active_count()
    with closing(analyzer.analyze(endless())) as results:
        assert [next(results).time_s for _ in range(3)] == [0, 0.04, 0.08]
        time.sleep(0.3)
        assert len(asked) <= 3 + 2 * BATCH  # what is measured, and what waits before and behind it
    assert threading.active_count() == threads
    assert closed.wait(5)


def test_frames_that_fill_the_memory_are_taken_one_by_one(analyzer: FaceAnalyzer) -> None:
    images: list[weakref.ref[np.ndarray]] = []
    alive: list[int] = []

    def large() -> Iterator[Frame]:
        for index in range(6):
            image = np.zeros((4000, 6000, 3), np.uint8)
            images.append(weakref.ref(image))
            alive.append(sum(reference() is not None for reference in images))
            yield Frame(index, index / 25, image)
            del image

    assert len(list(analyzer.analyze(large()))) == 6
    assert max(alive) <= 4  # one made, one waiting, one searched, one just left


def test_what_goes_wrong_with_a_frame_rises_after_the_frames_before_it(analyzer: FaceAnalyzer) -> None:
    def broken() -> Iterator[Frame]:
        for index in range(10):
            yield Frame(index, index / 25, np.zeros((48, 64, 3), np.uint8))
        raise MediaError("The clock jumps back.")

    threads = threading.active_count()
    times: list[float] = []
    with pytest.raises(MediaError, match="The clock jumps back"):
        times.extend(result.time_s for result in analyzer.analyze(broken()))
    assert times == [index / 25 for index in range(10)]
    assert threading.active_count() == threads


def test_whoever_waits_for_slow_frames_does_not_wait_for_many(analyzer: FaceAnalyzer) -> None:
    asked: list[int] = []

    def slow() -> Iterator[Frame]:
        for index in range(20):
            asked.append(index)
            time.sleep(0.3)
            yield Frame(index, float(index), np.zeros((48, 64, 3), np.uint8))

    with closing(analyzer.analyze(slow())) as results:
        assert next(results).time_s == 0
        assert len(asked) < 10


@pytest.mark.parametrize(("width", "height"), [(1, 1000), (2, 4000), (10, 4000), (4000, 2), (1, 1)])
def test_very_narrow_pictures_are_searched_again_and_again(analyzer: FaceAnalyzer, width: int, height: int) -> None:
    random = np.random.default_rng(0)
    images = (random.integers(0, 255, (height, width, 3), dtype=np.uint8) for _ in range(8))
    frames = [Frame(index, 0.3 * index, image) for index, image in enumerate(images)]
    assert [result.faces for result in analyzer.analyze(frames)] == [()] * 8


def test_no_frames_give_no_results(analyzer: FaceAnalyzer) -> None:
    assert list(analyzer.analyze([])) == []
