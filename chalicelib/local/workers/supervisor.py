"""Keeps worker processes alive, and ends them."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from chalicelib.local.log_lines import open_log
from chalicelib.local.workers.process import DEFAULT_HANDLER, DEFAULT_WARM_UP

REPOSITORY = Path(__file__).parents[3]

_SOON_S = 5.0  # a worker that dies younger than this did not get to work
_MAX_RESTART_DELAY_S = 8.0
_GRACE_S = 5.0

_log = logging.getLogger(__name__)


class WorkerSupervisor:
    """A context manager; inside it `count` workers run. A worker that dies is restarted, after a growing delay if it
    died early; `max_early_deaths` in a row end its slot (`has_given_up`).

    `environment` is the workers' whole environment. Their logs are added to `log_path`.
    """

    def __init__(
        self,
        count: int,
        environment: Mapping[str, str],
        log_path: Path,
        *,
        handler: str = DEFAULT_HANDLER,
        warm_up: str = DEFAULT_WARM_UP,
        max_early_deaths: int = 5,
    ) -> None:
        self._environment = with_import_path(environment)
        self._log_path = log_path
        self._command = [sys.executable, "-m", "chalicelib.local.workers.process", "--handler", handler]
        self._command += ["--warm-up", warm_up]
        self._max_early_deaths = max_early_deaths
        self._lock = Lock()
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._stopping = Event()
        self._given_up = Event()
        # Daemons: an exit that is itself interrupted must not wait for workers that wait for the exit.
        self._threads = [
            Thread(target=self._keep_alive, args=(slot,), name=f"worker {slot}", daemon=True) for slot in range(count)
        ]

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The workers that run at the moment."""
        with self._lock:
            return tuple(process.pid for process in self._processes.values())

    @property
    def has_given_up(self) -> bool:
        """Returns True if a worker could not be kept alive."""
        return self._given_up.is_set()

    def __enter__(self) -> Self:
        """Raises OSError if the log cannot be written."""
        self._log_file = open_log(self._log_path)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._lock:
            self._stopping.set()
            for process in self._processes.values():
                process.terminate()
        self._join(_GRACE_S)
        with self._lock:
            for process in self._processes.values():
                process.kill()
        self._join(None)
        self._log_file.close()

    def _join(self, patience_s: float | None) -> None:
        deadline = None if patience_s is None else time.monotonic() + patience_s
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(None if deadline is None else max(0.0, deadline - time.monotonic()))

    def _keep_alive(self, slot: int) -> None:
        try:
            self._restart_until_stopped(slot)
        except OSError:
            _log.exception("no process can be started for worker slot %d", slot)
            self._given_up.set()

    def _restart_until_stopped(self, slot: int) -> None:
        early_deaths, has_lived = 0, False
        while True:
            started = time.monotonic()
            process = self._start(slot)
            if process is None:
                return
            exit_status = process.wait()
            self._forget(slot, process)
            lived = time.monotonic() - started >= _SOON_S
            # A worker that has lived can start: media files or signals end it, not a broken installation.
            has_lived = has_lived or lived
            early_deaths = 0 if lived else early_deaths + 1
            if self._stopping.is_set():
                return
            _log.warning("worker %d ended with status %d", process.pid, exit_status)
            if early_deaths >= self._max_early_deaths and not has_lived:
                self._given_up.set()
                return
            self._stopping.wait(min(0.25 * 2**early_deaths, _MAX_RESTART_DELAY_S) if early_deaths else 0.0)

    def _start(self, slot: int) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stopping.is_set():
                return None
            # A process group of its own: Ctrl-C in the terminal is for the parent, which then ends its workers.
            process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                self._command,
                cwd=REPOSITORY,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=self._log_file,
                stderr=self._log_file,
                process_group=0,
                umask=0o077,  # strangers' faces are for this user only
            )
            self._processes[slot] = process
            return process

    def _forget(self, slot: int, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            del self._processes[slot]
        if process.stdin is not None:
            process.stdin.close()


def with_import_path(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment in which a child process finds this package, wherever it runs."""
    paths = [str(REPOSITORY), environment.get("PYTHONPATH", "")]
    return {
        **environment,
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "PYTHONFAULTHANDLER": "1",  # a crash inside a decoder leaves a trace in the log
    }
