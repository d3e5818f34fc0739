"""The audit trail: who did what could not be undone, and when. It outlives what it speaks of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AuditAction(StrEnum):
    """The kind of deletion."""

    ENTRY_DELETED = "entry deleted"
    JOB_EXPIRED = "job expired"
    JOB_DELETED = "job deleted"


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One line of an account's trail. `subject_id` names what it was done to; nothing of its content is kept."""

    id: str
    account_id: str
    author: str
    action: AuditAction
    subject_id: str
    published: datetime
