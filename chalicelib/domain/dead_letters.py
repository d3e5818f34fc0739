"""Jobs whose message was delivered as often as allowed without success."""

from dataclasses import dataclass
from datetime import datetime

SENTENCE = (
    "The analysis failed repeatedly because of a fault in this service, which its operators can see; requeue the job "
    "later."
)
"""What such a job's `error` says."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A run that was given up, and when."""

    account_id: str
    job_id: str
    run: int
    buried: datetime
