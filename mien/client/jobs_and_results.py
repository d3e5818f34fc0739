"""The client for notebooks and scripts: `Mien(url, user, password).submit(path).wait().frames()`."""

import time
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from chalicelib.domain.requests.number_texts import plain_number
from mien.client.batches import Medium, check_count, create_batch, find_batch, get_batch, send_files
from mien.client.faces import RemoteFaces
from mien.client.http_session import ApiError
from mien.client.job_documents import RemoteJob, parse_job
from mien.client.job_forms import options_of_python
from mien.client.logins import kept_login
from mien.client.measured import Measured, name_of
from mien.client.media_api import MediaApiClient

POLL_S = 1.0


class Mien:
    """One user of an API. A context manager that closes its connections.

    `url` is that of the API's index. Without a user: the one that `mien login` has kept for this URL.
    """

    def __init__(self, url: str, user: str = "", password: str = "", *, uses_environment: bool = False) -> None:
        kept = None if user else kept_login(url)
        if kept is not None:
            user, password = kept.user, kept.password
        self._open_client = partial(MediaApiClient, url, user, password, uses_environment=uses_environment)
        self.client = self._open_client()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.client.__exit__(error_type, error, traceback)

    def submit(self, media: str | Path, job: str = "multiface", **options: str | float) -> "Submitted":
        """Sends a file, or the https URL of one. `options` are those of the API (`table="parquet"`, `max_faces=1`);
        True and False stand for on and off.

        Raises `ApiError`, OSError for an unreadable file, or TypeError for an option that no job has.
        """
        given = options_of_python(options)
        if _is_url(media):
            return Submitted(self.client, self.client.create_job_from_url(str(media), job, options=given))
        return Submitted(self.client, self.client.create_job(Path(media), job, options=given))

    def submit_batch(
        self,
        media: Iterable[str | Path],
        job: str = "multiface",
        *,
        annotations: Mapping[str, str] | None = None,
        parallel: int = 4,
        **options: str | float,
    ) -> "SubmittedBatch":
        """Sends up to 1,000 files or https URLs as one batch, `parallel` files at a time; each gets the `annotations`.

        Raises `ApiError`, also for a file that could not be sent, whose job is cancelled then while the others go on;
        OSError for an unreadable file; TypeError for an option that no job has; ValueError for more inputs.
        """
        given = options_of_python(options)
        inputs: list[Medium] = [each if _is_url(each) else Path(each) for each in media]
        check_count(len(inputs))
        notes = (annotations or {}).items()
        batch = create_batch(self.client, inputs, job, options=given, annotations=notes)
        failed: list[str] = []

        def note(path: Path, error: str) -> None:
            failed.extend([f"{path}: {error}"] if error else [])

        send_files(self._open_client, batch, inputs, parallel=parallel, on_sent=note)
        if failed:
            raise ApiError(f"{len(failed)} of the files of batch {batch['job']} were not sent. {failed[0]}")
        return SubmittedBatch(self.client, batch)

    def batch(self, batch_id: str) -> "SubmittedBatch":
        """Returns the batch with that id or URL. Raises `ApiError`."""
        return SubmittedBatch(self.client, find_batch(self.client, batch_id))

    def job(self, job_id: str) -> "Submitted":
        """Returns the job with that id or URL. Raises `ApiError`."""
        return Submitted(self.client, self.client.find_job(job_id))

    def compare(self, *groups: Mapping[str, Any], metric: str = "smile") -> "Submitted":
        """Compares the curves of a metric over one or two groups of jobs.

        A group is `{"annotation": {"key": "stimulus", "value": "spot A"}}` or `{"jobs": [id, ...]}`, with a `title` if
        you like. Raises `ApiError`.
        """
        return Submitted(self.client, self.client.compare(metric, groups))

    def jobs(self, limit: int | None = None) -> Iterator["Submitted"]:
        """Yields the jobs of the account, newest first. Raises `ApiError`."""
        for found in self.client.list_jobs(limit=limit):
            yield Submitted(self.client, found)


