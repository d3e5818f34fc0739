"""Reminders: what is to be done at a time, and to what.

A reminder is written before the thing that it watches over, so that a process that dies in between leaves a reminder
of nothing, which does no harm, and never a thing that nobody watches.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Duty(StrEnum):
    """What is to be done when a reminder is due. `services.sweeper` has one performer for each."""

    JOB_UPLOAD = "job-upload"
    DROP = "drop"
    ENTRY_UPLOAD = "entry-upload"
    JOB_RETENTION = "job-retention"
    ENTRY_RETENTION = "entry-retention"
    FETCHED_INPUT = "fetched-input"
    JOB_MESSAGE = "job-message"
    SEGMENTS = "segments"
    NOTIFICATION = "notification"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One duty towards one job or entry of an account, or one attempt at a job (`subject_id`). There is at most one of
    each."""

    account_id: str
    duty: Duty
    subject_id: str
    due_at: datetime
