"""Comparisons: jobs that compare the results of other jobs."""

import io
import json
from dataclasses import replace

from chalicelib.domain.accounts import Caller
from chalicelib.domain.entries import AnnotationSearch
from chalicelib.domain.jobs import Job
from chalicelib.domain.requests.comparisons import INPUT_FILE_NAME, MAX_RECORDINGS, Comparison, Group
from chalicelib.domain.requests.job_names import ANALYSES
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.errors import Invalid
from chalicelib.services.annotations import Annotations
from chalicelib.services.duties.retention import RetentionPlan
from chalicelib.services.entries import Upload
from chalicelib.services.jobs import Jobs
from chalicelib.services.ports import Clock, JobStore

_PAGE = 100
_MOST_PAGES = 30


class Comparisons:
    """The use cases of comparisons. What comes after their creation is that of any job."""

    def __init__(
        self, jobs: Jobs, job_rows: JobStore, annotations: Annotations, retention: RetentionPlan, clock: Clock
    ) -> None:
        self._jobs = jobs
        self._job_rows = job_rows
        self._annotations = annotations
        self._retention = retention
        self._clock = clock

    def create(self, caller: Caller, wanted: Comparison, new: NewJob) -> Job:
        """Finds the jobs of every group, and creates a job with them as its input. It is kept no longer than any of
        them.

        Raises `Invalid` for a group without jobs or with too many, or with a job that the account does not have.
        """
        found = [self._jobs_of(caller, group) for group in wanted.groups]
        groups = tuple(
            replace(group, annotated=None, job_ids=tuple(jobs))
            for group, jobs in zip(wanted.groups, found, strict=True)
        )
        body = json.dumps(replace(wanted, groups=groups).document, ensure_ascii=False).encode()
        upload = Upload(INPUT_FILE_NAME, "application/json", io.BytesIO(body), len(body))
        expires_in_s = self._expires_in_s(caller, new, [job for jobs in found for job in jobs.values()])
        return self._jobs.create(caller, replace(new, expires_in_s=expires_in_s), upload)

    def _jobs_of(self, caller: Caller, group: Group) -> dict[str, Job]:
        if group.annotated is not None:
            return self._annotated(caller, group.title, group.annotated)
        found = self._job_rows.get_many(caller.account_id, group.job_ids)
        missing = [job_id for job_id in group.job_ids if job_id not in found]
        if missing:
            raise Invalid(f"There is no job {missing[0]} in your account.")
        other = next((job.name for job in found.values() if job.name not in ANALYSES), None)
        if other is not None:
            raise Invalid(f"A {other} cannot be compared; name the jobs in it.")
        return {job_id: found[job_id] for job_id in group.job_ids}

    def _annotated(self, caller: Caller, title: str, search: AnnotationSearch) -> dict[str, Job]:
        """Returns the jobs by id, newest first."""
        found: dict[str, Job] = {}
        cursor = None
        for _ in range(_MOST_PAGES):
            page = self._annotations.search_jobs(caller, search, limit=_PAGE, cursor=cursor)
            found |= {job.id: job for job in page.items if job.name in ANALYSES}
            cursor = page.cursor
            if cursor is None or len(found) > MAX_RECORDINGS:
                break
        if len(found) > MAX_RECORDINGS or cursor is not None:
            raise Invalid(f"More than {MAX_RECORDINGS} jobs have the annotation {title}; choose some by their ids.")
        if not found:
            raise Invalid(f"No job has the annotation {title}.")
        return found

    def _expires_in_s(self, caller: Caller, new: NewJob, compared: list[Job]) -> int | None:
        """Returns the time until the first of the jobs expires, or what was asked for if that is less."""
        kept_s = self._retention.kept_s(caller.account_id) if new.expires_in_s is None else new.expires_in_s
        left_s = [(job.expires - self._clock()).total_seconds() for job in compared if job.expires is not None]
        least_s = min([*left_s, *([] if kept_s is None else [kept_s])], default=None)
        return None if least_s is None else max(int(least_s), 1)
