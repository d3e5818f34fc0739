"""A fake of the members of batches."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace

from chalicelib.domain.batches import MEMBERS_PER_ROW, InputRow, MemberRow
from tests.fakes.kept import as_kept


class FakeMembers:
    """The port `MemberStore`."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, int], MemberRow] = {}
        self._inputs: dict[tuple[str, str, int], InputRow] = {}
        self._lock = threading.Lock()

    @property
    def is_empty(self) -> bool:
        """True if no batch has left anything."""
        return not self._rows and not self._inputs

    def create(self, rows: Sequence[MemberRow], inputs: Sequence[InputRow]) -> None:
        with self._lock:
            self._inputs |= {(part.account_id, part.batch_id, part.part): as_kept(part) for part in inputs}
            self._rows |= {(row.account_id, row.batch_id, row.part): as_kept(row) for row in rows}

    def list(self, account_id: str, batch_id: str) -> tuple[MemberRow, ...]:
        with self._lock:
            return tuple(row for key, row in sorted(self._rows.items()) if key[:2] == (account_id, batch_id))

    def inputs(self, account_id: str, batch_id: str, part: int) -> InputRow | None:
        with self._lock:
            return self._inputs.get((account_id, batch_id, part))

    def add(self, row: MemberRow, marks: Mapping[int, int]) -> None:
        key = (row.account_id, row.batch_id, row.part)
        with self._lock:
            if (there := self._rows.get(key)) is not None:
                new = {str(index): mark for index, mark in marks.items()}
                self._rows[key] = replace(there, marks={**new, **there.marks})

    def mark(self, account_id: str, batch_id: str, index: int, mark: int) -> bool:
        key = (account_id, batch_id, index // MEMBERS_PER_ROW)
        with self._lock:
            row = self._rows.get(key)
            if row is None or row.marks.get(str(index), -1) >= mark:
                return False
            self._rows[key] = replace(row, marks={**row.marks, str(index): mark})
            return True

    def delete_inputs(self, account_id: str, batch_id: str, part: int) -> None:
        with self._lock:
            self._inputs.pop((account_id, batch_id, part), None)

    def delete(self, account_id: str, batch_id: str) -> None:
        with self._lock:
            for kept in (self._rows, self._inputs):
                for key in [key for key in kept if key[:2] == (account_id, batch_id)]:
                    del kept[key]
