"""The segments of runs, and the service that works on them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from chalicelib.domain.jobs import JobMessage
from chalicelib.domain.segments import SegmentRow
from chalicelib.services.ports import BatchStatus
from tests.fakes.kept import as_kept, found_row


class FakeSegments:
    """The port `SegmentStore`."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, int], SegmentRow] = {}
        self._lock = threading.Lock()

    def create(self, row: SegmentRow) -> None:
        with self._lock:
            self._rows.setdefault((row.account_id, row.job_id, row.run), as_kept(row))

    def list(self, account_id: str, job_id: str) -> tuple[SegmentRow, ...]:
        with self._lock:
            return tuple(row for key, row in self._rows.items() if key[:2] == (account_id, job_id))

    def get(self, at: JobMessage) -> SegmentRow:
        with self._lock:
            return found_row(self._rows.get((at.account_id, at.job_id, at.run)), "row of segments")

    def set_array(self, at: JobMessage, array_id: str) -> str:
        row = self._change(at, lambda row: replace(row, array_id=row.array_id or array_id))
        return str(row.array_id)

    def begin(self, at: JobMessage, index: int) -> SegmentRow:
        def begun(row: SegmentRow) -> SegmentRow:
            return replace(row, attempts={**row.attempts, str(index): row.attempts.get(str(index), 0) + 1})

        return self._change(at, begun)

    def report(self, at: JobMessage, index: int, frames: int) -> SegmentRow:
        return self._change(at, lambda row: replace(row, frames={**row.frames, str(index): frames}))

    def finish(self, at: JobMessage, index: int, frames: int, provider: str) -> SegmentRow:
        def finished(row: SegmentRow) -> SegmentRow:
            key = str(index)
            return replace(
                row,
                frames={**row.frames, key: frames},
                done={**row.done, key: True},
                providers={**row.providers, key: provider},
            )

        return self._change(at, finished)

    def delete(self, row: SegmentRow) -> None:
        with self._lock:
            self._rows.pop((row.account_id, row.job_id, row.run), None)

    def _change(self, at: JobMessage, change: Callable[[SegmentRow], SegmentRow]) -> SegmentRow:
        with self._lock:
            key = (at.account_id, at.job_id, at.run)
            changed = change(found_row(self._rows.get(key), "row of segments"))
            self._rows[key] = changed
            return changed


@dataclass
class FakeArray:
    """An array that `FakeBatch` was given."""

    message: JobMessage
    count: int
    attempts: int
    status: BatchStatus = BatchStatus.LIVE


class FakeBatch:
    """The port `BatchJobs`. Nothing runs: tests look at `arrays`, say how they fare, or that the service `is_away`."""

    def __init__(self) -> None:
        self.is_away = False
        self.arrays: dict[str, FakeArray] = {}

    def submit(self, message: JobMessage, *, count: int, attempts: int) -> str:
        if self.is_away:
            raise ConnectionError("Batch does not answer")
        array_id = f"array-{len(self.arrays)}"
        self.arrays[array_id] = FakeArray(message, count, attempts)
        return array_id

    def cancel(self, array_id: str) -> None:
        array = self.arrays.get(array_id)
        if array is not None and array.status is BatchStatus.LIVE:
            array.status = BatchStatus.FAILED

    def status(self, array_id: str) -> BatchStatus | None:
        array = self.arrays.get(array_id)
        return None if array is None else array.status