class Submitted:
    """A job. `document` is the API's JSON of it."""

    def __init__(self, client: MediaApiClient, job: RemoteJob) -> None:
        self._client, self._job = client, job

    @property
    def id(self) -> str:
        """The id."""
        return self._job.id

    @property
    def status(self) -> str:
        """The status when it was last looked at."""
        return self._job.status

    @property
    def document(self) -> Mapping[str, Any]:
        """The API's JSON when the job was last looked at."""
        return self._job.document

    def wait(self, timeout_s: float = 3600.0) -> "Results":
        """Returns the results once the job is done. Raises `ApiError` if it fails, TimeoutError after `timeout_s`."""
        give_up = time.monotonic() + timeout_s
        while (results := self.results()) is None:
            self.check_time(give_up, timeout_s)
            time.sleep(POLL_S)
            self.look()
        return results

    def look(self) -> None:
        """Looks at the job again. Raises `ApiError`."""
        self._job = self._client.get_job(self._job)

    def results(self) -> "Results | None":
        """Returns the results if the job was done when it was last looked at, None if it had not ended. Raises
        `ApiError` if it failed."""
        if not self._job.has_ended:
            return None
        if self._job.status != "done":
            raise ApiError(self._job.error or f"Job {self.id} was {self._job.status}.")
        return Results(self._client, self._job)

    def check_time(self, give_up: float, timeout_s: float) -> None:
        """Raises TimeoutError if `time.monotonic()` is beyond `give_up`."""
        if time.monotonic() > give_up:
            raise TimeoutError(f"Job {self.id} is still {self.status} after {plain_number(timeout_s)} s.")


class SubmittedBatch(Submitted):
    """A batch whose files have been sent. It is a job, whose result is one table: a row for each face of each file."""

    def __init__(self, client: MediaApiClient, batch: Mapping[str, Any]) -> None:
        super().__init__(client, client.find_job(str(batch["job"])))
        self._batch = batch

    def states(self) -> dict[str, int]:
        """Returns how many of its jobs are in each state now. Raises `ApiError`."""
        return dict(get_batch(self._client, self._batch)["states"])

    def jobs(self) -> Iterator[Submitted]:
        """Yields its jobs in the order of the inputs. Raises `ApiError`."""
        for document in self._client.pages(str(self._batch["jobs"])):
            yield Submitted(self._client, parse_job(document))


class Results(Measured):
    """The files of a job that is done."""

    def __init__(self, client: MediaApiClient, job: RemoteJob) -> None:
        self._client, self.job = client, job

    def faces(self) -> RemoteFaces:
        """Returns the faces, to correct them; `wait` on it, then `again` for the files. Raises `ApiError`."""
        return self._client.faces(self.job)

    def again(self) -> "Results":
        """Returns the files as they are now, after corrections of faces. Raises `ApiError`."""
        return Results(self._client, self._client.get_job(self.job))

    def save(self, directory: str | Path) -> list[Path]:
        """Downloads all files and returns their paths; files of the same name are replaced. Raises `ApiError`."""
        return list(self._client.download_results(self.job, Path(directory)))

    def stream(self, content_type: str) -> Iterable[bytes]:
        """Downloads one file in pieces. Raises `ApiError` if the job has none of this type."""
        found = [file for file in self.job.files if file.content_type == content_type]
        if not found:
            raise ApiError(_missing(self.job, name_of(content_type)))
        return self._client.stream_file(found[0])


def _missing(job: RemoteJob, what: str) -> str:
    if job.failure:
        return f"Job {job.id} has no results: {job.failure}"
    if not job.has_ended:
        return f"Job {job.id} is {job.status}; it has results once it is done."
    return f"Job {job.id} has no {what} among its results."


def _is_url(medium: str | Path) -> bool:
    return isinstance(medium, str) and medium.startswith("https://")
