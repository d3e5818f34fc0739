"""Runs that were given up."""

from typing import Protocol

from chalicelib.domain.dead_letters import DeadLetter


class DeadLetterStore(Protocol):
    """Runs that were given up, of all accounts: for operators, and in small numbers."""

    def add(self, letter: DeadLetter) -> None:
        """Notes a run that was given up; again is fine."""

    def list(self) -> tuple[DeadLetter, ...]:
        """All that are noted, in no order."""

    def remove(self, letter: DeadLetter) -> None:
        """Takes the note away; none there is fine."""
