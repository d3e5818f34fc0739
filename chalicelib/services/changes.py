"""Changes a row by optimistic concurrency: read, decide, write conditionally, and retry after a conflict."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from chalicelib.domain.jobs import Job
from chalicelib.errors import StaleWrite
from chalicelib.services.ports import JobStore

T = TypeVar("T")
Transition = Callable[[Job], Job]

# Each lost race means that another write succeeded; this many in a row is a fault, not contention.
_TRIES = 20


def retried(attempt: Callable[[], T], subject: str) -> T:
    """Returns what `attempt` returns, which reads, decides and writes, and begins again after a `StaleWrite`.

    Raises what else `attempt` raises, or `StaleWrite` if every try lost its race.
    """
    for _ in range(_TRIES):
        with suppress(StaleWrite):
            return attempt()
    raise StaleWrite(f"{subject}: lost {_TRIES} races in a row")


def change_job(
    jobs: JobStore, account_id: str, job_id: str, transition: Transition, *, only: Sequence[str] = ()
) -> Job:
    """Applies `transition` to the stored job and stores what it returns; the same object back means no write. `only`:
    the fields that it changes, for a process that may write no others.

    Raises what `transition` raises, `NotFound`, or `StaleWrite` when every try lost its race.
    """

    def attempt() -> Job:
        job = jobs.get(account_id, job_id)
        changed = transition(job)
        if changed is not job:
            changed = replace(changed, version=job.version + 1)
            if only:
                jobs.save_fields(changed, only)
            else:
                jobs.save(changed)
        return changed

    return retried(attempt, f"job {job_id}")
