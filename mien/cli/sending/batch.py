"""Many inputs at once: sent, waited for, and fetched, a bounded number of them at a time. Each result is on the disk as
soon as its job is done; memory does not grow with the number of inputs."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from chalicelib.errors import MienError
from mien.cli.job_display import JobDisplay
from mien.cli.key_values import KeyValue
from mien.cli.sending.inputs import Input
from mien.cli.sending.manifest import Entry, Manifest
from mien.cli.watch import NOT_FOUND, deleted_text, found_again, patiently
from mien.client.download_names import ResultNames
from mien.client.http_session import ApiError
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient

MOST_UNFINISHED = 64
"""Jobs that are waited for at a time: with one listing all of them are seen."""
_POLL_S = 0.7


@dataclass(frozen=True, slots=True)
class Request:
    """The request for each input. `out` is None if no results are wanted, `waits` says whether the end is."""

    name: str
    options: dict[str, str | float]
    annotations: tuple[KeyValue, ...] = ()
    out: Path | None = None
    waits: bool = False

    def fingerprint_parts(self) -> dict[str, object]:
        """The parts that make another request of the same input another job."""
        return {"name": self.name, "options": self.options, "annotations": self.annotations}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One input and its outcome. `is_over`: nothing is left to do; `is_old`: an earlier call has done it."""

    source: Input
    job: RemoteJob | None = None
    error: str = ""
    files: tuple[Path, ...] = ()
    is_over: bool = False
    is_old: bool = False
    job_id: str = ""


