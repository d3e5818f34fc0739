"""The services against which `mien` is run: the whole stack on this machine, or a table for operators."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from chalicelib.aws.dynamodb.client import make_dynamodb_client
from chalicelib.aws.dynamodb.table_layout import TABLE_KEYS
from chalicelib.domain.ids import new_id
from chalicelib.local.aws.embedded import EmbeddedAws
from chalicelib.local.workers.supervisor import REPOSITORY
from mien.cli.__main__ import mien as command_line
from mien.cli.exit_status import run
from mien.client.media_api import MediaApiClient
from tests.fakes import START
from tests.media_factory import write_video
from tests.shared_stack import ApiUser

PATIENCE_S = 120
COMMAND = (sys.executable, "-P", "-m", "mien.cli")


@dataclass(frozen=True)
class Mien:
    """The command line with an environment that leads to one API."""

    url: str
    user: str
    password: str

    def environment(self, **changes: str | None) -> dict[str, str]:
        mine = {"MIEN_URL": self.url, "MIEN_USER": self.user, "MIEN_PASSWORD": self.password}
        others = {"PYTHONPATH": str(REPOSITORY), "PATH": os.environ["PATH"], "COLUMNS": "120"}
        others["XDG_CONFIG_HOME"] = "/nonexistent"  # not the logins of the person who runs the tests
        return {name: value for name, value in {**others, **mine, **changes}.items() if value is not None}

    def __call__(self, *arguments: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
        """Runs `mien` to its end, with no one at a terminal; `changes` are those of the environment. In this process,
        as starting another takes longer than most commands; signals and terminals are for `COMMAND`."""
        environment = {**self.environment(**changes), **{name: None for name, text in changes.items() if text is None}}
        with CliRunner().isolation(env=environment) as (stdout, stderr, _):
            try:
                status: object = run(command_line, arguments, name="mien")
            except SystemExit as ending:
                status = ending.code
            sys.stdout.flush()
            sys.stderr.flush()
            said = stdout.getvalue().decode(), stderr.getvalue().decode()
        return subprocess.CompletedProcess(arguments, status if isinstance(status, int) else 1, *said)


@pytest.fixture(scope="module")
def mien(api_user: ApiUser) -> Mien:
    return Mien(api_user.index_url, api_user.name, api_user.password)


@pytest.fixture
def client(api_user: ApiUser) -> Iterator[MediaApiClient]:
    with MediaApiClient(api_user.index_url, api_user.name, api_user.password) as client:
        yield client


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of colours without a face."""
    return write_video(tmp_path_factory.mktemp("media") / "a clip.mp4")


@pytest.fixture(scope="module")
def finished(mien: Mien, clip: Path) -> str:
    """The id of a job that is done."""
    return mien("submit", str(clip), "--wait").stdout.strip()


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    """Its environment is this process's own, as it is a deployment's."""
    with EmbeddedAws() as embedded:
        yield embedded


@pytest.fixture
def table(aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty table, which the environment names."""
    name = f"mien-{new_id(START)}"
    make_dynamodb_client().create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **TABLE_KEYS)
    monkeypatch.setenv("MIEN_TABLE_NAME", name)
    return name
