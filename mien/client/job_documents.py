"""The parts of the API's JSON that the client reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mien.client.http_session import ApiError

ENDED = frozenset({"done", "error", "cancelled"})


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A result file: its URL and content type. `sha256` is lower-case hex, empty if the API does not state it."""

    media_url: str
    file_name: str
    content_type: str
    sha256: str


@dataclass(frozen=True, slots=True)
class RemoteJob:
    """A job as the API describes it. The frame counts are None until a worker has started, or if the API does not state
    them; an `annotations_url` is empty while there is no such entry. `document` is the API's JSON."""

    url: str
    name: str
    status: str
    error: str
    frames_done: int | None
    frames_total: int | None
    frames_per_second: float | None
    files: tuple[RemoteFile, ...]
    file_name: str = ""
    published: str = ""
    input_annotations_url: str = ""
    result_annotations_url: str = ""
    document: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def id(self) -> str:
        """The last part of its URL."""
        return self.url.rpartition("/")[2]

    @property
    def entry_urls(self) -> frozenset[str]:
        """The URLs of its input, its result and the result before a requeue, as far as they exist."""
        entries = (self.document.get("input"), self.document.get("result"))
        urls = [str(entry.get("self")) for entry in entries if isinstance(entry, Mapping)]
        earlier = self.document.get("earlier_result")
        return frozenset([*urls, str(earlier)] if earlier else urls)

    @property
    def faces_url(self) -> str:
        """The URL of the faces of its result. Raises `ApiError` if there is no result whose faces can be corrected."""
        result = self.document.get("result")
        url = result.get("faces") if isinstance(result, Mapping) else None
        if url:
            return str(url)
        if self.failure:
            raise ApiError(f"Job {self.id} has no faces to correct: {self.failure}")
        if self.status != "done":
            raise ApiError(f"Job {self.id} is {self.status}; its faces can be corrected once it is done.")
        raise ApiError(f"The faces of job {self.id} cannot be corrected; requeue it to measure it again.")

    @property
    def failure(self) -> str:
        """The reason for which the job has ended without results; empty if it is done or has not ended."""
        if not self.has_ended or self.status == "done":
            return ""
        return self.error or ("It was cancelled." if self.status == "cancelled" else "It failed.")

    @property
    def input_file(self) -> RemoteFile | None:
        """The media file; None if it is not stored."""
        entry = self.document.get("input")
        stored = entry.get("representations") if isinstance(entry, Mapping) else None
        return _parse_file(stored[0]) if stored else None

    @property
    def has_ended(self) -> bool:
        """Returns True if the status is final until a requeue."""
        return self.status in ENDED


def parse_job(document: Mapping[str, Any]) -> RemoteJob:
    """Raises KeyError, TypeError or AttributeError for a document that is no job."""
    progress = document.get("progress") or {}
    result = document.get("result") or {}
    return RemoteJob(
        url=str(document["self"]),
        name=str(document["name"]),
        status=str(document["status"]),
        error=str(document.get("error") or ""),
        frames_done=progress.get("frames_done"),
        frames_total=progress.get("frames_total"),
        frames_per_second=progress.get("frames_per_second"),
        files=tuple(_parse_file(representation) for representation in result.get("representations", ())),
        file_name=str(document.get("filename") or ""),
        published=str(document.get("published") or ""),
        input_annotations_url=_annotations_url(document.get("input")),
        result_annotations_url=_annotations_url(result),
        document=document,
    )


def _annotations_url(entry: object) -> str:
    """The API says `[]` for an input that is not there yet."""
    return str(entry.get("annotations") or "") if isinstance(entry, Mapping) else ""


def _parse_file(document: Mapping[str, Any]) -> RemoteFile:
    return RemoteFile(
        media_url=str(document["media"]),
        file_name=str(document["file_name"]),
        content_type=str(document["content_type"]),
        sha256=str(document.get("sha256") or ""),
    )
