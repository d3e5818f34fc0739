"""`mien user` as an operator runs it, on a table of an embedded AWS."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chalicelib.domain.ids import new_id
from chalicelib.errors import NotAuthenticated
from chalicelib.local.aws.credentials import write_profile
from chalicelib.local.aws.embedded import EmbeddedAws
from chalicelib.services.users import Users
from chalicelib.wiring import table_services
from mien.cli.__main__ import mien
from tests.fakes import START

ADA, BEN = "ada@example.org", "ben@example.org"
PASSWORD = "correct horse battery"

Run = Callable[..., Result]


@pytest.fixture
def users(table: str) -> Users:
    """Returns what the API would ask."""
    return table_services(table).users


def _run(*arguments: str, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(mien, ["user", *arguments], input=stdin)


def _done(*arguments: str, stdin: str = "") -> str:
    result = _run(*arguments, stdin=stdin)
    assert result.exit_code == 0, result.output
    return result.stdout


def _is_let_in(users: Users, email: str, password: str) -> bool:
    try:
        users.authenticate(email, password, source_ip="127.0.0.1")
    except NotAuthenticated:
        return False
    return True


def test_a_users_life(users: Users) -> None:
    added = json.loads(_done("add", ADA, "--json"))
    assert (added["user"], added["disabled"]) == (ADA, False)
    password = added["password"]
    assert _is_let_in(users, ADA, password)
    assert json.loads(_done("disable", ADA, "--json"))["disabled"] is True
    assert not _is_let_in(users, ADA, password)
    assert "password" not in json.loads(_done("enable", ADA, "--json"))
    assert _is_let_in(users, ADA, password)
    rotated = json.loads(_done("rotate", ADA, "--json"))["password"]
    assert rotated != password
    assert not _is_let_in(users, ADA, password)
    assert _is_let_in(users, ADA, rotated)


def test_what_people_read(users: Users) -> None:
    added = dict(line.split(maxsplit=1) for line in _done("add", ADA).splitlines())
    assert added["User:"] == ADA
    assert _is_let_in(users, ADA, added["Password:"])
    listed = _done("list").splitlines()
    assert listed[0].split() == ["USER", "ACCOUNT", "CREATED", "STATE"]
    assert listed[1].split()[:2] == [ADA, added["Account:"]]
    assert listed[1].endswith("enabled")
    assert "(disabled)" in _done("disable", ADA)
    assert _done("list").splitlines()[1].endswith("disabled")
    assert added["Password:"] not in _done("list")


def test_accounts_are_new_or_joined(users: Users) -> None:
    first = json.loads(_done("add", ADA, "--json"))["account"]
    second = json.loads(_done("add", BEN, "--json"))["account"]
    assert first != second
    joined = json.loads(_done("add", "carl@example.org", "--account", first, "--json"))
    assert joined["account"] == first
    listed = json.loads(_done("list", "--account", first, "--json"))
    assert [each["user"] for each in listed] == [ADA, "carl@example.org"]
    assert all("password" not in key for each in listed for key in each)
    assert [each["user"] for each in json.loads(_done("list", "--json"))] == [ADA, BEN, "carl@example.org"]


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\nmore"])
def test_a_password_may_come_by_standard_input_and_is_then_not_shown(users: Users, ending: str) -> None:
    password = f" gr\u00fc\u00dfe {PASSWORD}"
    shown = _done("add", ADA, "--password-stdin", stdin=password + ending)
    assert "Password" not in shown
    assert _is_let_in(users, ADA, password)
    assert "password" not in json.loads(_done("rotate", ADA, "--password-stdin", "--json", stdin=PASSWORD + ending))
    assert _is_let_in(users, ADA, PASSWORD)


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (("add", ADA), "", "already"),
        (("add", "no address"), "", "e-mail"),
        (("add", BEN, "--password-stdin"), "short\n", "at least 12"),
        (("add", BEN, "--password-stdin"), b"gr\xfc\xdfe " + PASSWORD.encode(), "UTF-8"),
        (("rotate", ADA, "--password-stdin"), b"\xff\n", "UTF-8"),
        (("add", BEN, "--account", "nonsense"), "", "no account"),
        (("add", BEN, "--account", new_id(START)), "", "no account"),
        (("disable", BEN), "", "no user ben@example.org"),
        (("enable", BEN), "", "no user"),
        (("rotate", BEN), "", "no user"),
        (("--table", "other", "list"), "", "could not"),
    ],
)
def test_refusals_are_sentences(users: Users, arguments: tuple[str, ...], stdin: str | bytes, words: str) -> None:
    users.add(ADA, PASSWORD, new_id(START))
    result = _run(*arguments, stdin=stdin)
    assert (result.exit_code, result.stdout) == (1, "")
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_without_a_table_the_command_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIEN_TABLE_NAME", raising=False)
    result = _run("list")
    assert result.exit_code == 2
    assert "MIEN_TABLE_NAME" in result.stderr


def test_a_password_is_no_argument() -> None:
    assert _run("add", ADA, PASSWORD).exit_code == 2


@pytest.mark.parametrize("command", [(), ("add",), ("list",), ("disable",), ("enable",), ("rotate",)])
def test_help_needs_no_stack(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIEN_TABLE_NAME", raising=False)
    assert "Usage:" in _done(*command, "--help")


def test_another_process_needs_endpoint_table_and_the_credentials_of_the_stack(
    aws: EmbeddedAws, table: str, users: Users, tmp_path: Path
) -> None:
    write_profile(aws.credentials, tmp_path / "credentials")
    # A proxy and credentials of somewhere else, which must not be asked or sent.
    environment = {
        "AWS_ACCESS_KEY_ID": "real",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "PATH": os.environ["PATH"],
        "HTTP_PROXY": "http://127.0.0.1:9",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "HOME": "/nonexistent",
    }
    options = ("--endpoint-url", aws.endpoint_url, "--table", table)
    done = subprocess.run(
        [sys.executable, "-m", "mien.cli", "user", *options, "add", ADA, "--json"],
        cwd=Path(__file__).resolve().parents[2],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert _is_let_in(users, ADA, json.loads(done.stdout)["password"])
