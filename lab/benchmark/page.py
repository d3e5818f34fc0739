"""The benchmark's page: the report as Markdown."""

from collections.abc import Iterator

from lab.reports.markdown import bar_text, contents, machines, numbers_of, section_text, slug, table_text, valued
from lab.reports.report import Report, Table, figures_of

_INTRODUCTION = """# Performance

Written by `make bench`, from what it measured; do not edit it. The same numbers as data:
[performance.json](performance.json). Clips are made of the media of `../shared/media` when it runs. Times of one
machine say little about another: what counts is ratios of runs next to each other, and even these move by some per cent
from run to run. Why it is measured so: [decisions/0023](decisions/0023-benchmark.md).

`make bench ONLY=memory` measures one section again and keeps the others. `tests/lab/test_speed.py` fails if a
change makes a job clearly slower, by ratios to a fixed piece of work in the same run.

The batched CUDA path has not been measured: no machine with a GPU was available.
"""


def page(report: Report) -> str:
    """The whole page."""
    parts = [_INTRODUCTION, *machines(report), *_aims(report), *contents(report)]
    numbers = numbers_of(report)
    parts += [section_text(measured, numbers[measured.machine]) for measured in report.values()]
    return "\n".join(parts)


def _aims(report: Report) -> Iterator[str]:
    """Every figure with a bar, reached or not."""
    yield "## Aims\n"
    rows = tuple(
        (
            figure.text,
            valued(figure),
            bar_text(figure.bar),
            "**missed**" if figure.fails else "reached",
            f"[{name.partition('.')[0]}](#{slug(report[name.partition('.')[0]].section.title)})",
        )
        for name, figure in figures_of(report)
        if figure.bar is not None
    )
    yield table_text(Table("", ("figure", "measured", "bar", "", "section"), rows))
