"""The parts of the benchmark: statistics, clips, processes, prices, its page; and that each section runs."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import av
import numpy as np
import pytest

from chalicelib.analysis.networks.models import ModelFile
from chalicelib.local.demo_clip import write_demo_clip
from lab.benchmark.__main__ import PERFORMANCE, main
from lab.benchmark.bench import SAMPLE, Bench
from lab.benchmark.bystanders import busy_between, busy_share
from lab.benchmark.clips import Clip, Picture, enlarged, five_faces, looped, two_faces
from lab.benchmark.contestants import Contestant, ContestantFailed
from lab.benchmark.guard import Ratios
from lab.benchmark.lambda_costs import TEMPLATE, billed_s, usd, worker_memory_mb
from lab.benchmark.ours import MODELS_DIR, recipe_of
from lab.benchmark.page import page
from lab.benchmark.runs import Run, peak_bytes
from lab.benchmark.sections import SECTIONS
from lab.benchmark.sections.end_to_end import OPPONENT, Race, section
from lab.benchmark.sections.memory import Peak
from lab.benchmark.sections.memory import section as memory_section
from lab.benchmark.statistics import speed_ratios, spread
from lab.reports.charts import Bars, bars
from lab.reports.report import Measured

_CLIP = Clip("two_faces", "two faces", Path("two.mp4"), 2)


def _run(wall_s: float, faces: dict[str, int] | None = None) -> Run:
    found = {"2": 100} if faces is None else faces
    return Run(sum(found.values()), found, wall_s, 1.5 * wall_s, 4.0, 100_000_000)


def test_a_spread_is_the_median_between_the_ends() -> None:
    assert spread([3.0, 1.0, 2.0]).text() == "2.0 (1.0-3.0)"
    with pytest.raises(ValueError, match="nothing"):
        spread([])


def test_a_run_is_compared_with_the_one_beside_it() -> None:
    """Both became slower by half in the second repeat, and the ratio stays."""
    assert speed_ratios([1.0, 1.5], [2.0, 3.0]) == spread([2.0, 2.0])


@pytest.mark.parametrize(
    ("other", "counts"),
    [
        (_run(3.0), True),
        (_run(3.0, {"2": 96, "1": 4}), True),
        (_run(3.0, {"2": 90, "1": 10}), False),
        (_run(3.0, {"2": 99}), False),
    ],
    ids=["all found", "nearly all found", "too few found", "other frames"],
)
def test_a_ratio_counts_where_both_found_the_faces_of_the_same_frames(other: Run, counts: bool) -> None:
    race = Race(_CLIP, {"multiface": [_run(1.0)], OPPONENT: [other]})
    assert race.ratio("multiface") == (spread([3.0]) if counts else None)


def test_a_ratio_that_does_not_count_misses_its_bar_and_is_explained() -> None:
    runs = {"multiface": [_run(1.0)], OPPONENT: [_run(1.0, {"0": 100})], "sdk-metrics": [_run(0.5)]}
    found = section([Race(_CLIP, runs)], "")
    assert [figure.value for figure in found.figures if figure.bar is not None] == [None, None]
    assert "of 2 faces MediaPipe found 0" in found.reading


def test_without_mediapipe_ours_is_measured_alone() -> None:
    found = section([Race(_CLIP, {"multiface": [_run(1.0)], "sdk-metrics": [_run(0.5)]})], "There is no package.")
    assert found.reading.startswith("Ours alone: There is no package.")
    assert [figure.name for figure in found.figures] == ["two_faces_multiface_fps", "two_faces_sdk_metrics_fps"]


def test_a_function_is_billed_for_its_clock_and_for_processors_that_it_lacks() -> None:
    assert worker_memory_mb(TEMPLATE.read_text(encoding="utf-8")) >= 1024
    assert billed_s(wall_s=10.0, cpu_s=10.0, memory_mb=3538) == 10.0
    assert billed_s(wall_s=10.0, cpu_s=20.0, memory_mb=1769) == 20.0
    assert usd(60.0, 1024) == pytest.approx(0.001, rel=0.001)


def test_memory_is_compared_between_lengths() -> None:
    peaks = [Peak("one face", minutes, 10, mb) for minutes, mb in ((1.0, 200.0), (10.0, 210.0), (60.0, 230.0))]
    figures = {figure.name: figure for figure in memory_section(peaks).figures}
    assert (figures["hour_growth"].value, figures["hour_growth"].fails) == (1.15, True)
    assert (figures["hour_mb"].value, figures["hour_mb"].fails) == (230, False)


def test_an_hour_that_was_not_measured_does_not_reach_its_bar() -> None:
    figures = {figure.name: figure for figure in memory_section([Peak("one face", 1.0, 10, 200.0)]).figures}
    assert figures["hour_mb"].value is None
    assert figures["hour_mb"].fails


def test_a_looped_film_has_every_frame_again_and_time_goes_on(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    write_demo_clip(film, seconds=1.0)
    with av.open(str(looped(film, tmp_path / "long.mp4", seconds=3.0))) as container:
        times_s = [frame.time for frame in container.decode(video=0)]
    assert len(times_s) == 75
    assert np.diff(times_s) == pytest.approx(0.04)


@pytest.mark.parametrize("make", [two_faces, five_faces])
def test_made_clips_have_their_size(shared_media: Path, make: Callable[[Path, int], Iterator[Picture]]) -> None:
    assert [picture.shape for picture in make(shared_media, 3)] == [(360, 640, 3)] * 3


def test_a_film_is_enlarged(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    write_demo_clip(film, seconds=0.2)
    assert [picture.shape for picture in enlarged(film, 12, (1920, 1080))] == [(1080, 1920, 3)] * 12


_ECHO = """
from lab.benchmark.runs import Run, answer
print("a library says something")

