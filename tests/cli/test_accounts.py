"""`mien account` as an operator runs it, on a table of an embedded AWS."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from chalicelib.aws.dynamodb.accounts import DynamoAccounts
from chalicelib.aws.dynamodb.client import make_dynamodb_client
from chalicelib.aws.dynamodb.entries import DynamoEntries
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.domain.audit import AuditAction, AuditRecord
from chalicelib.domain.entries import Entry
from chalicelib.domain.ids import new_id
from chalicelib.wiring import table_services
from mien.cli.__main__ import mien
from tests.fakes import START


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(mien, ["account", *arguments])


def _done(*arguments: str) -> str:
    result = _run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def account_id(table: str) -> str:
    """An account with a user."""
    made = new_id(START)
    table_services(table).users.add("ada@example.org", "correct horse battery", made)
    return made


def test_a_retention_is_set_shown_and_taken_back(table: str, account_id: str) -> None:
    assert json.loads(_done("show", account_id, "--json")) == {"account": account_id, "retention_s": None}
    assert "default of the deployment" in _done("show", account_id)
    changed = json.loads(_done("retention", account_id, "86400", "--json"))
    assert changed == json.loads(_done("show", account_id, "--json")) == {"account": account_id, "retention_s": 86400}
    assert "86400 s" in _done("show", account_id)
    decided = DynamoAccounts(DynamoTable(make_dynamodb_client(), table)).get(account_id)
    assert decided is not None
    assert decided.retention_s == 86400
    assert "default of the deployment" in _done("retention", account_id, "default")
    assert json.loads(_done("show", account_id, "--json"))["retention_s"] is None


def test_the_audit_trail_is_listed_newest_first(table: str, account_id: str) -> None:
    assert _done("audit", account_id) == ""
    entries = DynamoEntries(DynamoTable(make_dynamodb_client(), table))
    records = []
    for age_s in (20, 10):
        then = START - timedelta(seconds=age_s)
        entry = Entry(new_id(then), account_id, "ada@example.org", then, then)
        entries.create(entry)
        entries.begin_deletion(account_id, entry.id, then)
        record = AuditRecord(new_id(then), account_id, "\x1b[2J@x", AuditAction.ENTRY_DELETED, entry.id, then)
        entries.finish_deletion(record)
        records.append(record)
    lines = [json.loads(line) for line in _done("audit", account_id, "--json").splitlines()]
    assert [line["id"] for line in lines] == [record.id for record in reversed(records)]
    assert lines[0] == {
        "time": "2026-01-31T09:29:50.250Z",
        "action": "entry deleted",
        "subject": records[1].subject_id,
        "author": "\x1b[2J@x",
        "id": records[1].id,
    }
    assert len(_done("audit", account_id, "--limit", "1").splitlines()) == 1
    assert len(_done("audit", account_id, "--all", "--limit", "1").splitlines()) == 2
    assert "\x1b" not in _done("audit", account_id)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", new_id(START)), "no account"),
        (("retention", new_id(START), "60"), "no account"),
        (("audit", new_id(START)), "no account"),
        (("show", "nonsense"), "no account nonsense"),
        (("--table", "other", "show", new_id(START)), "could not"),
    ],
)
def test_refusals_are_sentences(account_id: str, arguments: tuple[str, ...], words: str) -> None:
    result = _run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_time_that_cannot_be_is_refused(account_id: str) -> None:
    for seconds in ("0", "9" * 12):
        assert "from 1 to" in _run("retention", account_id, seconds).stderr
    for seconds in ("soon", "1.5", "9" * 13, "\u0663"):
        assert _run("retention", account_id, seconds).exit_code == 2
    assert json.loads(_done("show", account_id, "--json"))["retention_s"] is None


@pytest.mark.parametrize("command", [(), ("show",), ("retention",), ("audit",)])
def test_help_needs_no_stack(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIEN_TABLE_NAME", raising=False)
    assert "Usage:" in _done(*command, "--help")
    assert _run("show", new_id(START)).exit_code == 2
