"""The lines that the stack and its workers log, into one file."""

import logging
from typing import TextIO


def write_log(stream: TextIO, *, process_name: str, level: str = "INFO") -> None:
    """From here on this process writes what it logs to `stream`, beginning with time, level, name and process id."""
    logging.basicConfig(
        stream=stream,
        level=level,
        format=f"%(asctime)s %(levelname)s {process_name} %(process)d %(name)s: %(message)s",
    )
    logging.getLogger("botocore").setLevel(logging.WARNING)  # else each client says whence it has its endpoint
