"""A short clip."""

from pathlib import Path

import pytest

from chalicelib.local.demo_clip import write_demo_clip


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    write_demo_clip(path, seconds=1, fps=10)
    return path
