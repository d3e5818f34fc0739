"""A second process that stands still, so that a test knows its place."""

import os
import signal

from chalicelib.worker.second_process import SecondProcess


def halted(second_process: SecondProcess) -> int:
    """Starts it and halts it before it has done anything; its number, under which SIGCONT lets it go on."""
    second_process.start()
    running = second_process.process_id
    assert running is not None
    os.kill(running, signal.SIGSTOP)
    return running
