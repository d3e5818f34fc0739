"""The reports in `docs/`: each as data and as a page that follows from it, and the documents that quote them."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from lab.reports.quotes import requoted
from lab.reports.report import Measured, Report, from_document, to_document

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_REPORTS = ("evaluation", "performance")


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """One report. `sections`: the names of its sections, in the order of the page."""

    name: str
    sections: Collection[str]
    page: Callable[[Report], str]

    @property
    def document(self) -> Path:
        """The page."""
        return DOCS / f"{self.name}.md"

    def merged(self, fresh: Report) -> Report:
        """Returns what was measured now, with what is on file of the other sections."""
        known = {**_read(self.name), **fresh}
        return {name: known[name] for name in self.sections if name in known}

    def write(self, report: Report) -> None:
        """The report as data and as a page, and its numbers into the documents that quote them."""
        _data(self.name).write_text(
            json.dumps(to_document(report), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        self.document.write_text(self.page(report), encoding="utf-8")
        _requote()


def everything_on_file() -> Report:
    """The sections of all reports."""
    return {name: measured for report in _REPORTS for name, measured in _read(report).items()}


def quoting_documents() -> list[Path]:
    """The documents that may quote numbers."""
    return [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]


def _requote() -> None:
    known = everything_on_file()
    for document in quoting_documents():
        text = document.read_text(encoding="utf-8")
        if requoted(text, known) != text:
            document.write_text(requoted(text, known), encoding="utf-8")


def _data(name: str) -> Path:
    return DOCS / f"{name}.json"


def _read(name: str) -> dict[str, Measured]:
    data = _data(name)
    return from_document(json.loads(data.read_text(encoding="utf-8"))) if data.is_file() else {}
