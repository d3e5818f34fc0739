"""Which tables and figures the page shows: `docs/evaluation.json` has all of them.

Numbers of single expressions stand in one table over all sections; of long tables only the rows that say something are
shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from chalicelib.domain.measurements.metrics import BASELINE_NAMES
from chalicelib.domain.measurements.reliability import SEVEN
from lab.reports.report import Cell, Figure, Measured, Report, Section, Table

_EXPRESSION, _METRIC = "expression", "metric"
"""The first headers of tables with a row for each; the page has one table of either kind."""
_METRICS = frozenset((*BASELINE_NAMES, *SEVEN))
_COLUMNS: tuple[tuple[str, int, str], ...] = (
    ("made_persons", 2, "made persons: AUC"),
    ("neutral_faces", 1, "median at rest, clip"),
    ("neutral_faces", 9, "portraits above 30 (%)"),
    ("own_neutral", 4, "own neutral above 15 (%)"),
    ("pose_stability", 3, "turned 20°"),
    ("jitter_stability", 1, "trembling"),
    ("light_mesh", 2, "light mesh: correlation"),
    ("light_mesh", 3, "light mesh: difference"),
    ("changed_pictures", 1, "a beard moves it by"),
)
"""Section, column of its table of expressions, and the header of the column here."""


def _differs(row: tuple[Cell, ...], columns: slice) -> bool:
    return any(each not in {0, None} for each in row[columns])


_ROWS: Mapping[str, tuple[str, Callable[[tuple[Cell, ...]], bool]]] = {
    "turned_faces": ("every third turn", lambda row: int(row[0] or 0) % 45 == 0),
    "identities": ("clips with a switch or a transfer", lambda row: _differs(row, slice(4, 6))),
    "timestamps": ("clips with a difference", lambda row: _differs(row, slice(3, 4))),
    "equal_paths": ("pictures with a difference", lambda row: _differs(row, slice(2, 7))),
}
"""Of which sections some rows are shown: what these have in common."""


def shortened(measured: Measured) -> Measured:
    """Returns a section without what stands elsewhere on the page, or says nothing."""
    section = measured.section
    tables = [_short(section, table) for table in section.tables if table.header[0] not in {_EXPRESSION, _METRIC}]
    kept = tuple(figure for figure in section.figures if not _stands_elsewhere(section, figure))
    filled = tuple(table for table in tables if table.rows)
    return replace(measured, section=replace(section, figures=kept, tables=filled))


def expressions(report: Report) -> Table | None:
    """One row for each expression, with one number or two of each section; none if no section has any."""
    columns = [each for each in _COLUMNS if each[0] in report]
    if not columns:
        return None
    found = [_column(report[name].section, place) for name, place, _ in columns]
    rows = tuple((name, *(column.get(name) for column in found)) for name in sorted(found[0], key=str))
    return Table("", (_EXPRESSION, *(header for _, _, header in columns)), rows)


def intervals(report: Report) -> Mapping[Cell, Cell]:
    """Of each metric that was measured on performances, the interval of its AUC."""
    return _column(report["performances"].section, 6) if "performances" in report else {}


def _column(section: Section, place: int) -> dict[Cell, Cell]:
    """By the first cell of the rows of a section's tables with a row for each expression or metric."""
    tables = [table for table in section.tables if table.header[0] in {_EXPRESSION, _METRIC}]
    return {row[0]: row[place] for table in tables for row in table.rows}


def _stands_elsewhere(section: Section, figure: Figure) -> bool:
    """Returns True for figures of one expression (reached ones are in the tables, missed ones are listed), and for
    figures over all expressions that have no bar: the reading says them."""
    is_by_expression = any(table.header[0] == _EXPRESSION for table in section.tables)
    return figure.subject in _METRICS or (is_by_expression and figure.bar is None)


def _short(section: Section, table: Table) -> Table:
    if section.name not in _ROWS:
        return table
    title, is_shown = _ROWS[section.name]
    rows = tuple(row for row in table.rows if is_shown(row))
    return replace(table, title=f"{len(rows)} of {len(table.rows)} rows: {title}", rows=rows)
