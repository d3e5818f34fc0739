"""A client of the Media API, as those of the original service go about it."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests
from requests_toolbelt import MultipartEncoder

from chalicelib.domain.ids import check_id
from chalicelib.domain.intake.media_types import content_type_of
from chalicelib.domain.requests.job_options import NO_OPTIONS, OptionValues
from mien.client.direct_upload import DIRECT_ABOVE_BYTES, UploadProgress, send_upload
from mien.client.downloads import download_file, download_files
from mien.client.faces import RemoteFaces
from mien.client.http_session import ApiError, HttpSession, document_of
from mien.client.job_documents import RemoteFile, RemoteJob, parse_job
from mien.client.job_forms import form_of, if_given, once_only, option_fields

_NAME = "entry_job[name]"
_PAGE = 100
_CHUNK_BYTES = 64 * 1024


class MediaApiClient:
    """Knows the index URL and credentials, nothing else. A context manager that closes its connections.

    `uses_environment`: whether the environment's proxies count.
    """

    def __init__(self, index_url: str, user: str, password: str, *, uses_environment: bool = False) -> None:
        self._index_url = index_url
        self.http = HttpSession(user, password, uses_environment=uses_environment)
        self._services: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.http.__exit__(error_type, error, traceback)

    def jobs_url(self) -> str:
        """Returns the URL at which jobs are created. Raises `ApiError`."""
        return self.service_url("jobs")

    def service_url(self, name: str) -> str:
        """Returns the URL of a service in the index. Raises `ApiError`."""
        if not self._services:
            headers = {"Accept": "application/json"}
            document = self.http.json("GET", self._index_url, authorized=False, headers=headers)
            try:
                self._services = {str(service): str(url) for service, url in document["v1"].items()}
            except (KeyError, TypeError, AttributeError):
                raise ApiError(f"{self._index_url} is not the index of a Media API.") from None
        if name not in self._services:
            raise ApiError(f"{self._index_url} is not the index of a Media API: it has no {name}.")
        return self._services[name]

    def create_job(
        self,
        media: Path,
        name: str,
        on_upload: UploadProgress | None = None,
        *,
        options: OptionValues = NO_OPTIONS,
        direct_above_bytes: int = DIRECT_ABOVE_BYTES,
        once: str = "",
    ) -> RemoteJob:
        """Sends the file as a stream and returns the new job; `options`: by name (`job_options`). A file larger than
        `direct_above_bytes` is uploaded directly to the media store. Calls with the same `once`, a text of 1 to 255
        ASCII characters, create one job. Raises `ApiError`, or OSError for an unreadable file.
        """
        if media.stat().st_size > direct_above_bytes:
            return self.upload_job(media, name, on_upload, options=options, once=once)
        with media.open("rb") as body:
            form = form_of(body, media.name, {_NAME: name, **option_fields(options)}, on_upload or _nothing)
            headers = {"Content-Type": form.content_type, **(once_only(once) if once else {})}
            # A stream can be sent one time only.
            return _job(self.http.json("POST", self.jobs_url(), data=form.read() if once else form, headers=headers))

    def upload_job(
        self,
        media: Path,
        name: str,
        on_upload: UploadProgress | None = None,
        *,
        options: OptionValues = NO_OPTIONS,
        once: str = "",
    ) -> RemoteJob:
        """Creates a job and sends the file past the API, straight to the media store: the way for files that are larger
        than a request may be. Raises `ApiError`, or OSError for an unreadable file."""
        announced = {
            "name": name,
            "file_name": media.name.encode(errors="replace").decode(),  # a name on the disk need not be text
            "content_type": content_type_of(media.name, None),
            "size_bytes": media.stat().st_size,
            **options,
        }
        document = self.http.json("POST", self.jobs_url(), json={"entry_job": announced}, headers=once_only(once))
        try:
            return _job(send_upload(self.http, document["upload"], media, on_upload or _nothing))
        except (KeyError, TypeError):
            raise ApiError("The API did not return a job with an upload.") from None

    def create_job_from_url(
        self, media_url: str, name: str, *, options: OptionValues = NO_OPTIONS, once: str = ""
    ) -> RemoteJob:
        """Creates a job whose input the API fetches from a URL. Raises `ApiError`."""
        form = MultipartEncoder({_NAME: name, "entry_job[input_url]": media_url, **option_fields(options)})
        headers = {"Content-Type": form.content_type}
        return _job(self.http.json("POST", self.jobs_url(), data=form.read(), headers={**headers, **once_only(once)}))

    def compare(self, metric: str, groups: Iterable[Mapping[str, Any]]) -> RemoteJob:
        """Creates a job that compares groups of jobs, as `POST /jobs/comparisons` takes them. Raises `ApiError`."""
        wanted = {"comparison": {"metric": metric, "groups": list(groups)}}
        return _job(self.http.json("POST", f"{self.jobs_url()}/comparisons", json=wanted, headers=once_only()))

    def find_job(self, job_id: str) -> RemoteJob:
        """The job with that id, or with a URL that ends in it. Raises `ApiError` or `MalformedRequest`. Of a URL only
        the id is used: credentials go to the API of the index and nowhere else."""
        return _job(self.http.json("GET", self._job_url(job_id)))

    def get_job(self, job: RemoteJob) -> RemoteJob:
        """The job as it is now. Raises `ApiError`."""
        return _job(self.http.json("GET", job.url))

    def cancel_job(self, job_id: str) -> RemoteJob:
        """Stops the job with that id or URL, as it is then. Raises `ApiError` or `MalformedRequest`."""
        return _job(self.http.json("PATCH", self._job_url(job_id), data={"entry_job[status]": "cancelled"}))

    def delete_job(self, job_id: str) -> dict[str, Any]:
        """Deletes the job with that id or URL for good; returns what the API says was removed. Raises `ApiError`."""
        found: dict[str, Any] = self.http.json("DELETE", self._job_url(job_id))
        return found

    def requeue_job(self, job_id: str) -> RemoteJob:
        """Runs the job with that id or URL again. Raises `ApiError` or `MalformedRequest`."""
        return _job(self.http.json("POST", f"{self._job_url(job_id)}/requeue", headers=once_only()))

    def list_jobs(
        self, *, limit: int | None, status: str = "", name: str = "", page_size: int = _PAGE
    ) -> Iterator[RemoteJob]:
        """Yields jobs, newest first, page by page; all of them if `limit` is None. Raises `ApiError`."""
        query = {
            "limit": str(page_size if limit is None else min(limit, page_size)),
            **if_given("status", status),
            **if_given("name", name),
        }
        url = requests.Request("GET", self.jobs_url(), params=query).prepare().url
        yield from (_job(document) for document in islice(self.pages(str(url)), limit))

    def wait_for_job(self, job: RemoteJob, on_change: Callable[[RemoteJob], None], *, interval_s: float) -> RemoteJob:
        """Polls every `interval_s` seconds until the job has ended, and calls `on_change` at least once and after every
        poll. Raises `ApiError` and whatever `on_change` raises."""
        while True:
            on_change(job)
            if job.has_ended:
                return job
            time.sleep(interval_s)
            job = self.get_job(job)

    def wait_for_input(self, job: RemoteJob, *, interval_s: float = 0.5) -> RemoteJob:
        """Returns the job once its input has arrived, which takes a while if the API fetches it. Raises `ApiError` if
        the job ends without it."""
        while not job.input_annotations_url:
            if job.has_ended:
                raise ApiError(job.error or f"The job was {job.status} before its file arrived.")
            time.sleep(interval_s)
            job = self.get_job(job)
        return job

    def download_results(self, job: RemoteJob, directory: Path) -> dict[Path, RemoteFile]:
        """Writes every result of the job into `directory`, replacing files of the same name, and returns their paths. A
        file gets its name once it is complete. Raises `ApiError`, or OSError of the disk."""
        return self.download_files(job.files, directory)

    def download_files(
        self, files: Iterable[RemoteFile], directory: Path, taken: Collection[str] = ()
    ) -> dict[Path, RemoteFile]:
        """The same for some results; none gets a name that is `taken`."""
        return download_files(self.http, files, directory, taken)

    def download_file(self, file: RemoteFile, target: Path) -> None:
        """One result, under this name, which is replaced. Raises as `download_results` does."""
        download_file(self.http, file, target)

    def stream_file(self, file: RemoteFile) -> Iterator[bytes]:
        """Yields the bytes of one result, as they come. Raises `ApiError`."""
        with self.http.request("GET", file.media_url, stream=True) as answer:
            yield from answer.iter_content(_CHUNK_BYTES)

    def faces(self, job: RemoteJob) -> RemoteFaces:
        """The faces of a finished job's result. Raises `ApiError` if they cannot be corrected."""
        return RemoteFaces(self.http, job.faces_url)

    def annotations(self, annotations_url: str) -> list[dict[str, Any]]:
        """An entry's annotations, oldest first. Raises `ApiError`."""
        return list(self.pages(annotations_url))

    def find_annotated(self, key: str, value: str, source: str = "") -> tuple[list[RemoteJob], list[str]]:
        """The jobs whose input or result has the annotation, newest first, and the URLs of entries that have it without
        a job; an empty value or source stands for any. Raises `ApiError`."""
        query = {"key": key} | if_given("value", value) | if_given("source", source)
        jobs = [_job(found) for found in self.pages(self._search_url("jobs", query))]
        entries = [found for found in self.pages(self._search_url("entries", query)) if "job" not in found]
        return list({job.id: job for job in jobs}.values()), [str(entry["self"]) for entry in entries]

    def _search_url(self, service: str, query: dict[str, str]) -> str:
        search = f"{self.service_url(service)}/search_by_annotation"
        return str(requests.Request("GET", search, params=query).prepare().url)

    def delete_entry(self, entry_url: str) -> None:
        """Deletes an entry that `find_annotated` has found, for good. Raises `ApiError`."""
        self.http.request("DELETE", f"{self.service_url('entries')}/{entry_url.rpartition('/')[2]}")

    def pages(self, url: str | None) -> Iterator[dict[str, Any]]:
        """Yields the documents of a list in pages."""
        while url is not None:
            answer = self.http.request("GET", url)
            yield from document_of(answer)
            url = answer.links.get("next", {}).get("url")

    def annotate(self, annotations_url: str, key: str, value: str, source: str = "") -> dict[str, Any]:
        """Adds an annotation and returns its document. Raises `ApiError`."""
        annotation = {"key": key, "value": value, **if_given("source", source)}
        document = self.http.json("POST", annotations_url, json={"annotation": annotation}, headers=once_only())
        if not isinstance(document, dict):
            raise ApiError("The API did not return an annotation.")
        return document

    def _job_url(self, job_id: str) -> str:
        last_part = check_id(job_id.rstrip("/").rpartition("/")[2], "job")
        return f"{self.jobs_url()}/{last_part}"


def _nothing(_sent_bytes: int, _all_bytes: int) -> None:
    """Ignores the progress."""


def _job(document: Any) -> RemoteJob:
    try:
        return parse_job(document)
    except (KeyError, TypeError, AttributeError):
        raise ApiError("The API did not return a job.") from None