def run(request):
    print("and again")
    return Run(request["frames"], {}, 1.0, 1.0, 1.0, 1)

answer(run)
"""


def test_a_contestant_answers_whatever_its_libraries_print(tmp_path: Path) -> None:
    with Contestant((sys.executable, "-c", _ECHO), tmp_path / "log") as contestant:
        assert [contestant.run({"frames": count}).frames for count in (3, 4)] == [3, 4]


def test_a_contestant_that_ends_says_where_its_words_are(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with (
        pytest.raises(ContestantFailed, match=str(log)),
        Contestant((sys.executable, "-c", "raise SystemExit('no model')"), log),
    ):
        pass
    assert "no model" in log.read_text(encoding="utf-8")


def test_a_process_knows_the_most_memory_that_it_has_held() -> None:
    held = np.ones(300_000_000, dtype=np.uint8)
    assert peak_bytes() > held.nbytes
    del held
    assert peak_bytes() > 300_000_000


def test_work_is_compared_with_the_kernel_beside_it() -> None:
    def kernel() -> None:
        sum(range(2_000_000))

    def thrice() -> None:
        sum(range(6_000_000))

    assert 2.0 < Ratios({"thrice": thrice}, kernel).measure(5)["thrice"] < 4.5


def test_other_work_is_what_is_not_idle() -> None:
    assert busy_between((1000, 400), (1200, 550)) == 0.25
    share = busy_share(0.05)
    assert share is None or 0 <= share <= 1


def test_a_job_without_an_analysis_has_no_speed() -> None:
    with pytest.raises(ValueError, match="no-op"):
        recipe_of("no-op")


def test_bars_are_a_picture_with_every_number() -> None:
    drawing = bars(title="A <b>", labels=["x", "y"], groups=[Bars("ours", [10, 20]), Bars("theirs", [5, 7])])
    root = ET.fromstring(drawing)  # noqa: S314  # our own
    words = "".join(root.itertext())
    assert all(word in words for word in ("A <b>", "ours", "theirs", "10", "20", "5", "7"))


def test_the_committed_page_is_that_of_the_committed_numbers() -> None:
    report = PERFORMANCE.merged({})
    assert PERFORMANCE.document.read_text(encoding="utf-8") == page(report), "run `make bench`"


def test_a_sentence_says_which_sections_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "nothing"]) == 2
    assert "no section nothing" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_runs_and_finds_numbers(name: str, tmp_path: Path) -> None:
    if not all((MODELS_DIR / file_name).is_file() for file_name in ModelFile):
        pytest.skip("no model files in models/: run `make setup`")
    told: list[str] = []
    bench = Bench(None, Path("/nowhere"), "There are no media.", tmp_path, tmp_path, SAMPLE, told.append)
    found = SECTIONS[name](bench)
    assert found.name == name
    assert told
    assert all(figure.value is not None for figure in found.figures if not figure.name.startswith("hour_"))
    assert all(len(row) == len(table.header) for table in found.tables for row in table.rows)
    if found.picture:
        assert (tmp_path / found.picture).is_file()
    assert found.title in page({name: Measured(replace(found), "2026-01-02", None, "a machine")})
