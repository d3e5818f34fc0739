"""Which service performs which duty."""

from typing import TYPE_CHECKING

from chalicelib.domain.reminders import Duty
from chalicelib.services.duties.earlier_results import EarlierResults
from chalicelib.services.duties.notifications import NotificationDuty
from chalicelib.services.duties.retention import expire_entry
from chalicelib.services.duties.sweeper import Performer
from chalicelib.services.runs.dead_letters import JobMessageDuty
from chalicelib.services.runs.segment_watch import SegmentWatch

if TYPE_CHECKING:
    from chalicelib.composition.services import Services


def performers(services: "Services") -> dict[Duty, Performer]:
    """Returns how the duties are performed that this deployment has."""
    ports = services.ports
    found: dict[Duty, Performer] = {
        Duty.JOB_UPLOAD: lambda due: services.job_uploads.expire(due.account_id, due.subject_id),
        Duty.ENTRY_UPLOAD: lambda due: services.entry_uploads.expire(due.account_id, due.subject_id),
        Duty.DROP: lambda due: services.drops.expire(due.account_id, due.subject_id),
        Duty.FETCHED_INPUT: services.fetched_inputs.perform,
        Duty.JOB_MESSAGE: JobMessageDuty(services.job_rows, ports.queue(), ports.clock).perform,
        Duty.ENTRY_RETENTION: lambda due: expire_entry(due, services.entry_deletions),
        Duty.JOB_RETENTION: services.job_retention.perform,
        Duty.EARLIER_RESULT: EarlierResults(ports.jobs(), services.entry_deletions, ports.clock).perform,
        Duty.BATCH: services.batch_services.duty.perform,
        Duty.FACES: services.face_runs.perform,
    }
    if ports.batch is not None:
        found[Duty.SEGMENTS] = SegmentWatch(
            runs=services.segment_runs,
            jobs=services.job_rows,
            segments=ports.segments(),
            batch=ports.batch(),
            media=ports.media(),
            queue=ports.queue(),
            clock=ports.clock,
            max_attempts=services.settings.max_attempts,
        ).perform
    if ports.deliveries is not None:
        found[Duty.NOTIFICATION] = NotificationDuty(ports.jobs(), ports.deliveries(), ports.clock).perform
    return found
