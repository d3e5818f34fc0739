"""Waits for several jobs at once."""

import time
from collections.abc import Mapping
from typing import Protocol

from mien.cli.output import complain
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient

_INTERVAL_S = 0.5
_INTERVAL_PER_JOB_S = 0.2  # the API allows some ten requests a second


class Tell(Protocol):
    """Hears of a job, as it is now, under its label."""

    def __call__(self, label: str, job: RemoteJob) -> None: ...


def wait_for_jobs(client: MediaApiClient, jobs: Mapping[str, RemoteJob], tell: Tell) -> dict[str, RemoteJob]:
    """Every job, by its label, once it has ended. Ctrl-C stops the waiting and not the jobs, and says so. Raises
    `ApiError`."""
    current = dict(jobs)
    try:
        while True:
            for label, job in current.items():
                tell(label, job)
            waiting = {label: job for label, job in current.items() if not job.has_ended}
            if not waiting:
                return current
            time.sleep(max(_INTERVAL_S, _INTERVAL_PER_JOB_S * len(waiting)))
            current |= {label: client.get_job(job) for label, job in waiting.items()}
    except KeyboardInterrupt:
        ids = " ".join(job.id for job in current.values() if not job.has_ended)
        complain(f"The jobs continue; to watch them again: mien watch {ids}")
        raise
