"""A file that decoders of pictures read through: each read looks at the time that decoding may take, and at whether the
picture is still wanted."""

import io
import time
from collections.abc import Callable
from pathlib import Path

from chalicelib.analysis.media.frames import MediaLimits
from chalicelib.domain.requests.number_texts import plain_number
from chalicelib.errors import MediaError

READ_BYTES = 8192
"""Decoders are fed so many bytes at a time. What they can do with them is bounded by pixels and scans (`limits`)."""

_CHECK_S = 0.2


def unwatched() -> None:
    """Does nothing."""


class BudgetedFile(io.FileIO):
    """`path`, read only. The budget, `max_decoding_s` of processor time, is that of one frame: see `renew`."""

    def __init__(self, path: Path, limits: MediaLimits, while_reading: Callable[[], None] = unwatched) -> None:
        """`while_reading` is called a few times a second while anything is read, until `opened`; what it raises passes
        through the decoder."""
        super().__init__(path, "rb")
        self.path = path
        self._budget_s = limits.max_decoding_s
        self._while_reading = while_reading
        self._next_check_s = 0.0
        self.renew()

    def opened(self) -> None:
        """Call it when the first frame is decoded."""
        self._while_reading = unwatched

    def renew(self) -> None:
        """Another frame begins."""
        self._until_s = time.thread_time() + self._budget_s

    def read(self, size: int | None = -1, /) -> bytes:
        """As any file does. MediaError if the time is spent."""
        self.check()
        return super().read(-1 if size is None else size) or b""

    def check(self) -> None:
        """Reports progress. Raises MediaError if the time is used up."""
        if time.thread_time() > self._until_s:
            raise MediaError(
                f"The picture takes more than {plain_number(self._budget_s)} seconds to decode, which no camera's "
                "does. Open it in an image editor, save it again and upload that."
            )
        if time.monotonic() >= self._next_check_s:
            self._while_reading()
            self._next_check_s = time.monotonic() + _CHECK_S
