"""The evaluation's page: the report as Markdown."""

from collections.abc import Iterator

from chalicelib.domain.measurements.reliability import DATA, RELIABILITY, Grade, Reliability
from lab.evaluation.sections import performances
from lab.evaluation.shortened import expressions, intervals, shortened
from lab.reports.markdown import bar_text, contents, machines, numbers_of, section_text, slug, table_text, valued
from lab.reports.report import Cell, Report, Table, figures_of

_INTRODUCTION = """# Evaluation

Written by `make evaluate`, from what it measured; do not edit it. [evaluation.json](evaluation.json) has all numbers,
this page the main ones. The media of `../shared/media` are real pictures and clips that are not part of this
repository: few persons, and no labels of groups. The numbers say whether something is plainly wrong, how steady scores
are and what they respond to. They do not say how often an expression is right on people in general; no one has
measured that here. What the numbers are not, and whom they fit less well: [responsible-use.md](responsible-use.md).

`make evaluate LABELLED=folder` measures pictures of your own, one folder for each label, or a CSV file of `path`,
`label` and `person`: accuracy, recall, AUC with intervals over persons, a reliability curve, the worst pictures. Sets
that research uses (CK+, DISFA, BP4D, RAF-DB, AffectNet) come from their authors under agreements, mostly for research
that is not commercial; none is part of this repository.

`make evaluate ONLY=crowds` measures one section again and keeps the others. *Aim*: what the project has set itself;
*own bar*: one that the evaluation sets if the project names none.
"""


def page(report: Report) -> str:
    """The whole page."""
    parts = [_INTRODUCTION, *_reliability(report), *_not_reliable(report), *_expressions(report)]
    parts += [*contents(report), *machines(report)]
    numbers = numbers_of(report)
    parts += [section_text(shortened(measured), numbers[measured.machine]) for measured in report.values()]
    return "\n".join(parts)


def _reliability(report: Report) -> Iterator[str]:
    """Yields how far each metric may be trusted, the first thing that readers ask."""
    yield "## How far may I trust a metric?\n"
    yield (
        f"On {DATA}, measured as films with the own neutral and the attention mesh "
        f"([more](#{slug(performances.TITLE)})). *Hits*, *false alarms*: scores above 50. *Usable*: AUC from 0.9, hits "
        "from 60 %, false alarms up to 5 %, shown in at least 8 frames by 3 persons; *with care*: AUC from 0.8; *not "
        "measured*: unknown. Valence, engagement, stills, the light mesh, children: not measured.\n"
    )
    within = intervals(report)
    rows = tuple(
        (name, f"**{told.grade}**", *_numbers(told, within.get(name, "")))
        for grade in Grade
        for name, told in RELIABILITY.items()
        if told.grade is grade
    )
    header = ("metric", "trust", "AUC", "95 %", "hits (%)", "false alarms (%)", "frames", "persons")
    yield table_text(Table("", header, rows))


def _numbers(told: Reliability, interval: Cell) -> tuple[Cell, ...]:
    if told.auc is None or told.hits is None or told.false_alarms is None:
        return ("",) * 6
    shares = (round(100 * told.hits), round(100 * told.false_alarms))
    return (round(told.auc, 2), interval, *shares, told.frames, told.persons)


def _expressions(report: Report) -> Iterator[str]:
    """Yields what was measured of every expression, in one table."""
    table = expressions(report)
    if table is not None:
        yield "## Each expression\n"
        yield (
            "How it reads at rest, with the person's own neutral after 15 s, how far it moves while the head turns and "
            "while the points tremble, and how like the light mesh is; in points if nothing else is said. "
            "*Made persons*: how well it is separated on faces of a head that was never taught. Method and reading: in "
            "the sections below.\n"
        )
        yield table_text(table)


def _not_reliable(report: Report) -> Iterator[str]:
    failing = [(name, figure) for name, figure in figures_of(report) if figure.fails]
    yield "## Not reliable\n"
    if not failing:
        yield "Everything that was measured reaches its bar.\n"
        return
    named = ((figure.subject or _title(report, name).lower(), name, figure) for name, figure in failing)
    rows = tuple(
        (
            f"**{subject}**",
            figure.text,
            valued(figure),
            bar_text(figure.bar),
            f"[{name.partition('.')[0]}](#{_anchor(report, name)})",
        )
        for subject, name, figure in sorted(named, key=lambda each: each[0])
    )
    yield table_text(Table("", ("concerns", "figure", "measured", "bar", "section"), rows))


def _anchor(report: Report, name: str) -> str:
    return slug(_title(report, name))


def _title(report: Report, name: str) -> str:
    """The title of a figure's section."""
    return report[name.partition(".")[0]].section.title
