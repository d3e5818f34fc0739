"""The client for notebooks and scripts: `Mien(url, user, password).submit(path).wait().frames()`."""

import codecs
import io
import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from chalicelib.domain.requests.job_options import ALL_OPTIONS
from chalicelib.domain.requests.result_formats import (
    CSV_CONTENT_TYPE,
    NO_FACE,
    SESSION_CONTENT_TYPE,
    SUMMARY_CONTENT_TYPE,
)
from mien.client.http_session import ApiError
from mien.client.job_documents import RemoteFile, RemoteJob
from mien.client.logins import kept_login
from mien.client.media_api import MediaApiClient

_POLL_S = 1.0
_FRAMES = re.compile(r'"frames"\s*:\s*\[')


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: its time in seconds, and its faces by id. Of a face, metrics by their friendly names (numbers),
    `confidence`, `valid` and `invalid reasons`."""

    time_s: float
    faces: Mapping[str, Mapping[str, Any]]


class Mien:
    """One user of an API. A context manager that closes its connections.

    `url` is that of the API's index. Without a user: the one that `mien login` has kept for this URL.
    """

    def __init__(self, url: str, user: str = "", password: str = "", *, uses_environment: bool = False) -> None:
        kept = None if user else kept_login(url)
        if kept is not None:
            user, password = kept.user, kept.password
        self.client = MediaApiClient(url, user, password, uses_environment=uses_environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.client.__exit__(error_type, error, traceback)

    def submit(self, media: str | Path, job: str = "multiface", **options: str | float) -> "Submitted":
        """Sends a file, or the https URL of one. `options` are those of the API (`table="parquet"`, `max_faces=1`).

        Raises `ApiError`, OSError for an unreadable file, or TypeError for an option that no job has.
        """
        unknown = set(options) - {row.name for row in ALL_OPTIONS}
        if unknown:
            raise TypeError(f"A job has no option {', '.join(sorted(unknown))}.")
        if isinstance(media, str) and media.startswith("https://"):
            return Submitted(self.client, self.client.create_job_from_url(media, job, options=options))
        return Submitted(self.client, self.client.create_job(Path(media), job, options=options))

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
        while not self._job.has_ended:
            if time.monotonic() > give_up:
                raise TimeoutError(f"Job {self.id} is still {self.status} after {timeout_s:g} s.")
            time.sleep(_POLL_S)
            self._job = self._client.get_job(self._job)
        if self._job.status != "done":
            raise ApiError(self._job.error or f"Job {self.id} was {self._job.status}.")
        return Results(self._client, self._job)


class Results:
    """The files of a job that is done."""

    def __init__(self, client: MediaApiClient, job: RemoteJob) -> None:
        self._client, self.job = client, job

    def frames(self) -> Iterator[Frame]:
        """Yields the frames in order, at their own times, without holding the file. Raises `ApiError` if the job has no
        session JSON (only `multiface` and `sdk-metrics` have)."""
        for frame in _elements(self._client.stream_file(self._file(SESSION_CONTENT_TYPE))):
            yield Frame(float(frame["time"]), frame["faces"])

    def summary(self) -> dict[str, Any]:
        """Returns the summary: each face with means, peaks and events. Times are in seconds. Raises `ApiError`."""
        summary: dict[str, Any] = json.loads(self._bytes(SUMMARY_CONTENT_TYPE))
        return summary

    def table(self) -> Any:
        """Returns the CSV as a frame of pandas, or of polars if only that is installed.

        The column `time_s` is in seconds, `face id` has texts; without a face, metrics are missing values. Raises
        `ApiError`, or ImportError.
        """
        stream = io.BytesIO(self._bytes(CSV_CONTENT_TYPE))
        try:
            pd = import_module("pandas")
        except ImportError:
            return _polars_table(stream)
        table = pd.read_csv(stream, na_values=[NO_FACE], dtype={"face id": str})
        table.insert(0, "time_s", table["time stamp (msec)"] / 1000)
        return table

    def save(self, directory: str | Path) -> list[Path]:
        """Downloads all files and returns their paths; files of the same name are replaced. Raises `ApiError`."""
        return list(self._client.download_results(self.job, Path(directory)))

    def _file(self, content_type: str) -> RemoteFile:
        found = [file for file in self.job.files if file.content_type == content_type]
        if not found:
            raise ApiError(f"Job {self.job.id} has no {content_type} among its results.")
        return found[0]

    def _bytes(self, content_type: str) -> bytes:
        return b"".join(self._client.stream_file(self._file(content_type)))


def _polars_table(stream: io.BytesIO) -> Any:
    import polars as pl  # noqa: PLC0415  # only this needs it

    table = pl.read_csv(
        stream, null_values=[NO_FACE], schema_overrides={"face id": pl.String}, infer_schema_length=None
    )
    return table.insert_column(0, (pl.col("time stamp (msec)") / 1000).alias("time_s"))


def _elements(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yields the members of the array `frames` of a JSON document that comes in pieces.

    Raises `ApiError` if it ends early.
    """
    decoder, characters = json.JSONDecoder(), codecs.getincrementaldecoder("utf-8")()
    text, is_inside = "", False
    for chunk in chunks:
        text += characters.decode(chunk)
        if not is_inside:
            found = _FRAMES.search(text)
            if found is None:
                continue
            text, is_inside = text[found.end() :], True
        while True:
            text = text.lstrip(" \t\r\n,")
            if text.startswith("]"):
                return
            try:
                element, end = decoder.raw_decode(text)
            except ValueError:
                break
            yield element
            text = text[end:]
    raise ApiError("The result ends early; ask for it again.")
