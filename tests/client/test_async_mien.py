"""The client with an event loop, against the embedded stack, compared with the one without."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from mien.client.async_mien import AsyncMien, AsyncResults, _from_thread
from mien.client.http_session import ApiError
from mien.client.jobs_and_results import Mien
from mien.client.measured import Frame
from tests.shared_stack import ApiUser


def _api(api_user: ApiUser) -> AsyncMien:
    return AsyncMien(api_user.index_url, api_user.name, api_user.password)


def test_several_jobs_at_once_say_what_one_after_the_other_says(api_user: ApiUser, clip: Path, tmp_path: Path) -> None:
    async def measured(api: AsyncMien) -> tuple[AsyncResults, list[Frame]]:
        results = await (await api.submit(clip, max_faces=1)).wait()
        return results, [frame async for frame in results.frames()]

    async def both() -> tuple[list[list[Frame]], dict[str, object], list[Path], list[str]]:
        async with _api(api_user) as api:
            (results, frames), (_, others) = await asyncio.gather(measured(api), measured(api))
            jobs = [job.id async for job in api.jobs(limit=2)]
            again = await (await api.job(jobs[0])).wait()
            assert await again.summary() | {"source": None} == await results.summary() | {"source": None}
            return [frames, others], await results.summary(), await results.save(tmp_path), jobs

    frames, summary, files, jobs = asyncio.run(both())
    with Mien(api_user.index_url, api_user.name, api_user.password) as api:
        wanted = api.job(jobs[0]).wait()
        assert frames == [list(wanted.frames())] * 2
        assert summary["media"] == wanted.summary()["media"]
    assert sorted(path.name for path in files) == sorted(file.file_name for file in wanted.job.files)
    assert all(path.stat().st_size for path in files)


def test_what_goes_wrong_is_raised_as_without_an_event_loop(api_user: ApiUser, clip: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("This is no film.")

    async def failures() -> None:
        async with _api(api_user) as api:
            with pytest.raises(TypeError, match="no option colour"):
                await api.submit(clip, colour="red")
            job = await api.submit(text, sides=True, smoothing=False, max_faces=2)
            assert [job.document[name] for name in ("sides", "smoothing", "max_faces")] == ["on", "off", 2]
            with pytest.raises(ApiError, match=r"\.$"):
                await job.wait()
            assert (job.status, bool(job.document["error"])) == ("error", True)
            with pytest.raises(TimeoutError, match="is still"):
                await (await api.submit(clip)).wait(timeout_s=-1)

    asyncio.run(failures())


def test_what_comes_before_an_error_is_yielded() -> None:
    def broken() -> Iterator[int]:
        yield from range(300)
        raise ApiError("The result ends early.")

    found: list[int] = []

    async def take() -> None:
        async for item in _from_thread(broken()):
            found.append(item)  # noqa: PERF401  # a comprehension would lose them

    with pytest.raises(ApiError, match="ends early"):
        asyncio.run(take())
    assert found == list(range(300))
