"""The lines that the stack and its workers log, into one file."""

import logging
import os
from pathlib import Path
from typing import BinaryIO, TextIO


def write_log(stream: TextIO, *, process_name: str, level: str = "INFO") -> None:
    """From here on this process writes what it logs to `stream`, beginning with time, level, name and process id."""
    logging.basicConfig(
        stream=stream,
        level=level,
        format=f"%(asctime)s %(levelname)s {process_name} %(process)d %(name)s: %(message)s",
    )
    logging.getLogger("botocore").setLevel(logging.WARNING)  # else each client says whence it has its endpoint


def open_log(path: Path) -> BinaryIO:
    """Opens the log at its end; a new one can be read by this user only (mode 0600). Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return open(path, "ab", opener=lambda name, flags: os.open(name, flags, 0o600))
