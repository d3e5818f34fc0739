"""Reminders: a duty, its subject and its time.

A reminder is written before its subject: if a process dies in between, it leaves a reminder without a subject, which is
harmless, and never a subject without a reminder.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Duty(StrEnum):
    """The action for a reminder that is due. `services.sweeper` has one performer for each."""

    JOB_UPLOAD = "job-upload"
    DROP = "drop"
    ENTRY_UPLOAD = "entry-upload"
    JOB_RETENTION = "job-retention"
    ENTRY_RETENTION = "entry-retention"
    FETCHED_INPUT = "fetched-input"
    JOB_MESSAGE = "job-message"
    SEGMENTS = "segments"
    NOTIFICATION = "notification"
    EARLIER_RESULT = "earlier-result"
    BATCH = "batch"
    FACES = "faces"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One duty towards one job or entry of an account, or one attempt at a job (`subject_id`). There is at most one of
    each. `position` is how far a duty has come that is done in several steps."""

    account_id: str
    duty: Duty
    subject_id: str
    due_at: datetime
    position: int = 0
