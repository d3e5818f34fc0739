"""Workers of batches on fakes: they take messages in turn, may die at any step, and measure nothing."""

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from chalicelib.domain.accounts import Caller
from chalicelib.domain.batches import BatchInput, MemberState, Note
from chalicelib.domain.entries import Entry
from chalicelib.domain.jobs import Job, JobMessage
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_batches import NewBatch
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.webhooks import Webhook
from chalicelib.errors import JobBusy, JobNotClaimable, LeaseLost
from tests.services.conftest import ADA, JOBS_URL, World

HOOK = Webhook("https://example.org/hook", JOBS_URL)


def urls(count: int) -> tuple[BatchInput, ...]:
    """As many inputs."""
    return tuple(BatchInput(f"{place}.mp4", f"https://example.org/{place}.mp4") for place in range(count))


def wanted(*inputs: BatchInput, notes: tuple[Note, ...] = (), webhook: Webhook | None = HOOK) -> NewBatch:
    """A request for these inputs."""
    return NewBatch(inputs, NewJob(JobName.NO_OP, webhook=webhook), notes)


@dataclass
class Crew:
    """The workers, the sweeper and the sender of notifications of a world."""

    world: World
    ended: Counter[str] = field(default_factory=Counter)
    _taken: int = 0

    def work(self, most: int = 10_000) -> int:
        """Processes messages as they come, `most` of them; returns how many there were. What raises loses its message,
        as if its process had died after it had been delivered for the last time."""
        count = 0
        while count < most and self._taken < len(self.world.queue.sent):
            self._taken += 1
            count += 1
            with suppress(JobNotClaimable, JobBusy, LeaseLost):
                self._process(self.world.queue.sent[self._taken - 1])
        return count

    def _process(self, message: JobMessage) -> None:
        runs = self.world.runs("worker")
        job = runs.claim(message)
        if int(job.id[-1], 36) % 5 == 0 and job.members is None:
            runs.fail(job, "It is no video.")
        else:
            entry_id = job.run_result_entry_id
            self.world.entry_rows.create(Entry(entry_id, job.account_id, job.author, job.published, job.published))
            runs.finish(job, result_entry_id=entry_id, progress=None)
        self.ended[message.job_id] += 1

    def live(self, minutes: int) -> None:
        """Lets everybody work for some time."""
        for _ in range(minutes):
            self.work()
            self.world.clock.advance(61.0)
            self.world.sweeper.sweep()
            while self.world.deliveries.sent:
                message = self.world.deliveries.sent.pop(0)
                self.world.notifications.send(message.account_id, message.job_id)
        self.work()

    def told(self, batch: Job) -> list[str]:
        """The events of which the receiver was notified, once for each notification."""
        found = {}
        for sent in self.world.webhooks.sent:
            document = json.loads(sent.body)
            if document["job"]["id"] == batch.id:
                found[sent.headers["X-Mien-Delivery"]] = document["event"]
        return list(found.values())


def members(world: World, batch_id: str, caller: Caller = ADA) -> list[Job]:
    """All jobs of a batch."""
    return list(world.services.batch_services.batches.list_jobs(caller, batch_id, limit=1000).items)


def counts(world: World, batch_id: str) -> dict[MemberState, int]:
    """The counts that are not 0."""
    found = world.services.batch_services.batches.get(ADA, batch_id).counts
    return {state: count for state, count in found.items() if count}
