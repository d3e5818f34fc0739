"""Jobs as workers see them: claim, stay alive, end."""

from chalicelib.domain.jobs import Job, JobMessage, Progress
from chalicelib.errors import JobNotClaimable, LeaseLost, NotFound, translated
from chalicelib.services.changes import Transition, change_job
from chalicelib.services.ports import Clock, JobStore


class JobRuns:
    """The runs of jobs, for one worker called `owner`. Every step is a conditional write."""

    def __init__(self, jobs: JobStore, clock: Clock, *, owner: str, lease_s: float, max_attempts: int) -> None:
        self._jobs = jobs
        self._clock = clock
        self._owner = owner
        self._lease_s = lease_s
        self._max_attempts = max_attempts

    def claim(self, message: JobMessage) -> Job:
        """Claims the job under a lease.

        Raises `JobBusy` while another worker holds it, and `JobNotClaimable` if there is nothing to do. A job whose
        attempts are used up ends as `error` here, so that a file that kills workers does not do so forever.
        """

        def transition(job: Job) -> Job:
            claimed = job.claimed(run=message.run, owner=self._owner, now=self._clock(), lease_s=self._lease_s)
            if claimed.attempt <= self._max_attempts:
                return claimed
            return claimed.failed(
                owner=self._owner,
                now=self._clock(),
                sentence=f"The analysis was interrupted {self._max_attempts} times and stopped; requeue the job and, "
                "if this happens again, split the video into shorter parts.",
            )

        with translated(NotFound, into=JobNotClaimable(f"job {message.job_id} does not exist any more")):
            job = change_job(self._jobs, message.account_id, message.job_id, transition)
        if job.lease is None:
            raise JobNotClaimable(f"job {job.id} has used up its attempts")
        return job

    def renew(self, job: Job, progress: Progress | None) -> None:
        """Moves the lease on and stores the progress. Raises `LeaseLost`."""
        self._change(
            job,
            lambda current: current.renewed(
                owner=self._owner, now=self._clock(), lease_s=self._lease_s, progress=progress
            ),
        )

    def receive_input(self, job: Job, entry_id: str) -> None:
        """Gives the job the input that its worker has fetched. Raises `LeaseLost`."""
        self._change(job, lambda current: current.fetched(owner=self._owner, now=self._clock(), entry_id=entry_id))

    def finish(self, job: Job, *, result_entry_id: str, progress: Progress | None) -> None:
        """Marks the job done, once everything else is stored. Raises `LeaseLost`."""
        self._change(
            job,
            lambda current: current.done(
                owner=self._owner, now=self._clock(), result_entry_id=result_entry_id, progress=progress
            ),
        )

    def fail(self, job: Job, sentence: str) -> None:
        """Ends the job as `error`. Raises `LeaseLost`."""
        self._change(job, lambda current: current.failed(owner=self._owner, now=self._clock(), sentence=sentence))

    def release(self, job: Job) -> None:
        """Gives the job back, so that the next delivery need not wait for the lease to end. Raises `LeaseLost`."""
        self._change(job, lambda current: current.released(owner=self._owner, now=self._clock()))

    def _change(self, job: Job, transition: Transition) -> None:
        with translated(NotFound, into=LeaseLost(f"job {job.id} does not exist any more")):  # the job has expired
            change_job(self._jobs, job.account_id, job.id, transition)
