"""A request to create a job, whichever way its input arrives."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.accounts import Caller
from chalicelib.domain.intake.announced_files import ANNOUNCED_MEMBERS
from chalicelib.domain.intake.uploads import DirectUpload
from chalicelib.domain.jobs import Job
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import ALL_OPTIONS, DEFAULT_OPTIONS, JobOptions
from chalicelib.domain.webhooks import Webhook

INPUT_MEMBERS = ("input_url", *ANNOUNCED_MEMBERS)
"""The members of an input in JSON."""
NEW_JOB_MEMBERS = ("name", "data_split", *(row.name for row in ALL_OPTIONS))
"""The members of a new job in JSON, besides its input."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """The request. `expires_in_s` is None if the client does not say for how long the job is to be kept."""

    name: JobName
    data_split: str | None = None
    options: JobOptions = DEFAULT_OPTIONS
    expires_in_s: int | None = None
    webhook: Webhook | None = None

    def job(
        self,
        caller: Caller,
        job_id: str,
        now: datetime,
        *,
        filename: str,
        expires: datetime | None,
        upload: DirectUpload | None = None,
        input_url: str | None = None,
        drop_key: str | None = None,
    ) -> Job:
        """Returns the new job. `upload`, `input_url` or `drop_key` is the source of the input, unless it is part of the
        request."""
        return Job(
            id=job_id,
            account_id=caller.account_id,
            author=caller.email,
            name=self.name,
            published=now,
            updated=now,
            filename=filename,
            data_split=self.data_split,
            options=self.options,
            upload=upload,
            input_url=input_url,
            drop_key=drop_key,
            expires=expires,
            webhook=self.webhook,
        )
