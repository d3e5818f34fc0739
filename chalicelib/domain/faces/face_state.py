"""The state of a result with corrected faces. Each change is a method that returns the changed
state; the store writes it on the condition that `version` is the one that was read."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from chalicelib.domain.faces.corrections import Correction
from chalicelib.errors import Conflict

MAX_CHANGES = 1000
"""How often the corrections of a result can change. Each change may leave files that must be removed."""


class FaceStatus(StrEnum):
    """The states of the files, called as those of jobs are."""

    QUEUED = "queued"
    DONE = "done"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class FaceState:
    """The corrections of a result.

    `number` counts their changes; `written` is the number of those that the files follow, 0 for the files as they were
    measured; `tidied` the number up to which nothing is left to do: copies are published, superseded files removed.
    `attempts` counts how often workers have begun to write `number`, `error` says why they gave up. `version` counts
    the writes of this state.
    """

    corrections: tuple[Correction, ...] = ()
    number: int = 0
    written: int = 0
    tidied: int = 0
    version: int = 0
    attempts: int = 0
    error: str | None = None

    @property
    def status(self) -> FaceStatus:
        """Returns whether the files follow the corrections."""
        if self.written == self.number:
            return FaceStatus.DONE
        return FaceStatus.QUEUED if self.error is None else FaceStatus.ERROR

    @property
    def is_settled(self) -> bool:
        """Returns True if no worker has anything to do."""
        return self.tidied == self.number or self.status is FaceStatus.ERROR

    def changed(self, corrections: tuple[Correction, ...]) -> Self:
        """Other corrections, which no file follows yet; with none, the files as they were measured follow at once.
        Raises `Conflict` after `MAX_CHANGES`."""
        if self.number >= MAX_CHANGES and corrections:
            raise Conflict(
                f"The corrections of this result have changed {MAX_CHANGES} times, which is the limit; take them all "
                "back, or requeue the job."
            )
        number = self.number + 1
        written = self.written if corrections else number
        return self._next(corrections=corrections, number=number, written=written, attempts=0, error=None)

    def begun(self) -> Self:
        """Counts an attempt to write the files."""
        return self._next(attempts=self.attempts + 1)

    def finished(self, number: int) -> Self:
        """The files follow the corrections of this number."""
        return self._next(written=number, error=None)

    def failed(self, sentence: str) -> Self:
        """The files cannot be written; they stay as they are."""
        return self._next(error=sentence)

    def cleared(self, number: int) -> Self:
        """Nothing is left to do up to this number."""
        return self._next(tidied=number)

    def _next(self, **changes: object) -> Self:
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]  # names are checked by replace
