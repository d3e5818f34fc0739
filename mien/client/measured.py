"""The results of a picture or video, read from its files, remote or on this machine."""

import codecs
import io
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from chalicelib.domain.requests.result_formats import (
    CSV_CONTENT_TYPE,
    FACE_COLUMN,
    NO_FACE,
    RESULT_KINDS,
    SESSION_CONTENT_TYPE,
    SUMMARY_CONTENT_TYPE,
    TIME_COLUMN,
)
from mien.client.http_session import ApiError

_FRAMES = re.compile(r'"frames"\s*:\s*\[')


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: its time in seconds, and its faces by id. Of a face, metrics by their friendly names (numbers),
    `confidence`, `valid` and `invalid reasons`."""

    time_s: float
    faces: Mapping[str, Mapping[str, Any]]


class Measured(ABC):
    """The result files of one picture or video."""

    def frames(self) -> Iterator[Frame]:
        """Yields the frames in order, at their own times, without holding the file. Raises `ApiError` if the job has no
        session JSON (only `multiface` and `sdk-metrics` have)."""
        for frame in _elements(self.stream(SESSION_CONTENT_TYPE)):
            yield Frame(float(frame["time"]), frame["faces"])

    def summary(self) -> dict[str, Any]:
        """Returns the summary: each face with means, peaks and events. Times are in seconds. Raises `ApiError`."""
        summary: dict[str, Any] = json.loads(self._bytes(SUMMARY_CONTENT_TYPE))
        return summary

    def table(self) -> Any:
        """Returns the CSV as a frame of pandas, or of polars if only that is installed.

        The column `time_s` is in seconds (a batch's table has none), `face id` has texts; without a face, metrics are
        missing values. Raises `ApiError`, also if neither is installed.
        """
        for package, read in (("pandas", _pandas_table), ("polars", _polars_table)):
            try:
                library = import_module(package)
            except ImportError:
                continue
            return read(library, io.BytesIO(self._bytes(CSV_CONTENT_TYPE)))
        raise ApiError("table() needs pandas or polars: pip install pandas")

    @abstractmethod
    def save(self, directory: str | Path) -> list[Path]:
        """Writes all files into a directory, which is made if need be, and returns their paths; files of the same name
        are replaced. Raises `ApiError` or OSError."""

    @abstractmethod
    def stream(self, content_type: str) -> Iterable[bytes]:
        """Returns the content of one file in pieces. Raises `ApiError` if there is none of this type."""

    def _bytes(self, content_type: str) -> bytes:
        return b"".join(self.stream(content_type))


def name_of(content_type: str) -> str:
    """Returns the name of a kind of file for messages."""
    if content_type == SESSION_CONTENT_TYPE:
        return "session JSON"  # of the two kinds of JSON
    return next((name for name, types in RESULT_KINDS.items() if content_type in types), content_type)


def _pandas_table(pd: Any, stream: io.BytesIO) -> Any:
    table = pd.read_csv(stream, na_values=[NO_FACE], dtype={FACE_COLUMN: str})
    if TIME_COLUMN in table:
        table.insert(0, "time_s", table[TIME_COLUMN] / 1000)
    return table


def _polars_table(pl: Any, stream: io.BytesIO) -> Any:
    table = pl.read_csv(
        stream, null_values=[NO_FACE], schema_overrides={FACE_COLUMN: pl.String}, infer_schema_length=None
    )
    if TIME_COLUMN not in table.columns:
        return table
    return table.insert_column(0, (pl.col(TIME_COLUMN) / 1000).alias("time_s"))


def _elements(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yields the members of the array `frames` of a JSON document that comes in pieces.

    Raises `ApiError` if it ends early.
    """
    decoder, characters = json.JSONDecoder(), codecs.getincrementaldecoder("utf-8")()
    text, is_inside = "", False
    for chunk in chunks:
        text += characters.decode(chunk)
        if not is_inside:
            found = _FRAMES.search(text)
            if found is None:
                continue
            text, is_inside = text[found.end() :], True
        while True:
            text = text.lstrip(" \t\r\n,")
            if text.startswith("]"):
                return
            try:
                element, end = decoder.raw_decode(text)
            except ValueError:
                break
            yield element
            text = text[end:]
    raise ApiError("The result ends early; ask for it again.")
