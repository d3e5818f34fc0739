"""A part process that stands still, so that a test knows its place."""

import os
import signal

from chalicelib.worker.part_process import PartProcess


def halted(part_process: PartProcess) -> int:
    """Starts it and halts it before it has done anything; its number, under which SIGCONT lets it go on."""
    part_process.start()
    running = part_process.process_id
    assert running is not None
    os.kill(running, signal.SIGSTOP)
    return running
