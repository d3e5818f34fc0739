"""The evaluation's page: the report as Markdown."""

from collections.abc import Iterator

from infra.evaluation.report import Bar, Cell, Figure, Measured, Report, Table, figures_of

_INTRODUCTION = """# Evaluation

Written by `make evaluate`, from what it measured; do not edit it. The same numbers as data:
[evaluation.json](evaluation.json). It measures the media of `../shared/media`, real pictures and clips that are not
part of this repository: few persons, and no labels of groups. The numbers say whether something is plainly wrong, how
steady scores are and what they respond to. They do not say how often an expression is right on people in general;
nobody has measured that here. What the numbers are not, and whom they fit less well:
[responsible-use.md](responsible-use.md).

`make evaluate ONLY=crowds` measures one section anew and keeps the others. *Aim*: what the project has set itself;
*own bar*: one that the evaluation sets where the project names none.
"""
_SOURCES = {"aim": "aim", "own": "own bar"}


def page(report: Report) -> str:
    """The whole page."""
    parts = [_INTRODUCTION, *_machines(report), *_not_reliable(report), *_contents(report)]
    parts += [_section(measured) for measured in report.values()]
    return "\n".join(parts)


def _machines(report: Report) -> Iterator[str]:
    machines = sorted({measured.machine for measured in report.values()})
    yield from (f"Measured on: {machine}.\n" for machine in machines)


def _not_reliable(report: Report) -> Iterator[str]:
    failing = [(name, figure) for name, figure in figures_of(report) if figure.fails]
    yield "## Not reliable\n"
    if not failing:
        yield "Everything that was measured reaches its bar.\n"
        return
    rows = tuple(
        (
            figure.subject,
            figure.text,
            _valued(figure),
            _bar(figure.bar),
            f"[{name.partition('.')[0]}](#{_anchor(report, name)})",
        )
        for name, figure in sorted(failing, key=lambda each: each[1].subject)
    )
    yield _table(_by_subject(report))
    yield _table(Table("Each figure that misses", ("concerns", "figure", "measured", "bar", "section"), rows))


def _by_subject(report: Report) -> Table:
    """Per section, how many bars each subject misses, of how many."""
    figures = [(name.partition(".")[0], figure) for name, figure in figures_of(report) if figure.bar and figure.subject]
    failing = sorted({figure.subject for _, figure in figures if figure.fails})
    sections = [name for name in report if any(place == name and figure.fails for place, figure in figures)]
    rows = []
    for subject in failing:
        counts = [
            [figure.fails for place, figure in figures if place == name and figure.subject == subject]
            for name in sections
        ]
        rows.append((f"**{subject}**", *(f"{sum(each)} of {len(each)}" if each else "" for each in counts)))
    header = ("concerns", *(f"[{name}](#{_slug(report[name].section.title)})" for name in sections))
    return Table("Bars missed, by what they concern", header, tuple(rows))


def _contents(report: Report) -> Iterator[str]:
    yield "## Sections\n"
    rows = tuple(
        (
            f"[{measured.section.title}](#{_slug(measured.section.title)})",
            f"`{measured.section.name}`",
            sum(figure.bar is not None for figure in measured.section.figures),
            sum(figure.fails for figure in measured.section.figures),
            measured.date,
            measured.processor_s,
        )
        for measured in report.values()
    )
    yield _table(Table("", ("section", "`ONLY=`", "bars", "missed", "measured", "processor time (s)"), rows))


def _section(measured: Measured) -> str:
    section = measured.section
    parts = [f"## {section.title}\n", f"{section.how}\n", f"**Reading.** {section.reading}\n"]
    if section.picture:
        parts.append(f"![{section.title}](pictures/{section.picture})\n")
    overall = [
        figure for figure in section.figures if figure.bar is None or not _is_one_of_many(figure, section.figures)
    ]
    if overall:
        rows = tuple((figure.text, _valued(figure), _bar(figure.bar), _verdict(figure)) for figure in overall)
        parts.append(_table(Table("", ("figure", "measured", "bar", ""), rows)))
    parts += [_table(table) for table in section.tables]
    return "\n".join(parts)


def _is_one_of_many(figure: Figure, figures: tuple[Figure, ...]) -> bool:
    """Whether the figure is one of a series over expressions, which the tables show already."""
    alike = [other for other in figures if other.bar == figure.bar and other.subject != figure.subject]
    return len(alike) >= 10


def _table(table: Table) -> str:
    lines = [f"**{table.title}**\n"] if table.title else []
    lines.append(f"| {' | '.join(table.header)} |")
    lines.append(f"|{'---|' * len(table.header)}")
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in table.rows]
    return "\n".join(lines) + "\n"


def _cell(cell: Cell) -> str:
    if cell is None:
        return "not measured"
    return f"{cell:g}" if isinstance(cell, float) else str(cell)


def _valued(figure: Figure) -> str:
    return f"{_cell(figure.value)} {figure.unit}".strip()


def _bar(bar: Bar | None) -> str:
    return "" if bar is None else f"{bar.text} ({_SOURCES[bar.source]})"


def _verdict(figure: Figure) -> str:
    if figure.bar is None:
        return ""
    return "**missed**" if figure.fails else "reached"


def _anchor(report: Report, name: str) -> str:
    return _slug(report[name.partition(".")[0]].section.title)


def _slug(title: str) -> str:
    return "".join(sign for sign in title.lower().replace(" ", "-") if sign.isalnum() or sign == "-")
