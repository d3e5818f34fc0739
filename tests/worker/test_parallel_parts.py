"""A video in parts that are measured in parallel: its division, its results, and the failure of a part."""

import threading
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.analysis.media.frames import MediaInfo, MediaLimits
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import MEASURED, FrameMetrics
from chalicelib.domain.measurements.stretch import WHOLE
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.recipes import RECIPES, Recipe
from chalicelib.domain.segments import PARALLEL_LEAD_IN_S, SegmentPlan
from chalicelib.errors import MediaError
from chalicelib.formats.partial_metrics import PartialCounts, PartialMetricsWriter
from chalicelib.local.demo_clip import write_demo_clip
from chalicelib.worker.parallel_parts import measured_in_parallel, parallel_plan
from chalicelib.worker.part_measurer import PartMeasurer, span_of
from chalicelib.worker.part_process import PartAnswer, PartProcess, PartRequest, RunningPart
from tests.media_factory import damage_packets, noise, write_video

CLIP_S, FPS = 13.0, 4
LIMITS = MediaLimits()
# Largest differences to one pass, in points, pixels and degrees.
TOLERANCE = 8.0
VIDEO = MediaInfo("video", "mov", 640, 360, begins_s=0.5, duration_s=20.0, frames_total=500)


class Ended(PartProcess):
    """Has measured these frames already, whatever it is asked for, or ends with a fault of the file."""

    def __init__(
        self, frames: list[FrameMetrics], fault: str | None = None, counts: PartialCounts | None = None
    ) -> None:
        super().__init__(Path("nowhere"))
        self.is_closed = False
        self._measured, self._fault = frames, fault
        self._counts = counts or PartialCounts(len(frames), 0, len(frames))

    def measure(self, request: PartRequest, while_waiting: Callable[[], None]) -> RunningPart:
        with request.part_path.open("wb") as stream:
            writer = PartialMetricsWriter(stream, MEASURED.names)
            for frame in self._measured:
                writer.write(frame)
            if self._fault is None:
                writer.close(self._counts)
        here, there = Pipe()
        there.send(PartAnswer(len(self._measured), 0, True, self._fault))
        there.close()
        return _WatchedPart(self, request.part_path, here, while_waiting, lambda: None)


