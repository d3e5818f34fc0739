"""Runs one job with the client that openapi-python-client generates: `URL USER PASSWORD FILE`; prints its status."""

import sys
import time
from pathlib import Path

from mien_client import AuthenticatedClient
from mien_client.api.entries import list_entries
from mien_client.api.jobs import create_job, get_job, list_jobs
from mien_client.models import Entry, NewJobForm, NewJobFormEntryJobname
from mien_client.types import File


def main(url: str, user: str, password: str, path: str) -> None:
    """Creates the job, waits for its end, and finds it in the list."""
    from base64 import b64encode  # noqa: PLC0415  # the generator's own client takes a ready token only

    token = b64encode(f"{user}:{password}".encode()).decode()
    client = AuthenticatedClient(base_url=url.rstrip("/"), token=token, prefix="Basic", raise_on_unexpected_status=True)
    with Path(path).open("rb") as media:
        form = NewJobForm(
            entry_jobinput=File(payload=media, file_name=Path(path).name, mime_type="video/mp4"),
            entry_jobname=NewJobFormEntryJobname.NO_OP,
        )
        job = create_job.sync(client=client, body=form)
    job_id = job.self_.rpartition("/")[2]
    while job.status.value in ("queued", "working"):
        time.sleep(0.3)
        job = get_job.sync(job_id, client=client)
    assert isinstance(job.input_, Entry)
    assert job.self_ in [each.self_ for each in list_jobs.sync(client=client)]
    assert len(list_entries.sync(client=client)) >= 1
    sys.stdout.write(f"{job.status.value} {job.input_.representations[0].file_name}\n")


main(*sys.argv[1:])
