"""The end of a job, as seen by its observers, whichever process ends it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager

from chalicelib.domain.jobs import Job
from chalicelib.errors import NotFound
from chalicelib.services.ports import JobStore

EndObserver = Callable[[Job], AbstractContextManager[None]]
"""Called with a job that is about to be stored as over; it is stored inside the context."""


Changed = Callable[[Job], None]
"""Called with a job of a batch, or a batch, whose status has just been stored."""


class ObservedJobs:
    """The port `JobStore` over another one: whatever is saved, an end is shown to the observers first, and a change of
    a batch or its jobs to `changed` afterwards.

    An end that is then not stored comes again, or another one does: observers may see an end more than once.
    """

    def __init__(self, jobs: JobStore, observers: Sequence[EndObserver], changed: Changed | None = None) -> None:
        self.create, self.get, self.get_many = jobs.create, jobs.get, jobs.get_many
        self.delete, self.list = jobs.delete, jobs.list
        self._jobs = jobs
        self._observers = observers
        self._changed = changed

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
        is_change = (job.status.is_over or self._is_of_batch(job)) and self._is_change(job)
        with ExitStack() as observed:
            if job.status.is_over and is_change:
                for observer in self._observers:
                    observed.enter_context(observer(job))
            yield
        if self._changed is not None and is_change and (job.batch is not None or job.members is not None):
            self._changed(job)

    def _is_of_batch(self, job: Job) -> bool:
        """Returns True if the write may change how a batch counts the job. Reports of progress do not."""
        return self._changed is not None and job.batch is not None and job.progress is None

    def _is_change(self, job: Job) -> bool:
        try:
            before = self._jobs.get(job.account_id, job.id)
        except NotFound:  # which the store beneath answers in its own way
            return False
        is_other = before.status is not job.status or before.awaits_upload is not job.awaits_upload
        return before.version == job.version - 1 and is_other
