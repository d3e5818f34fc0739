"""A real browser on the whole stack. Skipped with a reason if the machine has no Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from chalicelib.local.demo_clip import BROWSER_CODEC, write_demo_clip
from chalicelib.local.stack import DEFAULT_MODELS_DIR, Stack

if TYPE_CHECKING:
    from tests.console.browser import Console


@pytest.fixture(scope="session")
def chromium() -> tuple[str, str]:
    """The browser and its driver."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        pytest.skip("there is no Chromium with its driver; on Debian: apt-get install chromium chromium-driver")
    return browser, driver


@pytest.fixture(scope="module")
def stack(chromium: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if not DEFAULT_MODELS_DIR.is_dir():
        pytest.skip("there are no models; run make setup")
    with Stack(log_path=tmp_path_factory.mktemp("log") / "worker.log") as stack:
        yield stack


@pytest.fixture
def api(stack: Stack) -> Iterator[requests.Session]:
    """The same API as a program sees it."""
    with requests.Session() as session:
        session.auth = (stack.user, stack.password)
        yield session


@pytest.fixture
def console(stack: Stack, chromium: tuple[str, str], tmp_path: Path) -> Iterator[Console]:
    """The console, where no one has signed in yet."""
    from tests.console.browser import open_console  # noqa: PLC0415  # Selenium is for these tests alone

    with open_console(stack.index_url, *chromium, tmp_path) as console:
        yield console


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's portrait; its name would be markup if a page took it for that."""
    path = tmp_path_factory.mktemp("media") / "<img src=x onerror=alert(1)>.mp4"
    write_demo_clip(path, codec=BROWSER_CODEC)
    return path
