"""Reports of measurements, their pages, and the numbers that documents quote from it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from lab.benchmark.__main__ import PERFORMANCE
from lab.benchmark.page import page as performance_page
from lab.evaluation.__main__ import EVALUATION, main
from lab.evaluation.page import page
from lab.reports.charts import Line, chart
from lab.reports.markdown import valued
from lab.reports.quotes import numbers, quotes, requoted
from lab.reports.report import (
    Bar,
    Figure,
    Measured,
    Report,
    Section,
    Table,
    counted,
    figures_of,
    from_document,
    to_document,
)
from lab.reports.report_files import DOCS, ROOT, everything_on_file, quoting_documents

_DOCUMENTS = quoting_documents()


def _report(value: float | None) -> dict[str, Measured]:
    figure = Figure("missed", "faces not found", value, "", Bar(at_most=0.0), "detection")
    table = Table("Found", ("picture", "faces"), (("a.jpg", 3), ("b.jpg", None)))
    section = Section("crowds", "Faces in group photos", "How.", "Reading.", (figure,), (table,))
    return {"crowds": Measured(section, "2026-01-02", 3, "a machine")}


@pytest.mark.parametrize(("count", "text"), [(0, "0 identities"), (1, "1 identity"), (2, "2 identities")])
def test_one_is_told_in_the_singular(count: int, text: str) -> None:
    assert counted(count, "identity", "identities") == text
    assert counted(1, "point") == "1 point"
    assert valued(Figure("error", "mean error", 1.0, "points")) == "1 point"
    assert valued(Figure("error", "mean error", 1.1, "points")) == "1.1 points"


@pytest.mark.parametrize(
    ("bar", "value", "holds"),
    [
        (Bar(at_most=15), 15.0, True),
        (Bar(at_most=15), 15.1, False),
        (Bar(at_least=50), 50.0, True),
        (Bar(at_least=50), 49.9, False),
        (Bar(0.0, 0.0), 1.0, False),
        (Bar(at_most=15), None, False),
    ],
)
def test_a_bar_holds_at_its_edge_and_never_for_what_was_not_measured(
    bar: Bar, value: float | None, holds: bool
) -> None:
    assert bar.holds(value) is holds


def test_a_report_survives_json() -> None:
    report = _report(2.0)
    assert from_document(json.loads(json.dumps(to_document(report)))) == report


def test_what_misses_its_bar_is_listed_as_not_reliable() -> None:
    text = page(_report(2.0))
    listed = text.partition("## Not reliable")[2].partition("## Sections")[0]
    assert "**detection**" in listed
    assert "|  |" not in listed  # what has no subject is named by its section
    assert "faces not found | 2 | at most 0 (aim)" in listed
    assert "**missed**" in text
    assert "Everything that was measured reaches its bar." in page(_report(0.0))
    assert "faces not found | not measured" in page(_report(None))


@pytest.mark.parametrize("page_of", [page, performance_page])
def test_each_section_says_on_which_machine_it_was_measured(page_of: Callable[[Report], str]) -> None:
    one = _report(2.0)["crowds"]
    other = replace(one, section=replace(one.section, name="films", title="Films"), machine="other", date="2026-01-03")
    text = page_of({"crowds": one, "films": other})
    assert "Machine 1: a machine." in text
    assert "Machine 2: other." in text
    assert "*Measured on machine 1, 2026-01-02.*" in text.partition("## Faces in group photos")[2].partition("## ")[0]
    assert "*Measured on machine 2, 2026-01-03.*" in text.partition("## Films")[2]
    assert "| 2026-01-03 | 2 | 3 |" in text


def test_the_pages_follow_from_what_is_on_file() -> None:
    for report in (EVALUATION, PERFORMANCE):
        found = report.document.read_text(encoding="utf-8")
        assert found == requoted(report.page(report.merged({})), everything_on_file())


def test_the_page_shows_every_expression_once_and_long_tables_in_part() -> None:
    text = page(EVALUATION.merged({}))
    assert text.count("| brow furrow |") == 2  # how far it may be trusted, and what was measured of it
    assert text.count("| crossing, same speed |") == 0
    assert "rows: clips with a switch or a transfer" in text
    assert "Times of the frames" in text
    assert "|---|\n\n" not in text, "a table without rows"


def test_quoted_numbers_are_set_from_the_report() -> None:
    document = "Missed: 7<!-- crowds.missed --> faces, of 12."
    assert [quote.number for quote in quotes(document)] == ["7"]
    assert requoted(document, _report(2.0)) == "Missed: 2<!-- crowds.missed --> faces, of 12."
    with pytest.raises(KeyError):
        requoted("1<!-- crowds.other -->", _report(2.0))


def test_the_committed_page_is_that_of_the_committed_numbers() -> None:
    report = EVALUATION.merged({})
    assert EVALUATION.document.read_text(encoding="utf-8") == EVALUATION.page(report), "run `make evaluate`"
    assert everything_on_file().keys() >= report.keys()


@pytest.mark.parametrize("path", _DOCUMENTS, ids=[path.name for path in _DOCUMENTS])
def test_documents_quote_the_committed_numbers(path: Path) -> None:
    known = numbers(everything_on_file())
    for quote in quotes(path.read_text(encoding="utf-8")):
        assert known[quote.name] == quote.number, f"{quote.name} in {path.name}: run `make evaluate`"


def test_the_readme_quotes_some() -> None:
    assert len(list(quotes((ROOT / "README.md").read_text(encoding="utf-8")))) >= 3


def test_every_figure_has_a_name_of_its_own() -> None:
    names = [name for name, _ in figures_of(everything_on_file())]
    assert len(names) == len(set(names))


def test_pictures_of_the_page_are_there() -> None:
    for measured in everything_on_file().values():
        if measured.section.picture:
            assert (DOCS / "pictures" / measured.section.picture).is_file()


def test_a_chart_is_a_picture_with_every_line() -> None:
    lines = [Line("first & last", [(0, 1), (10, 2.5)]), Line("flat", [(0, 0), (10, 0)])]
    root = ET.fromstring(chart(title="A <b>", x_label="degrees", lines=lines))  # noqa: S314  # our own
    paths = [each for each in root.iter() if each.tag.endswith("path")]
    assert len(paths) == len(lines)
    assert "first & last" in "".join(root.itertext())


def test_a_section_that_is_not_measured_now_is_kept() -> None:
    report = EVALUATION.merged({})
    assert list(EVALUATION.merged({"crowds": report["crowds"]})) == list(report)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--only", "nothing"], "no section nothing"),
        (["--media", "/nowhere"], "no /nowhere"),
    ],
)
def test_a_sentence_says_what_is_missing(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = EVALUATION.document.read_bytes()
    assert main(arguments) == 2
    assert sentence in capsys.readouterr().out.replace("\n", " ")
    assert EVALUATION.document.read_bytes() == before
