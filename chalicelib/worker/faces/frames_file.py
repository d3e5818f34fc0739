"""All that was measured for a result, to the last digit, from which its files can be written again.

A gzip stream: a line of JSON that says what the files are made with, then the frames as `partial_metrics` has them.
"""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, cast

from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.errors import translated
from chalicelib.formats.partial_metrics import PartialCounts, PartialMetricsReader, PartialMetricsWriter

KEPT_FRAMES_CONTENT_TYPE = "application/vnd.mien.frames"

_FASTEST = 1
_MAX_LINE_BYTES = 1_000_000
_DAMAGES = (EOFError, OSError, zlib.error)
"""What the reader of gzip raises."""


class KeptFramesWriter:
    """Writes to `stream`, which stays open. `header` is anything that JSON can hold, `names` those of the metrics."""

    def __init__(self, stream: BinaryIO, header: Mapping[str, object], names: Sequence[str]) -> None:
        self._packed = gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=_FASTEST, mtime=0)
        self._packed.write(json.dumps(header, separators=(",", ":")).encode() + b"\n")
        self._frames = PartialMetricsWriter(cast("BinaryIO", self._packed), names)

    def write(self, frame: FrameMetrics) -> None:
        """Adds the next frame."""
        self._frames.write(frame)

    def close(self) -> None:
        """Completes the stream. Without this it cannot be read to its end."""
        self._frames.close(PartialCounts(0, 0, 0))
        self._packed.close()


class KeptFramesReader:
    """Reads from `stream`. Raises ValueError for what is no such stream, or only the beginning of one."""

    def __init__(self, stream: BinaryIO) -> None:
        self._packed = gzip.GzipFile(fileobj=stream, mode="rb")
        with translated(*_DAMAGES, into=ValueError("these are no kept frames")):
            self.header: Mapping[str, Any] = json.loads(self._packed.readline(_MAX_LINE_BYTES))

    def frames(self) -> Iterator[FrameMetrics]:
        """The frames in order."""
        with translated(*_DAMAGES, into=ValueError("the kept frames end early")):
            yield from PartialMetricsReader(self._packed).frames()
