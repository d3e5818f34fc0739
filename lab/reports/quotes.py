"""Numbers in documents that come from reports.

A document quotes a figure by a comment behind the number: `12<!-- crowds.missed -->`. The comment does not show, the
number is set by `make evaluate` or `make bench`, and a test holds each against the report.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lab.reports.report import Report, figures_of

_QUOTE = re.compile(r"(?P<number>-?\d+(?:\.\d+)?)<!-- (?P<name>[a-z0-9_]+\.[a-z0-9_]+) -->")


@dataclass(frozen=True, slots=True)
class Quote:
    """A number in a document and the figure that it is said to be."""

    name: str
    number: str


def quotes(document: str) -> Iterator[Quote]:
    """Every quote, in order."""
    yield from (Quote(found["name"], found["number"]) for found in _QUOTE.finditer(document))


def numbers(report: Report) -> Mapping[str, str]:
    """Returns the text of each measured figure."""
    return {name: f"{figure.value:g}" for name, figure in figures_of(report) if figure.value is not None}


def requoted(document: str, report: Report) -> str:
    """Returns the document with the numbers of the report. Raises `KeyError` if it quotes an unknown figure."""
    known = numbers(report)
    return _QUOTE.sub(lambda found: f"{known[found['name']]}<!-- {found['name']} -->", document)
