"""The end of a job, as seen by its observers, whichever process ends it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager

from chalicelib.domain.jobs import Job
from chalicelib.errors import NotFound
from chalicelib.services.ports import JobStore

EndObserver = Callable[[Job], AbstractContextManager[None]]
"""Called with a job that is about to be stored as over; it is stored inside the context."""


class ObservedJobs:
    """The port `JobStore` over another one: whatever is saved, an end is shown to the observers first.

    An end that is then not stored comes again, or another one does: observers may see an end more than once.
    """

    def __init__(self, jobs: JobStore, observers: Sequence[EndObserver]) -> None:
        self.create, self.get, self.get_many = jobs.create, jobs.get, jobs.get_many
        self.delete, self.list = jobs.delete, jobs.list
        self._jobs = jobs
        self._observers = observers

    def save(self, job: Job) -> None:
        """As the store beneath."""
        with self._observed(job):
            self._jobs.save(job)

    def save_fields(self, job: Job, names: Sequence[str]) -> None:
        """As the store beneath."""
        with self._observed(job):
            self._jobs.save_fields(job, names)

    @contextmanager
    def _observed(self, job: Job) -> Iterator[None]:
        with ExitStack() as observed:
            if job.status.is_over and self._is_end(job):
                for observer in self._observers:
                    observed.enter_context(observer(job))
            yield

    def _is_end(self, job: Job) -> bool:
        try:
            before = self._jobs.get(job.account_id, job.id)
        except NotFound:  # which the store beneath answers in its own way
            return False
        return before.version == job.version - 1 and before.status is not job.status
