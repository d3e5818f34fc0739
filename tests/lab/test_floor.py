"""The floor of the benchmark: what a job takes in addition to its decoder and its networks, by stage."""

import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from chalicelib.analysis.faces.mesh import Crop, sample_of
from chalicelib.analysis.networks.models import ModelFile
from chalicelib.local.demo_clip import write_demo_clip
from lab.benchmark.clips import Clip
from lab.benchmark.floor import Floor, floor_of
from lab.benchmark.ours import MODELS_DIR
from lab.benchmark.sections.floor import Column, section
from lab.benchmark.stage_profile import STAGES, profiled

_CLIP = Clip("one_face", "one face, 640x360", Path("one.mp4"), 1)


def test_a_profile_names_the_stage_that_works() -> None:
    picture, crop = np.zeros((400, 400, 3), np.uint8), Crop(200.0, 200.0, 300.0, 0.3)
    with profiled() as seconds:
        ends_s = time.thread_time() + 0.3
        while time.thread_time() < ends_s:  # a busy machine samples where Python's lock changes hands: hardly ever here
            for _ in range(100):
                sample_of(picture, crop)
    assert max(seconds, key=lambda name: seconds[name]) == "crop"
    assert 0.1 < sum(seconds.values()) < 0.5


def test_a_long_call_into_c_counts_whole() -> None:
    """Python's lock may be held meanwhile."""
    picture = np.zeros((3000, 3000, 3), np.uint8)
    with profiled() as seconds:
        began_s = time.thread_time()
        cv2.blur(picture, (31, 31))
        for _ in range(20_000):
            pass
        took_s = time.thread_time() - began_s
    assert sum(seconds.values()) == pytest.approx(took_s, abs=0.02)


def test_a_job_is_held_against_its_decoding_and_networks(tmp_path: Path) -> None:
    if not all((MODELS_DIR / file_name).is_file() for file_name in ModelFile):
        pytest.skip("no model files in models/: run `make setup`")
    write_demo_clip(tmp_path / "demo.mp4", seconds=0.6)
    floor = floor_of(tmp_path / "demo.mp4", "multiface", frames=8, repeats=1)
    assert min(floor.decoding_ms, floor.networks_ms, floor.job_ms) > 0
    assert floor.ratio == pytest.approx(floor.job_ms / (floor.decoding_ms + floor.networks_ms))
    assert floor.stages["networks"] > 0


def test_a_job_misses_its_bar_if_it_is_far_above_its_floor() -> None:
    stages = dict.fromkeys(STAGES, 0.0) | {"crop": 1.5, "formats": 0.5, "networks": 9.0}
    found = section([Column(_CLIP, "multiface", Floor(1.0, 2.0, 6.0, (1.9, 2.0, 2.4), stages))])
    (figure,) = found.figures
    assert (figure.name, figure.value, figure.fails) == ("one_face_multiface_over_floor", 2.0, True)
    assert "crop 1.5 ms, formats 0.5 ms" in found.reading
    assert found.tables[0].rows[0][-1] == "2.00 (1.90-2.40)"
    assert [row[0] for row in found.tables[1].rows] == ["networks", "crop", "formats"]
