"""The documents as a Markdown viewer shows them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
_RULE = re.compile(r"\|[\s:|-]+\|")


def documents() -> list[str]:
    folders = [ROOT / name for name in ("chalicelib", "docs", "infra", "lab", "mien")]
    return [
        str(path.relative_to(ROOT))
        for path in (*ROOT.glob("*.md"), *(each for of in folders for each in of.rglob("*.md")))
    ]


@pytest.mark.parametrize("name", documents())
def test_a_table_is_one_table(name: str) -> None:
    """A row after an empty line is shown as text with bars; text right after a table becomes a row of it."""
    assert broken_tables((ROOT / name).read_text(encoding="utf-8")) == []


def test_what_would_be_shown_wrong_is_found() -> None:
    assert broken_tables("| a |\n|---|\n| b |\n\n| c |\n") == ["5: row without a head: | c |"]
    assert broken_tables("| a |\n|---|\n| b |\nText.\n") == ["4: text in a table: Text."]
    assert broken_tables("```\n| not a table |\n```\n") == []


def broken_tables(text: str) -> list[str]:
    """Returns a line for each place at which a table ends or begins too early."""
    found, is_code = [], False
    lines = ["", *text.splitlines(), ""]
    for number in range(1, len(lines) - 1):
        before, line, after = lines[number - 1 : number + 2]
        is_fence = line.lstrip().startswith("```")
        is_code ^= is_fence
        if is_code or is_fence:
            continue
        follows = before.startswith("|")
        if line.startswith("|") and not follows and not _RULE.fullmatch(after):
            found.append(f"{number}: row without a head: {line}")
        if line.strip() and not line.startswith("|") and follows:
            found.append(f"{number}: text in a table: {line}")
    return found
