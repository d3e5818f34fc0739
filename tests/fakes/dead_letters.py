"""Runs that were given up."""

import threading

from chalicelib.domain.dead_letters import DeadLetter
from tests.fakes.kept import as_kept


class FakeDeadLetters:
    """The port `DeadLetterStore`."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, int], DeadLetter] = {}
        self._lock = threading.Lock()

    def add(self, letter: DeadLetter) -> None:
        with self._lock:
            self._rows[letter.account_id, letter.job_id, letter.run] = as_kept(letter)

    def list(self) -> tuple[DeadLetter, ...]:
        with self._lock:
            return tuple(self._rows.values())

    def remove(self, letter: DeadLetter) -> None:
        with self._lock:
            self._rows.pop((letter.account_id, letter.job_id, letter.run), None)
