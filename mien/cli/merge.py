"""`mien merge`: the result tables of a batch as one table, with the file, job and annotations of each row."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import click

from chalicelib.domain.requests.client_texts import text_cell
from chalicelib.domain.requests.result_formats import FACE_COLUMN, GAZE_REASONS_COLUMN, NAME_COLUMN, VALIDITY_COLUMNS
from chalicelib.errors import MienError
from mien.cli.output import say
from mien.cli.sending.manifest import NAME, Entry, read_manifest

_ENDING = "-metrics.csv"
_TEXTS = ("file", "job", FACE_COLUMN, NAME_COLUMN, VALIDITY_COLUMNS[-1], GAZE_REASONS_COLUMN)
_CHUNK_ROWS = 50_000


class MergeError(MienError):
    """The tables cannot be joined. The message is for the user."""


@dataclass(frozen=True, slots=True)
class _Source:
    """One table and what is known of it."""

    path: Path
    about: Mapping[str, str]


@click.command()
@click.argument("results", type=click.Path(path_type=Path, exists=True, file_okay=False), nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A .csv or .parquet file.")
def merge(results: tuple[Path, ...], out: Path) -> None:
    """Join the CSV results that `mien submit --out RESULTS` has downloaded into one table.

    Each row begins with file and job, then the annotations of the submission as `annotation KEY`. Parquet needs the
    package pyarrow.
    """
    sources = [source for directory in results for source in _sources(directory)]
    if not sources:
        raise MergeError(f"There are no results with a table in {', '.join(map(str, results))}.")
    columns = _columns(sources)
    part = out.with_name(f".{out.name}.part")
    try:
        write = _write_parquet if out.suffix == ".parquet" else _write_csv
        count = write(part, columns, _rows(sources))
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    inputs = "1 input" if len(sources) == 1 else f"{len(sources)} inputs"
    say(f"{count} rows of {inputs}: {out}")


def _sources(directory: Path) -> Iterator[_Source]:
    done: dict[str, Entry] = {}
    for entry in read_manifest(directory / NAME):
        done.pop(entry.fingerprint, None)
        if entry.state == "done":
            done[entry.fingerprint] = entry
    for entry in done.values():
        notes = {f"annotation {key}": value for key, value in entry.annotations.items()}
        for name in entry.files:
            path = directory / name
            if (name.endswith(_ENDING) or "-metrics-" in path.name) and path.suffix == ".csv" and path.is_file():
                yield _Source(path, {"file": entry.medium, "job": entry.job, **notes})


def _columns(sources: list[_Source]) -> list[str]:
    """Those of all tables, in the order in which they come; what is known of a table comes first."""
    about = dict.fromkeys(name for source in sources for name in source.about)
    measured: dict[str, None] = {}
    for source in sources:
        with source.path.open(newline="", encoding="utf-8") as stream:
            measured |= dict.fromkeys(next(csv.reader(stream), []))
    return [*about, *(name for name in measured if name not in about)]


def _rows(sources: list[_Source]) -> Iterator[dict[str, str]]:
    for source in sources:
        with source.path.open(newline="", encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                yield {**source.about, **row}


def _write_csv(path: Path, columns: list[str], rows: Iterator[dict[str, str]]) -> int:
    count = 0
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: text_cell(cell) if _is_text(name) else cell for name, cell in row.items()})
            count += 1
    return count


def _write_parquet(path: Path, columns: list[str], rows: Iterator[dict[str, str]]) -> int:
    try:
        import pyarrow as pa  # noqa: PLC0415  # only this needs it
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        raise MergeError("Parquet needs the package pyarrow; install it, or write a .csv file.") from None
    schema = pa.schema([(name, pa.string() if _is_text(name) else pa.float64()) for name in columns])
    count = 0
    with pq.ParquetWriter(path, schema) as writer:
        while chunk := list(islice(rows, _CHUNK_ROWS)):
            count += len(chunk)
            cells = {name: [_cell(row.get(name), is_text=_is_text(name)) for row in chunk] for name in columns}
            writer.write_table(pa.Table.from_pydict(cells, schema=schema))
    return count


def _is_text(column: str) -> bool:
    return column in _TEXTS or column.startswith("annotation ")


def _cell(text: str | None, *, is_text: bool) -> str | float | None:
    if is_text:
        return text
    if text is None or text in ("", "TF"):
        return None
    return float({"true": "1", "false": "0"}.get(text.lower(), text))
