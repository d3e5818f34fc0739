"""A job between workers and clients that read, think and write at different times."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import Job, JobStatus, Progress
from chalicelib.domain.requests.job_names import JobName
from chalicelib.errors import Conflict, JobBusy, JobNotClaimable, LeaseLost
from tests.fakes import FixedClock

_TERMINAL = {JobStatus.DONE, JobStatus.ERROR, JobStatus.CANCELLED}
_LEASE_S = 10.0

Actor = tuple[str, bool]

_WORKERS = ("worker-1", "worker-2", "worker-3")
_CLIENTS = ("client-1", "client-2")

# Who acts, and whether on the row as it is now or on an old reading.
workers = st.tuples(st.sampled_from(_WORKERS), st.sampled_from([True, True, True, False]))
clients = st.tuples(st.sampled_from(_CLIENTS), st.sampled_from([True, True, True, False]))


class JobLifecycle(RuleBasedStateMachine):
    """`row` is what the store holds, `readings` what each actor read last, perhaps long ago.

    `leased_until` is what each worker believes: until when it may work on which run.
    """

    def __init__(self) -> None:
        super().__init__()
        self.clock = FixedClock()
        now = self.clock()
        self.row = Job(new_id(now), "account", "ada@example.org", JobName.MULTIFACE, now, now)
        self.readings: dict[str, Job] = {}
        self.leased_until: dict[tuple[str, int], datetime] = {}
        self.writes, self.requeues, self.claims_of_run = 1, 0, 0
        self.history: list[tuple[str, str, Job, Job]] = []

    @rule(seconds=st.sampled_from([0.001, 1.0, 9.999, 10.0, 30.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @initialize(fresh=st.booleans())
    def upload(self, fresh: bool) -> None:
        self._act(("client-1", fresh), "upload", lambda job: job.with_input("entry", self.clock()))

    @rule(actor=workers, runs_behind=st.sampled_from([0, 0, 0, 1]))
    def claim(self, actor: Actor, runs_behind: int) -> None:
        job = self._act(
            actor,
            "claim",
            lambda job: job.claimed(run=job.run - runs_behind, owner=actor[0], now=self.clock(), lease_s=_LEASE_S),
        )
        if job is not None:
            self.claims_of_run += 1
            self._believe(actor[0], job)

    @rule(actor=workers, frames=st.integers(0, 100))
    def renew(self, actor: Actor, frames: int) -> None:
        progress = Progress(frames, None, 25.0)
        job = self._act(
            actor,
            "renew",
            lambda job: job.renewed(owner=actor[0], now=self.clock(), lease_s=_LEASE_S, progress=progress),
        )
        if job is not None:
            self._believe(actor[0], job)

    @rule(actor=workers)
    def release(self, actor: Actor) -> None:
        self._stop(actor[0], self._act(actor, "release", lambda job: job.released(owner=actor[0], now=self.clock())))

    @rule(actor=workers)
    def done(self, actor: Actor) -> None:
        job = self._act(
            actor,
            "done",
            lambda job: job.done(
                owner=actor[0], now=self.clock(), result_entry_id=job.run_result_entry_id, progress=job.progress
            ),
        )
        self._stop(actor[0], job)

    @rule(actor=workers)
    def fail(self, actor: Actor) -> None:
        job = self._act(actor, "fail", lambda job: job.failed(owner=actor[0], now=self.clock(), sentence="No video."))
        self._stop(actor[0], job)

    @rule(actor=clients)
    def requeue(self, actor: Actor) -> None:
        if self._act(actor, "requeue", lambda job: job.requeued(self.clock())) is not None:
            self.requeues += 1
            self.claims_of_run = 0

    @rule(actor=clients)
    def cancel(self, actor: Actor) -> None:
        self._act(actor, "cancel", lambda job: job.cancelled(self.clock()))

    @invariant()
    def one_live_holder_of_a_run_at_most(self) -> None:
        now = self.clock()
        live = [(worker, run) for (worker, run), until in self.leased_until.items() if until > now]
        runs = [run for _, run in live]
        assert len(runs) == len(set(runs)), live

    @invariant()
    def a_live_belief_is_the_rows_lease_unless_a_client_took_the_job(self) -> None:
        lease, now = self.row.lease, self.clock()
        for (worker, run), until in self.leased_until.items():
            if until > now and run == self.row.run and self.row.status is not JobStatus.CANCELLED:
                assert lease is not None
                assert (lease.owner, lease.until) == (worker, until)

    @invariant()
    def a_lease_is_there_while_working_and_only_then(self) -> None:
        assert (self.row.lease is not None) == (self.row.status is JobStatus.WORKING)

    @invariant()
    def ends_are_reached_by_the_holder_and_left_by_requeue(self) -> None:
        for actor, action, before, after in self.history:
            if after.status is not before.status and before.status in _TERMINAL:
                assert action == "requeue"
            if action in ("done", "fail", "renew", "release"):
                assert before.status is JobStatus.WORKING
                assert before.lease is not None
                assert before.lease.owner == actor
        self.history.clear()

    @invariant()
    def counts_are_right(self) -> None:
        assert self.row.version == self.writes
        assert self.row.run == 1 + self.requeues
        assert self.row.attempt == self.claims_of_run

    @invariant()
    def results_and_errors_belong_to_their_states(self) -> None:
        assert (self.row.result_entry_id is not None) == (self.row.status is JobStatus.DONE)
        assert (self.row.error is not None) == (self.row.status is JobStatus.ERROR)
        if self.row.result_entry_id is not None:
            assert self.row.result_entry_id == self.row.run_result_entry_id

    def _act(self, actor: Actor, action: str, change: Callable[[Job], Job]) -> Job | None:
        """Returns what the actor wrote, None if the change was refused, needed no write or came too late."""
        name, fresh = actor
        job = self.readings[name] = self.row if fresh else self.readings.get(name, self.row)
        try:
            changed = change(job)
        except (Conflict, JobBusy, JobNotClaimable, LeaseLost):
            return None
        if changed is job or job.version != self.row.version:
            return None  # a store would raise StaleWrite for the latter
        changed = replace(changed, version=job.version + 1)
        self.history.append((name, action, self.row, changed))
        self.row = self.readings[name] = changed
        self.writes += 1
        return changed

    def _believe(self, worker: str, job: Job) -> None:
        assert job.lease is not None
        self.leased_until[worker, job.run] = job.lease.until

    def _stop(self, worker: str, job: Job | None) -> None:
        if job is not None:
            del self.leased_until[worker, job.run]


TestJobLifecycle = JobLifecycle.TestCase
TestJobLifecycle.settings = settings(max_examples=60, stateful_step_count=40)