class _WatchedPart(RunningPart):
    def __init__(self, process: Ended, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._process = process

    def close(self) -> None:
        super().close()
        self._connection.close()
        self._process.is_closed = True


class Notes:
    """Keeps what is reported."""

    def __init__(self) -> None:
        self.went_on = 0
        self.measured: Callable[[], int] = int

    def count_elsewhere(self, measured: Callable[[], int]) -> None:
        self.measured = measured

    def go_on(self) -> None:
        self.went_on += 1


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("media") / "clip.mp4"
    write_demo_clip(path, seconds=CLIP_S, fps=FPS, size_px=(320, 180))
    return path


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """No one is in it."""
    return write_video(tmp_path_factory.mktemp("media") / "plain.mp4", times_ms=range(0, 13_000, 250))


@pytest.fixture
def measurer(models: Models) -> PartMeasurer:
    return PartMeasurer(models, limits=LIMITS)


def _recipe() -> Recipe:
    recipe = RECIPES[JobName.SDK_METRICS]
    assert recipe is not None
    return recipe


def _plan(path: Path) -> SegmentPlan:
    with open_media(path) as medium:
        plan = parallel_plan(medium.info, _recipe())
    assert plan is not None
    return plan


def _one_pass(measurer: PartMeasurer, path: Path) -> list[FrameMetrics]:
    with measurer.open(path, _recipe(), lambda: None) as media, closing(measurer.whole(media, _recipe())) as measured:
        return list(measured)


def _measured(
    measurer: PartMeasurer,
    path: Path,
    process: PartProcess | None = None,
    plan: SegmentPlan | None = None,
    notes: Notes | None = None,
) -> Generator[FrameMetrics]:
    plan = plan or _plan(path)
    return measured_in_parallel(
        measurer, path, _recipe(), plan, notes or Notes(), directory=path.parent, processes=[process] if process else []
    )


def _halved(
    measurer: PartMeasurer, path: Path, process: PartProcess | None = None, plan: SegmentPlan | None = None
) -> list[FrameMetrics]:
    with closing(_measured(measurer, path, process, plan)) as measured:
        return list(measured)


def _times(frames: list[FrameMetrics]) -> list[float]:
    return [frame.time_s for frame in frames]


def _from_lead_in(frames: list[FrameMetrics], plan: SegmentPlan) -> list[FrameMetrics]:
    return [frame for frame in frames if frame.time_s >= (plan.segment(1).lead_in_s or 0.0)]


def test_a_video_is_divided_near_its_middle() -> None:
    plan = parallel_plan(VIDEO, _recipe())
    assert plan is not None
    first, second = plan.segment(0), plan.segment(1)
    assert (first.lead_in_s, first.start_s, second.end_s) == (None, None, None)
    assert first.end_s == second.start_s == pytest.approx(10.9)
    assert second.lead_in_s == pytest.approx(10.9 - PARALLEL_LEAD_IN_S)
    minute = parallel_plan(replace(VIDEO, duration_s=60.0), _recipe())
    assert minute is not None
    assert minute.seam_s(1) == pytest.approx(0.5 + 29.2)  # who is first writes the results of both


@pytest.mark.parametrize(
    ("duration_s", "count"), [(12.0, 2), (239.0, 2), (240.0, 4), (300.0, 4), (361.0, 6), (7200.0, 16)]
)
def test_a_longer_video_has_more_parts_in_pairs(duration_s: float, count: int) -> None:
    plan = parallel_plan(replace(VIDEO, duration_s=duration_s), _recipe())
    assert plan is not None
    assert plan.count == count
    assert plan.seam_s(count // 2) == pytest.approx(0.5 + duration_s / 2, abs=0.06 * duration_s)


@pytest.mark.parametrize(
    "info",
    [
        replace(VIDEO, duration_s=11.9),
        replace(VIDEO, duration_s=None),
        replace(VIDEO, kind="animation"),
        replace(VIDEO, format_name="avi"),
        replace(VIDEO, width_px=1920, height_px=1080),
    ],
    ids=["short", "of unknown length", "animation", "no index", "large"],
)
def test_what_is_not_halved(info: MediaInfo) -> None:
    assert parallel_plan(info, _recipe()) is None


def test_halves_give_what_one_pass_gives(measurer: PartMeasurer, clip: Path) -> None:
    expected, found = _one_pass(measurer, clip), _halved(measurer, clip)
    assert _times(found) == _times(expected)
    assert [[face.face_id for face in frame.faces] for frame in found] == [
        [face.face_id for face in frame.faces] for frame in expected
    ]
    for ours, theirs in zip(found, expected, strict=True):
        for our_face, their_face in zip(ours.faces, theirs.faces, strict=True):
            assert our_face.invalid_reasons == their_face.invalid_reasons
            assert our_face.values == pytest.approx(their_face.values, abs=TOLERANCE)
    before = int(_plan(clip).seam_s(1) * FPS)
    assert found[:before] == expected[:before]
    assert any(frame.faces for frame in found[before:])


@pytest.mark.slow
@pytest.mark.parametrize("after_seam_s", [-2.5, -0.5, 0.0, 0.5])
def test_halves_agree_with_one_pass_across_a_change_of_person(
    measurer: PartMeasurer, shared_media: Path, tmp_path: Path, after_seam_s: float
) -> None:
    """One tile of a call has another person, long before the seam, shortly before, at it and after it."""
    changes_s = _plan(_call(shared_media, tmp_path, CLIP_S)).seam_s(1) + after_seam_s
    call = _call(shared_media, tmp_path, changes_s)
    expected, found = (
        [[face.face_id for face in frame.faces] for frame in way(measurer, call)] for way in (_one_pass, _halved)
    )
    assert found == expected
    assert {face_id for frame in expected for face_id in frame} == {0, 1, 2}


def _call(media: Path, folder: Path, changes_s: float) -> Path:
    """Two persons who sway side by side, one of whom gives the place to a third at `changes_s`."""
    paths = sorted((media / "portraits").glob("*.jpg"))[:60:20]
    persons = [np.asarray(cv2.resize(np.asarray(cv2.imread(str(path))), (160, 180)), np.uint8) for path in paths]

    def picture(index: int) -> NDArray[np.uint8]:
        seen = (persons[0 if index / FPS < changes_s else 2], persons[1])
        left, right = (np.roll(each, round(4 * np.sin(index / 3 + place)), axis=1) for place, each in enumerate(seen))
        return np.ascontiguousarray(np.hstack([left, right]))

    times_ms = range(0, round(CLIP_S * 1000), 1000 // FPS)
    return write_video(folder / f"call-{changes_s:.2f}.mp4", times_ms=times_ms, picture=picture)


def test_halves_that_do_not_fit_together_are_measured_in_one_pass(measurer: PartMeasurer, plain: Path) -> None:
    whole = _one_pass(measurer, plain)
    for wrong in ([], whole[30:], [replace(frame, time_s=frame.time_s + 0.001) for frame in whole[16:]]):
        second = Ended(wrong)
        assert _halved(measurer, plain, second) == whole
        assert second.is_closed


def test_parts_of_which_the_middle_ones_do_not_fit_are_measured_in_one_pass(
    measurer: PartMeasurer, plain: Path
) -> None:
    whole, plan = _one_pass(measurer, plain), replace(_plan(plain), count=3, segment_s=4.0)
    second = Ended([replace(frame, time_s=frame.time_s + 0.001) for frame in whole])
    assert _halved(measurer, plain, second, plan) == whole
    assert second.is_closed
    assert _times(_halved(measurer, plain, None, plan)) == _times(whole)


def test_a_video_that_ends_before_its_middle_is_measured_in_one_pass(measurer: PartMeasurer, plain: Path) -> None:
    plan = replace(_plan(plain), segment_s=500.0, duration_s=1000.0)
    second = Ended([])
    assert _halved(measurer, plain, second, plan) == _one_pass(measurer, plain)
    assert second.is_closed


def test_a_second_half_that_cannot_be_read_at_all_is_left_to_one_pass(measurer: PartMeasurer, plain: Path) -> None:
    assert _halved(measurer, plain, Ended([], "No.")) == _one_pass(measurer, plain)


def test_what_is_wrong_with_the_second_half_rises_after_its_frames(measurer: PartMeasurer, plain: Path) -> None:
    second = Ended(_from_lead_in(_one_pass(measurer, plain), _plan(plain))[:-3], "The rest is missing.")
    measured = _measured(measurer, plain, second)
    assert [next(measured).time_s for _ in range(52 - 3)] == [index / 4 for index in range(52 - 3)]
    with pytest.raises(MediaError, match="missing"):
        next(measured)
    assert second.is_closed


def test_too_much_that_cannot_be_decoded_is_seen_in_both_halves_together(measurer: PartMeasurer, plain: Path) -> None:
    frames = _from_lead_in(_one_pass(measurer, plain), _plan(plain))
    with pytest.raises(MediaError, match="can be decoded"):
        _halved(measurer, plain, Ended(frames, counts=PartialCounts(packets=200, refused=150, frames=34)))


@pytest.mark.parametrize(("first", "count"), [(10, 3), (10, 8), (70, 3), (70, 8), (42, 9)])
def test_damage_is_forgiven_or_refused_as_in_one_pass(
    measurer: PartMeasurer, tmp_path: Path, first: int, count: int
) -> None:
    """One key frame at the beginning: the second half decodes all of the first."""
    path = write_video(tmp_path / "clip.mp4", times_ms=range(0, 20_000, 200), picture=_faint_noise, codec="libx264")
    damage_packets(path, lambda index: first <= index < first + count)

    def outcome(measured: Callable[[PartMeasurer, Path], list[FrameMetrics]]) -> list[float] | str:
        try:
            return _times(measured(measurer, path))
        except MediaError as error:
            return str(error)

    assert outcome(_halved) == outcome(_one_pass)


def _faint_noise(index: int) -> NDArray[np.uint8]:
    """Noise that no encoder can make small, but which is not taken for something new to search."""
    return noise(index) // 16 + np.uint8(100)


def test_without_a_frame_that_both_have_seen_one_pass_it_is(measurer: PartMeasurer, tmp_path: Path) -> None:
    path = write_video(tmp_path / "slow.mp4", times_ms=range(0, 30_000, 3000))
    second = Ended([])
    assert _halved(measurer, path, second) == _one_pass(measurer, path)
    assert second.is_closed


def test_closing_at_any_moment_leaves_no_thread(measurer: PartMeasurer, plain: Path) -> None:
    plan = _plan(plain)
    before = {thread.ident for thread in threading.enumerate() if not thread.name.startswith("crew")}
    for taken in (0, 1, int(plan.seam_s(1) * FPS) + 10):
        with closing(_measured(measurer, plain)) as measured:
            for _ in range(taken):
                next(measured)
        left = {thread.ident for thread in threading.enumerate() if not thread.name.startswith("crew")}
        assert left <= before


def test_frames_count_when_they_are_measured(measurer: PartMeasurer, plain: Path) -> None:
    notes = Notes()
    with closing(_measured(measurer, plain, notes=notes)) as measured:
        next(measured)
        assert notes.measured() == CLIP_S * FPS
    assert notes.went_on >= CLIP_S * FPS


def test_what_is_done_before_the_second_half_is_reported_too(measurer: PartMeasurer, plain: Path) -> None:
    notes = Notes()
    span = span_of(_plan(plain).segment(1), _plan(plain), WHOLE)
    measurer.measure(plain, _recipe(), span, plain.with_name("part"), iter, while_skipping=notes.go_on)
    assert notes.went_on > 0
