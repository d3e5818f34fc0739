"""The common parts of the pages of all reports, as Markdown: the machines, the list of sections, each section with its
tables."""

from collections.abc import Iterator

from lab.reports.report import Bar, Cell, Figure, Measured, Report, Table

_SOURCES = {"aim": "aim", "own": "own bar"}


def machines(report: Report) -> Iterator[str]:
    """A line for each machine that sections were measured on, with the number by which each section names it."""
    yield from (f"Machine {number}: {name}.\n" for name, number in numbers_of(report).items())


def numbers_of(report: Report) -> dict[str, int]:
    """Returns a number for each machine of the report, by its description."""
    names = sorted({measured.machine for measured in report.values()})
    return {name: number for number, name in enumerate(names, start=1)}


def contents(report: Report) -> Iterator[str]:
    """The list of sections, with how many of their bars are missed."""
    yield "## Sections\n"
    numbers = numbers_of(report)
    rows = tuple(
        (
            f"[{measured.section.title}](#{slug(measured.section.title)})",
            f"`{measured.section.name}`",
            sum(figure.bar is not None for figure in measured.section.figures),
            sum(figure.fails for figure in measured.section.figures),
            measured.date,
            numbers[measured.machine],
            measured.processor_s,
        )
        for measured in report.values()
    )
    yield table_text(
        Table("", ("section", "`ONLY=`", "bars", "missed", "measured", "machine", "processor time (s)"), rows)
    )


def section_text(measured: Measured, machine: int) -> str:
    """Returns the method, the date and the machine of that number, the reading of the numbers, the numbers."""
    section = measured.section
    parts = [f"## {section.title}\n", f"{section.how}\n", f"*Measured on machine {machine}, {measured.date}.*\n"]
    parts.append(f"**Reading.** {section.reading}\n")
    if section.picture:
        parts.append(f"![{section.title}](pictures/{section.picture})\n")
    overall = [
        figure for figure in section.figures if figure.bar is None or not _is_one_of_many(figure, section.figures)
    ]
    if overall:
        rows = tuple((figure.text, valued(figure), bar_text(figure.bar), _verdict(figure)) for figure in overall)
        parts.append(table_text(Table("", ("figure", "measured", "bar", ""), rows)))
    parts += [table_text(table) for table in section.tables]
    return "\n".join(parts)


def _is_one_of_many(figure: Figure, figures: tuple[Figure, ...]) -> bool:
    """Returns True if the figure is one of a series over expressions, which the tables show already."""
    alike = [other for other in figures if other.bar == figure.bar and other.subject != figure.subject]
    return len(alike) >= 10


def table_text(table: Table) -> str:
    """With its title above it."""
    lines = [f"**{table.title}**\n"] if table.title else []
    lines.append(f"| {' | '.join(table.header)} |")
    lines.append(f"|{'---|' * len(table.header)}")
    lines += [f"| {' | '.join(cell_text(cell) for cell in row)} |" for row in table.rows]
    return "\n".join(lines) + "\n"


def cell_text(cell: Cell) -> str:
    """Returns a cell as text; one without a measurement says so."""
    if cell is None:
        return "not measured"
    return f"{cell:g}" if isinstance(cell, float) else str(cell)


def valued(figure: Figure) -> str:
    """The number with its unit."""
    unit = "point" if (figure.value, figure.unit) == (1, "points") else figure.unit
    return f"{cell_text(figure.value)} {unit}".strip()


def bar_text(bar: Bar | None) -> str:
    """The bar and who asks for it."""
    return "" if bar is None else f"{bar.text} ({_SOURCES[bar.source]})"


def _verdict(figure: Figure) -> str:
    if figure.bar is None:
        return ""
    return "**missed**" if figure.fails else "reached"


def slug(title: str) -> str:
    """The anchor that code forges make of a heading."""
    return "".join(sign for sign in title.lower().replace(" ", "-") if sign.isalnum() or sign == "-")
