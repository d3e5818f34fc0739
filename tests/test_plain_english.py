"""The language rule of CONTRIBUTING.md: departures from it may become fewer, never more."""

from pathlib import Path

import pytest

from tests.plain_english import findings_in, per_thousand_lines

# In a thousand lines of Python and Markdown. Lower a figure when the count has fallen; never raise one.
MOST = {
    "where": 1.7,
    "question docstring": 0.1,
    "nobody": 0.15,
    "told": 0.2,
    "goes": 0.5,
    "anew": 0.1,
    "in vain": 0.05,
    "beside": 0.3,
    "medium": 0.15,
    "sentence": 0.15,
}


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ('"""Whether it is there."""', ["question docstring"]),
        ('"""Returns True if it is there."""', []),
        ('"""Raises KeyError where it is missing."""', ["where"]),
        ("np.where(a, b, c)", []),
        ("# nobody is told of the medium", ["nobody", "told", "medium"]),
        ('SENTENCE = "The medium goes."', ["goes", "medium"]),
        ('KEY = "medium"', []),
    ],
)
def test_departures_are_found_in_prose_only(tmp_path: Path, text: str, rules: list[str]) -> None:
    path = tmp_path / "code.py"
    path.write_text(f"{text}\n")
    assert [finding.rule.name for finding in findings_in(path)] == rules


def test_code_in_documents_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("It is here, where nobody is.\n\n```sh\nselect where nobody\n```\n")
    assert [(finding.rule.name, finding.line) for finding in findings_in(path)] == [("where", 1), ("nobody", 1)]


def test_no_rule_is_broken_more_often_than_before() -> None:
    counts = per_thousand_lines()
    assert set(counts) == set(MOST)
    assert {name: count for name, count in counts.items() if count > MOST[name]} == {}
