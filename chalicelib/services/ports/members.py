"""The members of batches."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from chalicelib.domain.batches import InputRow, MemberRow


class MemberStore(Protocol):
    """The rows of batches, by account and batch: marks of members, and inputs of those that are not jobs yet."""

    def create(self, rows: Sequence[MemberRow], inputs: Sequence[InputRow]) -> None:
        """Writes the rows of a new batch."""

    def list(self, account_id: str, batch_id: str) -> tuple[MemberRow, ...]:
        """The member rows, read consistently, in order; none if there is no such batch."""

    def inputs(self, account_id: str, batch_id: str, part: int) -> InputRow | None:
        """The inputs of the members of one row, None if they have been removed."""

    def add(self, row: MemberRow, marks: Mapping[int, int]) -> None:
        """Adds the marks of at most 25 new members of a row, by index. Marks that are there stay; a row that has been
        removed stays so."""

    def mark(self, account_id: str, batch_id: str, index: int, mark: int) -> bool:
        """Replaces the mark of a member by a greater one, or adds it. Returns False if the one there is not smaller, or
        if there is no such batch."""

    def delete_inputs(self, account_id: str, batch_id: str, part: int) -> None:
        """Removes the inputs of one row; none there is fine."""

    def delete(self, account_id: str, batch_id: str) -> None:
        """Removes all rows of a batch; none there is fine."""
