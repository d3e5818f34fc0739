"""The whole stack on this machine, once for all tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.local.demo_clip import write_demo_clip
from chalicelib.local.stack import DEFAULT_MODELS_DIR, Stack
from mien.client.media_api import MediaApiClient


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if not DEFAULT_MODELS_DIR.is_dir():
        pytest.skip("there are no models; run make setup")
    with Stack(log_path=tmp_path_factory.mktemp("log") / "worker.log") as stack:
        yield stack


@pytest.fixture
def client(stack: Stack) -> Iterator[MediaApiClient]:
    with MediaApiClient(stack.index_url, stack.user, stack.password) as client:
        yield client


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of the demo's portrait: long enough to be interrupted."""
    path = tmp_path_factory.mktemp("media") / "clip.mp4"
    write_demo_clip(path)
    return path
