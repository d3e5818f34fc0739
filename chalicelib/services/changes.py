"""How a row changes: read, decide, write on the condition that nobody wrote in between, else from the start."""

from collections.abc import Callable
from dataclasses import replace

from chalicelib.domain.jobs import Job
from chalicelib.errors import StaleWrite
from chalicelib.services.ports import JobStore

Transition = Callable[[Job], Job]

# Each lost race means that somebody else's write went through; this many in a row is a fault, not contention.
_TRIES = 20


def change_job(jobs: JobStore, account_id: str, job_id: str, transition: Transition) -> Job:
    """Applies `transition` to the stored job and stores what it returns; the same object back means no write.

    Raises what `transition` raises, `NotFound`, or `StaleWrite` when every try lost its race.
    """
    for _ in range(_TRIES):
        job = jobs.get(account_id, job_id)
        changed = transition(job)
        if changed is job:
            return job
        changed = replace(changed, version=job.version + 1)
        try:
            jobs.save(changed)
        except StaleWrite:
            continue
        return changed
    raise StaleWrite(f"job {job_id}: lost {_TRIES} races in a row")
