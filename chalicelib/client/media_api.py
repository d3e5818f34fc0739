"""A client of the Media API, as those of the original service go about it."""

import hashlib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import requests
from requests_toolbelt import MultipartEncoder, MultipartEncoderMonitor

from chalicelib.client.direct_upload import UploadFailed, UploadProgress, send_file
from chalicelib.client.download_names import safe_file_name
from chalicelib.client.job_documents import RemoteFile, RemoteJob, parse_job
from chalicelib.domain.media_types import content_type_of
from chalicelib.errors import MienError

_CONNECT_TIMEOUT_S = 10.0
_READ_TIMEOUT_S = 300.0
_TIMEOUT_S = (_CONNECT_TIMEOUT_S, _READ_TIMEOUT_S)
_CHUNK_BYTES = 256 * 1024


class ApiError(MienError):
    """The API refused, or did not answer as it should. The message is a sentence for a person."""


class MediaApiClient:
    """Knows the index URL and credentials, nothing else. A context manager that closes its connections.

    No proxy and no `.netrc` is used: the API is on this machine, and credentials of another origin sent along with a
    presigned link would make S3 refuse it.
    """

    def __init__(self, index_url: str, user: str, password: str) -> None:
        self._index_url = index_url
        self._session = requests.Session()
        self._session.trust_env = False
        self._credentials = (user, password)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._session.close()

    def jobs_url(self) -> str:
        """Where jobs are created, as the index (which needs no credentials) says. Raises `ApiError`."""
        document = self._json(self._request("GET", self._index_url, headers={"Accept": "application/json"}))
        try:
            return str(document["v1"]["jobs"])
        except (KeyError, TypeError):
            raise ApiError(f"{self._index_url} is not the index of a Media API.") from None

    def create_job(self, media: Path, name: str, on_upload: UploadProgress | None = None) -> RemoteJob:
        """Sends the file as a stream and returns the new job. Raises `ApiError`, or OSError for an unreadable file."""
        url = self.jobs_url()
        with media.open("rb") as body:
            form = _form(body, media.name, name, on_upload)
            answer = self._request(
                "POST", url, data=form, headers={"Content-Type": form.content_type}, auth=self._credentials
            )
        return self._job(answer)

    def upload_job(self, media: Path, name: str, on_upload: UploadProgress | None = None) -> RemoteJob:
        """Creates a job and sends the file past the API, straight to the media store: the way for files that are larger
        than a request may be. Raises `ApiError`, or OSError for an unreadable file."""
        sendable_name = media.name.encode(errors="replace").decode()  # a name on the disk need not be text
        announced = {"name": name, "file_name": sendable_name, "size_bytes": media.stat().st_size}
        url = self.jobs_url()
        document = self._json(
            self._request("POST", url, json={"entry_job": announced}, auth=self._credentials, allow_redirects=False)
        )
        try:
            parts = send_file(self._session, media, document["upload"], on_upload or _nothing)
            complete_url = str(document["upload"]["complete"])
        except UploadFailed as failure:
            raise ApiError(str(failure)) from failure
        except (KeyError, TypeError):
            raise ApiError("The API answered with something that is not a job waiting for its upload.") from None
        return self._job(self._request("POST", complete_url, json=parts, auth=self._credentials))

    def get_job(self, job: RemoteJob) -> RemoteJob:
        """The job as it is now. Raises `ApiError`."""
        return self._job(self._request("GET", job.url, auth=self._credentials))

    def wait_for_job(self, job: RemoteJob, on_change: Callable[[RemoteJob], None], *, interval_s: float) -> RemoteJob:
        """Asks every `interval_s` seconds until the job has ended, and tells of each change. Raises `ApiError` and
        whatever `on_change` raises, which is called at least once and again at every question."""
        while True:
            on_change(job)
            if job.has_ended:
                return job
            time.sleep(interval_s)
            job = self.get_job(job)

    def download_results(self, job: RemoteJob, directory: Path) -> dict[Path, RemoteFile]:
        """Writes every result of the job into `directory`, replacing files of the same name, and says which file is
        where. A file appears under its name once all of it is there. Raises `ApiError`, or OSError of the disk."""
        directory.mkdir(parents=True, exist_ok=True)
        downloaded: dict[Path, RemoteFile] = {}
        for file in job.files:
            target = directory / safe_file_name(file.file_name, {path.name for path in downloaded})
            self._download(file, target)
            downloaded[target] = file
        return downloaded

    def _download(self, file: RemoteFile, target: Path) -> None:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".download-") as directory:
            part = Path(directory, "part")
            with part.open("wb") as stream:
                sha256 = self._stream(file.media_url, stream)
            if file.sha256 and sha256 != file.sha256:
                raise ApiError(f"{file.file_name} arrived damaged; download it again.")
            part.replace(target)

    def _stream(self, url: str, target: BinaryIO) -> str:
        """Follows the redirect to the bytes, without our credentials, and returns their SHA-256."""
        digest = hashlib.sha256()
        with self._request("GET", url, auth=self._credentials, stream=True) as answer:
            try:
                for chunk in answer.iter_content(_CHUNK_BYTES):
                    digest.update(chunk)
                    target.write(chunk)
            except requests.RequestException as failure:
                raise ApiError("The connection broke during the download; try again.") from failure
        return digest.hexdigest()

    def _request(self, method: str, url: str, **options: Any) -> requests.Response:
        try:
            answer = self._session.request(method, url, timeout=_TIMEOUT_S, **options)
        except requests.RequestException as failure:
            raise ApiError(f"The API at {self._index_url} does not answer.") from failure
        if answer.status_code >= 400:
            with answer:
                raise ApiError(_sentence(answer))
        return answer

    def _job(self, answer: requests.Response) -> RemoteJob:
        try:
            return parse_job(self._json(answer))
        except (KeyError, TypeError, AttributeError):
            raise ApiError("The API answered with something that is not a job.") from None

    def _json(self, answer: requests.Response) -> Any:
        try:
            return answer.json()
        except requests.JSONDecodeError:
            raise ApiError(f"The API answered {answer.status_code} with something that is not JSON.") from None


def _form(body: BinaryIO, file_name: str, job_name: str, on_upload: UploadProgress | None) -> MultipartEncoderMonitor:
    sendable_name = file_name.encode(errors="replace").decode()  # a name on the disk need not be text
    form = MultipartEncoder(
        {
            "entry_job[name]": job_name,
            "entry_job[input]": (sendable_name, body, content_type_of(file_name, None)),
        }
    )
    if on_upload is None:
        return MultipartEncoderMonitor(form)
    return MultipartEncoderMonitor(form, lambda monitor: on_upload(monitor.bytes_read, form.len))


def _nothing(_sent_bytes: int, _all_bytes: int) -> None:
    """Nobody wants to know."""


def _sentence(answer: requests.Response) -> str:
    """The sentence of the error envelope, or one that names the status."""
    try:
        return str(answer.json()["error"])
    except (requests.JSONDecodeError, KeyError, TypeError):
        return f"The API answered with status {answer.status_code}."
