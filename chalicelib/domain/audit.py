"""The audit trail: who deleted something for good or corrected a result, and when. It outlives what it speaks of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AuditAction(StrEnum):
    """The kind of a line."""

    ENTRY_DELETED = "entry deleted"
    JOB_EXPIRED = "job expired"
    JOB_DELETED = "job deleted"
    FACES_CORRECTED = "faces corrected"
    CORRECTIONS_TAKEN_BACK = "corrections taken back"


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One line of an account's trail. `subject_id` names what it was done to; nothing of its content is kept."""

    id: str
    account_id: str
    author: str
    action: AuditAction
    subject_id: str
    published: datetime
