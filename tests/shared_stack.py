"""One stack for many test modules: in a process of its own, `python -m tests.shared_stack LOG`, and with an account for
each module. Starting one for each takes three seconds of processor time.

Its environment and moto's memory are those of its process: modules between those that share it may run another AWS.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from chalicelib.domain.ids import new_id
from chalicelib.local.stack import Stack
from chalicelib.local.workers.supervisor import REPOSITORY
from chalicelib.settings import read_settings
from chalicelib.wiring import make_services, utc_now
from mien.client.http_session import ApiError
from mien.client.media_api import MediaApiClient
from tests.fakes import cheap_passwords

_PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class ApiUser:
    """The only user of an account, as a client of the API knows itself."""

    index_url: str
    name: str
    password: str


class SharedStack:
    """A context manager; inside it the stack's process runs. It ends with its standard input, however this one ends."""

    def __init__(self, log_path: Path) -> None:
        self._log_path = log_path

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.shared_stack", str(self._log_path)]
        self._process = subprocess.Popen(
            command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, process_group=0
        )
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.communicate()
        assert self._process.returncode == 0

    @contextmanager
    def user(self) -> Iterator[ApiUser]:
        """A new user. Their jobs that have not ended at the end of the block are cancelled: the worker is for the
        next."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(file=self._process.stdin, flush=True)
        user = ApiUser(**json.loads(self._process.stdout.readline()))
        yield user
        with MediaApiClient(user.index_url, user.name, user.password) as client:
            for job in client.list_jobs(limit=None):
                with suppress(ApiError):  # it has ended meanwhile
                    if not job.has_ended:
                        client.cancel_job(job.id)


def main(log_path: Path) -> None:
    """Writes a new user for each line of standard input, until that ends."""
    with cheap_passwords(), Stack(log_path=log_path) as stack:
        users = make_services(read_settings(os.environ)).users
        for number, _ in enumerate(sys.stdin):
            user = ApiUser(stack.index_url, f"tester-{number}@example.org", _PASSWORD)
            users.add(user.name, user.password, new_id(utc_now()))
            sys.stdout.write(f"{json.dumps(asdict(user))}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
