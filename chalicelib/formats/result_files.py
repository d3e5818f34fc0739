"""The files of one finished job: one per content type that its recipe asks for, all written in one pass."""

import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import BinaryIO, Self

from chalicelib.domain.measurements.frame_size import FrameSize
from chalicelib.domain.measurements.metrics import FrameMetrics, MetricSet
from chalicelib.domain.requests.recipes import Recipe
from chalicelib.domain.requests.result_formats import (
    CSV_CONTENT_TYPE,
    LEGACY_CONTENT_TYPE,
    PARQUET_CONTENT_TYPE,
    SESSION_CONTENT_TYPE,
    SUMMARY_CONTENT_TYPE,
    TIMELINE_CONTENT_TYPE,
)
from chalicelib.formats.csv_table import CsvTableWriter
from chalicelib.formats.file_names import result_file_name
from chalicelib.formats.legacy_json import LegacyJsonWriter
from chalicelib.formats.session_json import SessionJsonWriter
from chalicelib.formats.summary_json import SummaryJsonWriter
from chalicelib.formats.timeline import TimelineWriter
from chalicelib.formats.writers import OpenSpool, Origin, ResultWriter


@dataclass(frozen=True, slots=True)
class Contents:
    """The common data of a job's files: its recipe, and the metrics in them; `provider` is the execution provider of
    the networks, `frame_size` the frame size to which face boxes refer and `origin` what was measured, if known.
    `face_names`: what a client has called faces, by their ids."""

    recipe: Recipe
    metrics: MetricSet
    provider: str = ""
    frame_size: FrameSize | None = None
    origin: Origin | None = None
    face_names: Mapping[int, str] = field(default_factory=dict)


def _parquet_writer(stream: BinaryIO, contents: Contents, _open_spool: OpenSpool) -> ResultWriter:
    from chalicelib.formats.parquet_table import ParquetTableWriter  # noqa: PLC0415  # loads a library; see there

    return ParquetTableWriter(
        stream,
        metrics=contents.metrics,
        classifier_names=contents.recipe.classifier_names,
        frame_size=contents.frame_size,
        origin=contents.origin,
        face_names=contents.face_names,
    )


WRITERS: Mapping[str, Callable[[BinaryIO, Contents, OpenSpool], ResultWriter]] = MappingProxyType(
    {
        SESSION_CONTENT_TYPE: lambda stream, contents, _open_spool: SessionJsonWriter(
            stream,
            metrics=contents.metrics,
            frame_size=contents.frame_size,
            origin=contents.origin,
            face_names=contents.face_names,
        ),
        LEGACY_CONTENT_TYPE: lambda stream, contents, open_spool: LegacyJsonWriter(
            stream,
            metrics=contents.metrics,
            pack=contents.recipe.pack,
            classifier_names=contents.recipe.classifier_names,
            open_spool=open_spool,
            frame_size=contents.frame_size,
            origin=contents.origin,
        ),
        CSV_CONTENT_TYPE: lambda stream, contents, _open_spool: CsvTableWriter(
            stream,
            metrics=contents.metrics,
            face_ids=contents.recipe.follows_many,
            classifier_names=contents.recipe.classifier_names,
            face_names=contents.face_names,
        ),
        SUMMARY_CONTENT_TYPE: lambda stream, contents, open_spool: SummaryJsonWriter(
            stream,
            metrics=contents.metrics,
            open_spool=open_spool,
            provider=contents.provider,
            frame_size=contents.frame_size,
            origin=contents.origin,
            face_names=contents.face_names,
        ),
        TIMELINE_CONTENT_TYPE: lambda stream, contents, open_spool: TimelineWriter(
            stream,
            metrics=contents.metrics,
            open_spool=open_spool,
            frame_size=contents.frame_size,
            face_names=contents.face_names,
        ),
        PARQUET_CONTENT_TYPE: _parquet_writer,
    }
)
"""Content type -> how its writer is made. A new format is a row here."""


@dataclass(frozen=True, slots=True)
class ResultFile:
    """One result: its path, its file name for clients, and its content type."""

    path: Path
    file_name: str
    content_type: str


def write_files(
    frames: Iterable[FrameMetrics], contents: Contents, directory: Path, input_file_name: str
) -> tuple[ResultFile, ...]:
    """Writes every file of a result in one pass over the frames, and returns them. Raises what the frames raise; then
    no file is left."""
    with ResultFiles(contents, directory, input_file_name) as results:
        for frame in frames:
            results.write(frame)
    return results.files


class ResultFiles:
    """Open result files, one in `directory` for every content type of the recipe of `contents`.

    The names on the disk are `result-0`, `result-1` ...: nothing in them comes from the client. `input_file_name` is
    the client's, as `check_file_name` leaves it; the results' file names begin with it. As a context manager it
    completes the files at the end, or deletes them when an error passes.
    """

    def __init__(self, contents: Contents, directory: Path, input_file_name: str) -> None:
        self._contents = contents
        self._directory = directory
        self._open_files = ExitStack()
        self._writers: list[ResultWriter] = []
        self._paths: list[Path] = []
        self._is_open = True
        with ExitStack() as undo:
            undo.callback(self.discard)
            for content_type in contents.recipe.content_types:
                self._open(content_type)
            undo.pop_all()
        self._files = tuple(
            ResultFile(path, result_file_name(input_file_name, writer.suffix), writer.content_type)
            for path, writer in zip(self._paths, self._writers, strict=True)
        )

    @property
    def files(self) -> tuple[ResultFile, ...]:
        """The files in the order of the recipe's content types. They are complete after `close`."""
        return self._files

    def write(self, frame: FrameMetrics) -> None:
        """Adds the next frame to every file. After an error (`ValueError` for a number that is not finite, `OSError`)
        the files are of no use: `discard` them."""
        if not self._is_open:
            raise ValueError("the result files are closed")
        for writer in self._writers:
            writer.write(frame)

    def close(self) -> None:
        """Completes every file; closing again does nothing. Deletes all of them if one cannot be completed."""
        if not self._is_open:
            return
        with ExitStack() as undo:
            undo.callback(self.discard)
            for writer in self._writers:
                writer.close()
            self._is_open = False
            self._open_files.close()
            undo.pop_all()

    def discard(self) -> None:
        """Deletes the files, complete or not."""
        self._is_open = False
        with ExitStack() as deletions:
            for path in self._paths:
                deletions.callback(path.unlink, missing_ok=True)
            self._open_files.close()  # may fail if the disk is full; the files are deleted nevertheless

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error_type is None:
            self.close()
        else:
            self.discard()

    def _open(self, content_type: str) -> None:
        path = self._directory / f"result-{len(self._paths)}"
        self._paths.append(path)
        stream = self._open_files.enter_context(path.open("wb"))
        self._writers.append(WRITERS[content_type](stream, self._contents, self._open_spool))

    def _open_spool(self) -> BinaryIO:
        return self._open_files.enter_context(tempfile.TemporaryFile(dir=self._directory))
