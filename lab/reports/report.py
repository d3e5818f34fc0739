"""Measurements as data: figures with their bars, tables, and an interpretation."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

Cell = str | float | int | None


@dataclass(frozen=True, slots=True)
class Bar:
    """The target of a figure. `source` is its origin: the project's aims, or the report itself."""

    at_least: float | None = None
    at_most: float | None = None
    source: str = "aim"

    def holds(self, value: float | None) -> bool:
        """Returns True if the figure passes; one that could not be measured does not."""
        if value is None:
            return False
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)

    @property
    def text(self) -> str:
        """Such as "at most 15"."""
        parts = []
        if self.at_least is not None:
            parts.append(f"at least {self.at_least:g}")
        if self.at_most is not None:
            parts.append(f"at most {self.at_most:g}")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `name` is what documents quote it by, within its section; `subject` is what is not reliable if it
    fails: an expression, or nothing if the figure is about all of them."""

    name: str
    text: str
    value: float | None
    unit: str = ""
    bar: Bar | None = None
    subject: str = ""

    @property
    def fails(self) -> bool:
        """Returns True if it misses its bar."""
        return self.bar is not None and not self.bar.holds(self.value)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a header; numbers are shown as they are, so they come rounded."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One question and its answer. `reading` is what the numbers say, in a few sentences of Markdown; `picture` names a
    file in `docs/pictures`."""

    name: str
    title: str
    how: str
    reading: str
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """A section with when and on what it was measured, and the processor time it took, which other work on the machine
    does not change."""

    section: Section
    date: str
    processor_s: int | None
    machine: str


def tenths(value: float) -> float | None:
    """A number as tables show it; none for one that is not a number."""
    return None if math.isnan(value) else round(float(value), 1)


def counted(count: float, one: str, many: str = "") -> str:
    """A count with its noun, such as "1 switch" and "2 switches"; `many` is its plural if that is not `one` with s."""
    return f"{count:g} {one if count == 1 else many or one + 's'}"


def slug(name: str) -> str:
    """A metric's name as part of a figure's."""
    return name.replace(" ", "_").replace("-", "_")


Report = Mapping[str, Measured]
"""Sections by name, in the order of the page."""


def figures_of(report: Report) -> Iterator[tuple[str, Figure]]:
    """Every figure with the full name by which documents quote it: `section.figure`."""
    for measured in report.values():
        for figure in measured.section.figures:
            yield f"{measured.section.name}.{figure.name}", figure


def to_document(report: Report) -> dict[str, Any]:
    """The report as what JSON can hold."""
    return {"sections": [asdict(measured) for measured in report.values()]}


def from_document(document: Mapping[str, Any]) -> dict[str, Measured]:
    """The report that `to_document` wrote."""
    found = [
        Measured(_section(node["section"]), node["date"], node["processor_s"], node["machine"])
        for node in document["sections"]
    ]
    return {measured.section.name: measured for measured in found}


def _section(node: Mapping[str, Any]) -> Section:
    figures = tuple(
        Figure(**{**figure, "bar": Bar(**figure["bar"]) if figure["bar"] else None}) for figure in node["figures"]
    )
    tables = tuple(
        Table(table["title"], tuple(table["header"]), tuple(tuple(row) for row in table["rows"]))
        for table in node["tables"]
    )
    return Section(**{**node, "figures": figures, "tables": tables})
