"""A client of the stack, and a clip that takes a while."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.local.demo_clip import write_demo_clip
from chalicelib.local.stack import Stack
from mien.client.media_api import MediaApiClient


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
