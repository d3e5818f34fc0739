"""The services of batches, composed."""

from functools import cached_property

from chalicelib.services.batches.batch_duty import BatchDuty
from chalicelib.services.batches.batches import Batches
from chalicelib.services.batches.creation import MemberCreation
from chalicelib.services.batches.progress import BatchProgress
from chalicelib.services.batches.retirement import MemberRetirement
from chalicelib.services.duties.retention import RetentionPlan
from chalicelib.services.intake.upload_targets import UploadTargets
from chalicelib.services.ports import JobStore
from chalicelib.services.ports.all_ports import Ports


class BatchServices:
    """What batches need of services. `rows`: a job store that marks members and does not bring the batch on after
    each; `at_once`: members of a batch whose messages workers have."""

    def __init__(
        self, ports: Ports, rows: JobStore, *, targets: UploadTargets, retention: RetentionPlan, at_once: int
    ) -> None:
        self._ports = ports
        self._rows = rows
        self._targets = targets
        self._retention = retention
        self._at_once = at_once

    @cached_property
    def batches(self) -> Batches:
        ports = self._ports
        return Batches(
            jobs=self._rows,
            members=ports.members(),
            reminders=ports.reminders(),
            creation=self._creation,
            progress=self.progress,
            targets=self._targets,
            retention=self._retention,
            clock=ports.clock,
        )

    @cached_property
    def progress(self) -> BatchProgress:
        ports = self._ports
        return BatchProgress(self._rows, ports.members(), ports.queue(), ports.clock, at_once=self._at_once)

    @cached_property
    def duty(self) -> BatchDuty:
        ports = self._ports
        rows, members, queue, clock = self._rows, ports.members(), ports.queue(), ports.clock
        return BatchDuty(rows, members, queue, clock, creation=self._creation, progress=self.progress)

    @cached_property
    def retirement(self) -> MemberRetirement:
        ports = self._ports
        return MemberRetirement(self._rows, ports.members(), ports.reminders(), ports.clock)

    @cached_property
    def _creation(self) -> MemberCreation:
        ports = self._ports
        return MemberCreation(self._rows, ports.members(), ports.reminders(), self._targets, ports.clock)
