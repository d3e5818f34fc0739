"""Nothing has become clearly slower: ratios to a fixed piece of work in the same run, never times."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from chalicelib.analysis.networks.models import ModelFile
from chalicelib.local.demo_clip import write_demo_clip
from lab.benchmark.guard import LIMITS, Ratios, guarded
from lab.benchmark.ours import MODELS_DIR, loaded_models

pytestmark = pytest.mark.slow

_MOST_ROUNDS = 5


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not all((MODELS_DIR / name).is_file() for name in ModelFile):
        pytest.skip("no model files in models/: run `make setup`")
    path = tmp_path_factory.mktemp("speed") / "demo.mp4"
    write_demo_clip(path, seconds=3)
    return path


def test_jobs_and_formats_take_no_more_than_their_limits(clip: Path) -> None:
    ratios = Ratios(guarded(clip, loaded_models()))
    for _ in range(_MOST_ROUNDS):  # the machine may be busy with something else
        slower = _slower(ratios.measure(1))
        if not slower:
            break
    assert not slower, "processor time in runs of the reference kernel: what is it spent on now?"


def _slower(found: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """Returns what it takes, and what it may take."""
    return {name: (round(ratio, 2), LIMITS[name]) for name, ratio in found.items() if ratio > LIMITS[name]}
