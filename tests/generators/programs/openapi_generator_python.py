"""Runs one job with the client that openapi-generator makes for Python: `URL USER PASSWORD FILE`; prints its status."""

import sys
import time
from pathlib import Path

from mien_openapi import ApiClient, Configuration
from mien_openapi.api import EntriesApi, JobsApi


def main(url: str, user: str, password: str, path: str) -> None:
    """Creates the job, waits for its end, and finds it in the list."""
    configuration = Configuration(host=url.rstrip("/"), username=user, password=password)
    with ApiClient(configuration) as client:
        jobs = JobsApi(client)
        media = (Path(path).name, Path(path).read_bytes())
        # The generated client prefers JSON to a form wherever an operation takes both.
        form = "multipart/form-data"
        job = jobs.create_job(entry_job_input=media, entry_job_name="no-op", _content_type=form)
        job_id = job.var_self.rpartition("/")[2]
        while job.status in ("queued", "working"):
            time.sleep(0.3)
            job = jobs.get_job(job_id)
        entry = job.input.actual_instance
        assert job.var_self in [each.var_self for each in jobs.list_jobs()]
        assert len(EntriesApi(client).list_entries()) >= 1
    sys.stdout.write(f"{job.status} {entry.representations[0].file_name}\n")


main(*sys.argv[1:])
