"""A stack of its own, and a short clip."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.local.demo_clip import write_demo_clip
from chalicelib.local.stack import DEFAULT_MODELS_DIR, Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if not DEFAULT_MODELS_DIR.is_dir():
        pytest.skip("there are no models; run make setup")
    with Stack(log_path=tmp_path_factory.mktemp("log") / "worker.log") as stack:
        yield stack


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    write_demo_clip(path, seconds=1, fps=10)
    return path
