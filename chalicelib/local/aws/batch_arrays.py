"""Arrays of processes on this machine, as AWS Batch runs them in containers."""

import logging
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import BinaryIO
from uuid import uuid4

from chalicelib.local.log_lines import open_log
from chalicelib.local.workers.supervisor import REPOSITORY, with_import_path

_LIVE, _SUCCEEDED, _FAILED = "RUNNING", "SUCCEEDED", "FAILED"
_GRACE_S = 5.0

_log = logging.getLogger(__name__)


@dataclass
class _Array:
    statuses: list[str]
    processes: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    is_terminated: bool = False

    @property
    def status(self) -> str:
        if _LIVE in self.statuses:
            return _LIVE
        return _FAILED if _FAILED in self.statuses else _SUCCEEDED


class BatchArrays:
    """Runs `command` once for each index of an array, `max_processes` at a time, each again until it ends with 0 or has
    been begun as often as was asked for. `environment` is the processes' own but for what Batch adds; their output is
    added to `log_path`. Nothing is left running after `close`."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], log_path: Path, *, max_processes: int
    ) -> None:
        self._command = list(command)
        self._environment = with_import_path(environment)
        self._log_file: BinaryIO = open_log(log_path)
        self._pool = ThreadPoolExecutor(max_processes, thread_name_prefix="batch")
        self._arrays: dict[str, _Array] = {}
        self._lock = Lock()
        self._is_closed = False

    def submit(self, *, size: int, attempts: int, variables: Mapping[str, str]) -> str:
        """Queues an array with these variables more, and returns its id."""
        array_id = str(uuid4())
        array = _Array([_LIVE] * size)
        with self._lock:
            self._arrays[array_id] = array
        for index in range(size):
            added = {
                **variables,
                "AWS_BATCH_JOB_ID": f"{array_id}:{index}",
                "AWS_BATCH_JOB_ARRAY_INDEX": str(index),
            }
            self._pool.submit(self._run, array, index, attempts, added)
        return array_id

    def status(self, array_id: str) -> str | None:
        """`RUNNING`, `SUCCEEDED` or `FAILED`; None for an id that was never given."""
        with self._lock:
            array = self._arrays.get(array_id)
            return None if array is None else array.status

    def terminate(self, array_id: str) -> None:
        """Ends its processes and begins no more of them."""
        with self._lock:
            array = self._arrays.get(array_id)
            if array is None:
                return
            array.is_terminated = True
            for process in array.processes.values():
                process.terminate()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Those that run at the moment."""
        with self._lock:
            return tuple(process.pid for array in self._arrays.values() for process in array.processes.values())

    def close(self) -> None:
        """Ends everything; those that do not end by themselves within seconds are killed."""
        with self._lock:
            self._is_closed = True
            processes = [process for array in self._arrays.values() for process in array.processes.values()]
            for process in processes:
                process.terminate()
        for process in processes:
            try:
                process.wait(_GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()
        self._pool.shutdown(cancel_futures=True)
        self._log_file.close()

    def _run(self, array: _Array, index: int, attempts: int, variables: Mapping[str, str]) -> None:
        status = _FAILED
        try:
            for attempt in range(1, attempts + 1):
                exit_status = self._attempt(array, index, {**variables, "AWS_BATCH_JOB_ATTEMPT": str(attempt)})
                if exit_status is None or exit_status == 0:
                    status = _FAILED if exit_status is None else _SUCCEEDED
                    return
                _log.warning("segment %d ended with status %d at attempt %d", index, exit_status, attempt)
        except OSError:
            _log.exception("no process can be started for segment %d", index)
        finally:
            with self._lock:
                array.statuses[index] = status

    def _attempt(self, array: _Array, index: int, variables: Mapping[str, str]) -> int | None:
        """Returns the exit status of one process; None if no more are to be started."""
        with self._lock:
            if array.is_terminated or self._is_closed:
                return None
            # A process group of its own: Ctrl-C in the terminal is for the parent, which then ends its processes.
            process = subprocess.Popen(  # noqa: S603  # the command that this was made with
                self._command,
                cwd=REPOSITORY,
                env={**self._environment, **variables},
                stdin=subprocess.PIPE,
                stdout=self._log_file,
                stderr=self._log_file,
                process_group=0,
                umask=0o077,
            )
            array.processes[index] = process
        exit_status = process.wait()
        with self._lock:
            del array.processes[index]
        if process.stdin is not None:
            process.stdin.close()
        return exit_status