class Batch:
    """Sends inputs and yields their outcomes as they come. `label_of` names an input on the display."""

    def __init__(
        self,
        open_client: Callable[[], MediaApiClient],
        request: Request,
        display: JobDisplay,
        *,
        parallel: int,
        manifest: Manifest | None = None,
        again: bool = False,
        label_of: Callable[[Input], str] = lambda source: source.medium,
        on_job: Callable[[Input, RemoteJob], None] = lambda _source, _job: None,
    ) -> None:
        self._open_client, self._request, self._display = open_client, request, display
        self._parallel, self._manifest, self._again = parallel, manifest, again
        self._label_of, self._on_job = label_of, on_job
        self._names = ResultNames()
        self._own = threading.local()
        self._waiting: dict[str, tuple[Input, RemoteJob]] = {}
        self._polled = 0.0

    @property
    def unfinished(self) -> list[str]:
        """The ids of jobs that are being waited for."""
        return list(self._waiting)

    def run(self, inputs: Iterable[Input]) -> Iterator[Outcome]:
        """Yields one outcome for each input. Raises `ApiError` if the API does not answer for long."""
        left, busy = iter(inputs), set[Future[Outcome]]()
        with ThreadPoolExecutor(self._parallel) as pool:
            try:
                while True:
                    while len(busy) < self._parallel and len(busy) + len(self._waiting) < MOST_UNFINISHED:
                        source = next(left, None)
                        if source is None:
                            break
                        busy.add(pool.submit(self._send, source))
                    if not busy and not self._waiting:
                        return
                    if not busy:
                        time.sleep(_POLL_S)
                    ended, busy = wait(busy, timeout=_POLL_S if self._waiting else None, return_when=FIRST_COMPLETED)
                    yield from self._settled(ended)
                    over, deleted = self._poll()
                    busy |= {pool.submit(self._fetch, *pair) for pair in over}
                    yield from deleted
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _settled(self, ended: Iterable[Future[Outcome]]) -> Iterator[Outcome]:
        """Passes on what is over, and keeps what has to be waited for."""
        for future in ended:
            outcome = future.result()
            if outcome.job is None or outcome.error or outcome.is_over or not self._request.waits:
                yield outcome
            else:
                self._waiting[outcome.job.id] = (outcome.source, outcome.job)

    def _send(self, source: Input) -> Outcome:
        try:
            fingerprint = source.fingerprint(self._request.fingerprint_parts())
            known = None if self._manifest is None else self._manifest.find(fingerprint)
            if known is not None and known.state == "done" and not self._again:
                return Outcome(source, files=self._paths(known), is_over=True, is_old=True, job_id=known.job)
            begun = self._begun(source, known)
            if begun is not None:
                # The process that sent it may have been killed before it had annotated it.
                job = self._annotated(begun, is_new=False)
            else:
                job = patiently(lambda: self._create(source, fingerprint, known), self._display)
                self._note(
                    Entry(fingerprint, source.medium, "sent", job.id, annotations=dict(self._request.annotations))
                )
                self._on_job(source, job)
                job = self._annotated(job, is_new=True)
        except (MienError, OSError) as error:
            return Outcome(source, error=str(error))
        return Outcome(source, job, job_id=job.id)

    def _begun(self, source: Input, known: Entry | None) -> RemoteJob | None:
        """Returns the job that an earlier call has begun; None if there is none, or if it no longer exists: the API
        keeps nothing and has been restarted, or someone has deleted the job."""
        if known is None or known.state not in ("sent", "fetching"):
            return None
        try:
            return self._client.find_job(known.job)
        except ApiError as error:
            if error.status != NOT_FOUND:
                raise
        self._display.complain(f"{source.medium}: the API no longer has job {known.job}; a new job is made.")
        return None

    def _create(self, source: Input, fingerprint: str, known: Entry | None) -> RemoteJob:
        # The same file and request within a day make one job, even if this process dies before it has noted the job.
        once = "" if self._manifest is None or known is not None else f"{self._manifest.id}-{fingerprint}"
        name, options = self._request.name, self._request.options
        if source.path is None:
            return self._client.create_job_from_url(source.medium, name, options=options, once=once)
        label = self._label_of(source)
        return self._client.create_job(
            source.path,
            name,
            lambda sent, total: self._display.uploading(label, sent, total),
            options=options,
            once=once,
        )

    def _annotated(self, job: RemoteJob, *, is_new: bool) -> RemoteJob:
        """Adds the annotations to the input, those that are missing if the job is not new."""
        if not self._request.annotations:
            return job
        job = self._client.wait_for_input(job)
        url = job.input_annotations_url
        there = set() if is_new else {(note["key"], note["value"]) for note in self._client.annotations(url)}
        for note in self._request.annotations:
            if (note.key, note.value) not in there:
                self._client.annotate(url, note.key, note.value)
        return job

    def _poll(self) -> tuple[list[tuple[Input, RemoteJob]], list[Outcome]]:
        """Looks at the jobs that are waited for, and returns those that have ended, and those that were deleted."""
        if not self._waiting or time.monotonic() < self._polled + _POLL_S:
            return [], []
        self._polled = time.monotonic()
        over, deleted = [], []
        for job_id, job in patiently(self._seen, self._display).items():
            source, _before = self._waiting[job_id]
            if job is None:
                del self._waiting[job_id]
                deleted.append(Outcome(source, error=deleted_text(job_id), job_id=job_id))
                continue
            self._display.tell(self._label_of(source), job)
            self._waiting[job.id] = (source, job)
            if job.has_ended:
                over.append(self._waiting.pop(job.id))
        return over, deleted

    def _seen(self) -> dict[str, RemoteJob | None]:
        """The jobs that are waited for, as they are now, by id: from one listing, and singly if others have come
        between; None for one that was deleted."""
        jobs = () if len(self._waiting) < 4 else self._client.list_jobs(limit=2 * MOST_UNFINISHED)
        listed = {job.id: job for job in jobs if job.id in self._waiting}
        unseen = [job for job_id, (_source, job) in self._waiting.items() if job_id not in listed]
        return {**listed, **{job.id: found_again(self._client, job) for job in unseen[:8]}}

    def _fetch(self, source: Input, job: RemoteJob) -> Outcome:
        fingerprint = source.fingerprint(self._request.fingerprint_parts())
        notes = dict(self._request.annotations)
        entry = Entry(fingerprint, source.medium, job.status, job.id, error=job.error, annotations=notes)
        try:
            files: tuple[Path, ...] = ()
            if self._request.out is not None and job.status == "done" and job.files:
                files = self._download(job, self._request.out / source.folder, entry)
                entry = replace(entry, files=self._relative(files))
            self._note(entry)
        except (MienError, OSError) as error:
            return Outcome(source, job, error=str(error), job_id=job.id)
        return Outcome(source, job, files=files, is_over=True, job_id=job.id)

    def _download(self, job: RemoteJob, directory: Path, entry: Entry) -> tuple[Path, ...]:
        directory.mkdir(parents=True, exist_ok=True)
        known = None if self._manifest is None else self._manifest.find(entry.fingerprint)
        mine = self._paths(known) if known is not None and known.state == "fetching" and known.job == job.id else ()
        with self._names.reserved(directory, [file.file_name for file in job.files], mine) as names:
            files = tuple(directory / name for name in names)
            self._note(replace(entry, state="fetching", files=self._relative(files)))
            for file, path in zip(job.files, files, strict=True):
                self._client.download_file(file, path)
        return files

    @property
    def _client(self) -> MediaApiClient:
        """A client of this thread's own."""
        if not hasattr(self._own, "client"):
            self._own.client = self._open_client()
        client: MediaApiClient = self._own.client
        return client

    def _note(self, entry: Entry) -> None:
        if self._manifest is not None:
            self._manifest.add(entry)

    def _paths(self, entry: Entry) -> tuple[Path, ...]:
        return tuple((self._request.out or Path()) / name for name in entry.files)

    def _relative(self, files: Iterable[Path]) -> tuple[str, ...]:
        return tuple(path.relative_to(self._request.out or Path()).as_posix() for path in files)
