"""Shared by tests of several folders."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from boto3.session import Session
from hypothesis import settings
from hypothesis.database import DirectoryBasedExampleDatabase

from tests.fakes import cheap_passwords
from tests.one_stack import OneStackScheduling

if TYPE_CHECKING:
    from chalicelib.local.stack import Stack
    from tests.shared_stack import ApiUser, SharedStack

FOUND = Path(__file__).resolve().parents[1] / ".fuzz"
"""The folder in which `make fuzz` keeps the examples that failed."""

# A deadline would assert a duration, on machines that are shared. `make test` tries the same examples every time, so
# that it fails only if the code has changed; `make fuzz` tries others every time, and those that failed before first.
settings.register_profile("mien", deadline=None, max_examples=60, derandomize=True)
settings.register_profile(
    "fuzz", deadline=None, max_examples=400, database=DirectoryBasedExampleDatabase(FOUND), print_blob=True
)
settings.load_profile("mien")

# What collecting makes lives as long as the tests: to look through it for garbage again and again takes a quarter of
# the time of collecting, and some of theirs.
gc.disable()

_WHOLLY_SLOW = re.compile(r"^pytestmark = .*\bpytest\.mark\.slow\b", re.MULTILINE)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves out modules all of whose tests are slow if slow tests are not wanted: importing them takes two seconds."""
    if collection_path.suffix != ".py" or config.getoption("markexpr") != "not slow":
        return None
    return True if _WHOLLY_SLOW.search(collection_path.read_text(encoding="utf-8")) else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneStackScheduling | None:
    """Returns None for other ways to distribute tests than that of the Makefile."""
    return OneStackScheduling(config, log) if config.getoption("dist") == "loadfile" else None


_REGION = "eu-central-1"
_SHARED_MEDIA = Path(__file__).resolve().parents[1] / "../shared/media"


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    with cheap_passwords():
        yield


@pytest.fixture(scope="session")
def shared_media() -> Path:
    """The folder of real pictures and videos next to the repository; skips if there is none."""
    if not _SHARED_MEDIA.is_dir():
        pytest.skip("there is no ../shared/media next to the repository")
    return _SHARED_MEDIA.resolve()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of the module's own in this process, with its workers; skips if there are no models."""
    from chalicelib.local.stack import DEFAULT_MODELS_DIR, Stack  # noqa: PLC0415  # most tests need none of it

    if not DEFAULT_MODELS_DIR.is_dir():
        pytest.skip("there are no models; run make setup")
    with Stack(log_path=tmp_path_factory.mktemp("log") / "worker.log") as stack:
        yield stack


@pytest.fixture(scope="session")
def shared_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedStack]:
    """One for all who need no process, no setting and no AWS of it; skips if there are no models."""
    from chalicelib.local.stack import DEFAULT_MODELS_DIR  # noqa: PLC0415  # most tests need none of it
    from tests.shared_stack import SharedStack  # noqa: PLC0415

    if not DEFAULT_MODELS_DIR.is_dir():
        pytest.skip("there are no models; run make setup")
    with SharedStack(tmp_path_factory.mktemp("log") / "worker.log") as stack:
        yield stack


@pytest.fixture(scope="module")
def api_user(shared_stack: SharedStack) -> Iterator[ApiUser]:
    """A user of the whole stack with an account of the module's own, in which there is nothing yet."""
    with shared_stack.user() as user:
        yield user


@pytest.fixture
def aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that open nothing, a region, no endpoint: boto3 for moto in this process."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", _REGION)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")


@pytest.fixture(scope="session")
def aws_session() -> Session:
    """One session for all tests: it reads the service descriptions once (0.5 s)."""
    return Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=_REGION)
