"""The twin of `Mien` for programs with an event loop: each request runs in a thread, and waiting for a job in none."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from mien.client.faces import Correction, RemoteFaces
from mien.client.jobs_and_results import POLL_S, Mien, Results, Submitted, SubmittedBatch
from mien.client.measured import Frame

_Item = TypeVar("_Item")
_AT_ONCE = 256


class AsyncMien:
    """One user of an API, as `Mien` has it. An asynchronous context manager that closes its connections."""

    def __init__(self, url: str, user: str = "", password: str = "", *, uses_environment: bool = False) -> None:
        self._mien = Mien(url, user, password, uses_environment=uses_environment)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._mien.__exit__(error_type, error, traceback)

    async def submit(self, media: str | Path, job: str = "multiface", **options: str | float) -> "AsyncSubmitted":
        """Sends a file, or the https URL of one; raises as `Mien.submit` does."""
        return AsyncSubmitted(await asyncio.to_thread(partial(self._mien.submit, media, job, **options)))

    async def submit_batch(
        self, media: Iterable[str | Path], job: str = "multiface", **more: Any
    ) -> "AsyncSubmittedBatch":
        """Sends files or https URLs as one batch; takes and raises what `Mien.submit_batch` does."""
        return AsyncSubmittedBatch(await asyncio.to_thread(partial(self._mien.submit_batch, media, job, **more)))

    async def batch(self, batch_id: str) -> "AsyncSubmittedBatch":
        """Returns the batch with that id or URL. Raises `ApiError`."""
        return AsyncSubmittedBatch(await asyncio.to_thread(self._mien.batch, batch_id))

    async def job(self, job_id: str) -> "AsyncSubmitted":
        """Returns the job with that id or URL. Raises `ApiError`."""
        return AsyncSubmitted(await asyncio.to_thread(self._mien.job, job_id))

    async def compare(self, *groups: Mapping[str, Any], metric: str = "smile") -> "AsyncSubmitted":
        """Compares groups of jobs, as `Mien.compare` does. Raises `ApiError`."""
        return AsyncSubmitted(await asyncio.to_thread(partial(self._mien.compare, *groups, metric=metric)))

    async def jobs(self, limit: int | None = None) -> AsyncIterator["AsyncSubmitted"]:
        """Yields the jobs of the account, newest first. Raises `ApiError`."""
        async for found in _from_thread(self._mien.jobs(limit)):
            yield AsyncSubmitted(found)


class AsyncSubmitted:
    """A job, as `Submitted` has it."""

    def __init__(self, job: Submitted) -> None:
        self._job = job

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

    async def wait(self, timeout_s: float = 3600.0) -> "AsyncResults":
        """Returns the results once the job is done. Raises `ApiError` if it fails, TimeoutError after `timeout_s`."""
        give_up = time.monotonic() + timeout_s
        while (results := self._job.results()) is None:
            self._job.check_time(give_up, timeout_s)
            await asyncio.sleep(POLL_S)
            await asyncio.to_thread(self._job.look)
        return AsyncResults(results)


class AsyncSubmittedBatch(AsyncSubmitted):
    """A batch, as `SubmittedBatch` has it."""

    def __init__(self, batch: SubmittedBatch) -> None:
        super().__init__(batch)
        self._batch = batch

    async def states(self) -> dict[str, int]:
        """Returns how many of its jobs are in each state now. Raises `ApiError`."""
        return await asyncio.to_thread(self._batch.states)

    async def jobs(self) -> AsyncIterator[AsyncSubmitted]:
        """Yields its jobs in the order of the inputs. Raises `ApiError`."""
        async for found in _from_thread(self._batch.jobs()):
            yield AsyncSubmitted(found)


class AsyncResults:
    """The files of a job that is done; every method raises as that of `Results` does."""

    def __init__(self, results: Results) -> None:
        self._results = results

    async def frames(self) -> AsyncIterator[Frame]:
        """Yields the frames in order, at their own times, without holding the file."""
        async for frame in _from_thread(self._results.frames()):
            yield frame

    async def summary(self) -> dict[str, Any]:
        """Returns the summary."""
        return await asyncio.to_thread(self._results.summary)

    async def table(self) -> Any:
        """Returns the CSV as a frame of pandas or polars."""
        return await asyncio.to_thread(self._results.table)

    async def faces(self) -> "AsyncFaces":
        """Returns the faces, to correct them."""
        return AsyncFaces(await asyncio.to_thread(self._results.faces))

    async def again(self) -> "AsyncResults":
        """Returns the files as they are now, after corrections of faces."""
        return AsyncResults(await asyncio.to_thread(self._results.again))

    async def save(self, directory: str | Path) -> list[Path]:
        """Downloads all files and returns their paths."""
        return await asyncio.to_thread(self._results.save, directory)


class AsyncFaces:
    """The faces of a result, as `RemoteFaces` has them; every method raises as that one does."""

    def __init__(self, faces: RemoteFaces) -> None:
        self._faces = faces

    @property
    def document(self) -> Mapping[str, Any]:
        """The API's JSON when the faces were last looked at or changed."""
        return self._faces.document

    @property
    def status(self) -> str:
        """Returns `queued`, `done` or `error`."""
        return self._faces.status

    @property
    def corrections(self) -> list[Correction]:
        """The corrections, in order."""
        return self._faces.corrections

    @property
    def faces(self) -> list[Mapping[str, Any]]:
        """The faces after all corrections."""
        return self._faces.faces

    async def look(self) -> Self:
        """Looks at the faces again."""
        return await self._done(self._faces.look)

    async def name(self, face_id: int | str, name: str | None) -> Self:
        """Names a face; None takes its name away."""
        return await self._done(partial(self._faces.name, face_id, name))

    async def merge(self, face_id: int | str, into: int | str) -> Self:
        """Makes a face part of another."""
        return await self._done(partial(self._faces.merge, face_id, into))

    async def split(self, face_id: int | str, at_s: float) -> Self:
        """Makes what is seen from a time on, in seconds, a face of its own."""
        return await self._done(partial(self._faces.split, face_id, at_s))

    async def ignore(self, face_id: int | str) -> Self:
        """Leaves a face out."""
        return await self._done(partial(self._faces.ignore, face_id))

    async def correct(self, *corrections: Correction) -> Self:
        """Adds corrections, all or none of them."""
        return await self._done(partial(self._faces.correct, *corrections))

    async def undo(self) -> Self:
        """Takes the last correction back."""
        return await self._done(self._faces.undo)

    async def reset(self) -> Self:
        """Takes all corrections back."""
        return await self._done(self._faces.reset)

    async def wait(self, timeout_s: float = 600.0) -> Self:
        """Waits until the files follow the corrections."""
        give_up = time.monotonic() + timeout_s
        while self._faces.is_waiting(give_up, timeout_s):
            await asyncio.sleep(POLL_S)
            await self.look()
        return self

    async def _done(self, change: Callable[[], object]) -> Self:
        await asyncio.to_thread(change)
        return self


async def _from_thread(items: Iterator[_Item]) -> AsyncIterator[_Item]:
    """Yields what an iterator yields; a thread takes some at a time. Raises what it raises, after all before it."""
    while True:
        taken, error = await asyncio.to_thread(_next_few, items)
        for item in taken:
            yield item
        if error is not None:
            raise error
        if not taken:
            return


def _next_few(items: Iterator[_Item]) -> tuple[list[_Item], Exception | None]:
    taken: list[_Item] = []
    try:
        taken.extend(islice(items, _AT_ONCE))
    except Exception as error:  # noqa: BLE001  # it is raised again after the items
        return taken, error
    return taken, None
