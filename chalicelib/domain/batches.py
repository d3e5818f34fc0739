"""Batches: up to 1,000 files as one job, whose members are jobs of their own.

A batch is itself a job, of the name `batch`. It waits until all of its members have ended, and then a worker writes one
table of their results. Its member rows hold one mark per member: the state that was last seen, and the version of the
job's row in which it was seen, so that a mark that comes late never replaces a newer one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from chalicelib.domain.ids import numbered_id
from chalicelib.domain.requests.job_names import JobName

MAX_MEMBERS = 1000
MEMBERS_PER_ROW = 100
"""What 100 inputs need (a URL has up to 2 KB) stays below the 400 KB of a row, and a change of a mark is cheap."""


class MemberState(StrEnum):
    """The state of a member, as its batch counts it."""

    WAITING = "waiting"
    """For its turn: workers are told of so many members of a batch at a time, so that other jobs come in between."""
    AWAITED = "awaited"
    """Its announced file has not arrived."""
    QUEUED = "queued"
    WORKING = "working"
    DONE = "done"
    ERROR = "error"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Returns True if the member has ended."""
        return self in (MemberState.DONE, MemberState.ERROR, MemberState.CANCELLED)


_CODES = tuple(MemberState)
_STEP = 10


def mark_of(state: MemberState, version: int) -> int:
    """Returns the mark of a state that a job's row had in this version: later versions have greater marks."""
    return version * _STEP + _CODES.index(state)


def state_of(mark: int) -> MemberState:
    """Returns the state in a mark."""
    return _CODES[mark % _STEP]


def version_of(mark: int) -> int:
    """Returns the version in a mark."""
    return mark // _STEP


FIRST_MARK = mark_of(MemberState.WAITING, 0)
RELEASED_MARK = mark_of(MemberState.QUEUED, 1)
"""Of a member whose message has just been sent: its row is still as it was created."""


@dataclass(frozen=True, slots=True)
class BatchPlace:
    """The place of a job in its batch. `index` counts from 0."""

    batch_id: str
    index: int


@dataclass(frozen=True, slots=True)
class Note:
    """An annotation that a job's input gets as soon as it has arrived."""

    key: str
    value: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Members:
    """The members of a batch, as its own row has them: their number, their analysis, and whether all have ended."""

    count: int
    analysis: JobName
    are_over: bool = False


class Placed(Protocol):
    """A job, as far as `mark_of_job` looks at it."""

    @property
    def status(self) -> StrEnum: ...

    @property
    def awaits_upload(self) -> bool: ...

    @property
    def version(self) -> int: ...


def mark_of_job(job: Placed) -> int:
    """Returns the mark of a member's row."""
    state = MemberState.AWAITED if job.awaits_upload else MemberState(job.status.value)
    return mark_of(state, job.version)


@dataclass(frozen=True, slots=True)
class BatchInput:
    """One input: a URL, or a file that the client is about to send (then with `size_bytes` and `content_type`)."""

    file_name: str
    input_url: str | None = None
    size_bytes: int | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class InputRow:
    """The inputs of the members of one member row, until all of these exist as jobs."""

    account_id: str
    batch_id: str
    part: int
    inputs: tuple[BatchInput, ...]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """The marks of up to `MEMBERS_PER_ROW` members: those from `first` on. Keys of `marks` are indexes within the
    batch, in decimal digits; a member that has not been created yet has none."""

    account_id: str
    batch_id: str
    part: int
    count: int
    marks: Mapping[str, int] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """Returns the index of the first member."""
        return self.part * MEMBERS_PER_ROW

    @property
    def missing(self) -> tuple[int, ...]:
        """Returns the indexes of members that have not been created yet."""
        return tuple(each for each in range(self.first, self.first + self.count) if str(each) not in self.marks)

    def indexes(self, *states: MemberState) -> tuple[int, ...]:
        """Returns the indexes of members in one of these states, in order."""
        return tuple(sorted(int(index) for index, mark in self.marks.items() if state_of(mark) in states))


def member_rows(account_id: str, batch_id: str, count: int) -> tuple[MemberRow, ...]:
    """Returns the rows of a new batch."""
    starts = range(0, count, MEMBERS_PER_ROW)
    return tuple(
        MemberRow(account_id, batch_id, part, min(MEMBERS_PER_ROW, count - start)) for part, start in enumerate(starts)
    )


def input_rows(account_id: str, batch_id: str, inputs: Sequence[BatchInput]) -> tuple[InputRow, ...]:
    """Returns the rows with the inputs of a new batch."""
    starts = range(0, len(inputs), MEMBERS_PER_ROW)
    return tuple(
        InputRow(account_id, batch_id, part, tuple(inputs[start : start + MEMBERS_PER_ROW]))
        for part, start in enumerate(starts)
    )


def counts_of(rows: Sequence[MemberRow], *, is_cancelled: bool) -> dict[MemberState, int]:
    """Returns how many members are in each state. One that does not exist yet waits, or never will exist if the batch
    is cancelled."""
    counts = dict.fromkeys(MemberState, 0)
    for row in rows:
        for mark in row.marks.values():
            counts[state_of(mark)] += 1
        counts[MemberState.CANCELLED if is_cancelled else MemberState.WAITING] += row.count - len(row.marks)
    return counts


def member_id(batch_id: str, index: int) -> str:
    """Returns the id of a member, the same in every process. Lists of jobs have the batch first, then its members in
    their order."""
    return numbered_id(batch_id, index, "member")


def member_ids(batch_id: str, count: int) -> Iterator[list[str]]:
    """Yields the ids of all members in their order, `MEMBERS_PER_ROW` at a time."""
    for start in range(0, count, MEMBERS_PER_ROW):
        yield [member_id(batch_id, index) for index in range(start, min(start + MEMBERS_PER_ROW, count))]
