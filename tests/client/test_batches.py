"""Batches from notebooks and scripts, against the embedded stack."""

import asyncio
import csv
from pathlib import Path

import pytest
from PIL import Image

from mien.client.async_mien import AsyncMien
from mien.client.http_session import ApiError
from mien.client.jobs_and_results import Mien
from tests.media_factory import image_bytes
from tests.shared_stack import ApiUser


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{place}.png" for place in range(3)]
    for place, path in enumerate(paths):
        path.write_bytes(image_bytes(Image.new("RGB", (64, 48), (40 * place, 90, 120)), "PNG"))
    return paths


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_many_files_become_one_table(api_user: ApiUser, pictures: list[Path], tmp_path: Path) -> None:
    with Mien(api_user.index_url, api_user.name, api_user.password) as api:
        batch = api.submit_batch(pictures, annotations={"shoot": "monday"}, max_faces=1)
        (table,) = batch.wait().save(tmp_path / "results")
        assert [row["file"] for row in _rows(table)] == ["0.png", "1.png", "2.png"]
        assert batch.states()["done"] == 3
        assert [(job.status, job.document["filename"]) for job in batch.jobs()] == [
            ("done", f"{place}.png") for place in range(3)
        ]
        assert api.batch(batch.id).status == "done"
        with pytest.raises(TypeError, match="no option colour"):
            api.submit_batch(pictures, colour="red")
        with pytest.raises(ValueError, match="1 to 1000 inputs, not 0"):
            api.submit_batch([])
        with pytest.raises(ApiError, match="Input 1: "):
            api.submit_batch(["https://localhost/a.mp4"])


def test_a_file_that_vanishes_cancels_its_own_job_only(
    api_user: ApiUser, pictures: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    def lost(path: Path, *arguments: object, **options: object) -> object:
        if path == pictures[1]:
            raise FileNotFoundError(f"there is no {path.name}")
        return real(path, *arguments, **options)  # type: ignore[call-overload]  # as it was called

    monkeypatch.setattr(Path, "open", lost)
    with Mien(api_user.index_url, api_user.name, api_user.password) as api:
        with pytest.raises(ApiError, match="1 of the files") as failure:
            api.submit_batch(pictures, job="no-op")
        batch = api.batch(str(failure.value).partition("batch ")[2].partition(" ")[0])
        batch.wait()
        states = {state: count for state, count in batch.states().items() if count}
        assert states == {"done": 2, "cancelled": 1}


def test_the_same_with_an_event_loop(api_user: ApiUser, pictures: list[Path], tmp_path: Path) -> None:
    async def run() -> None:
        async with AsyncMien(api_user.index_url, api_user.name, api_user.password) as api:
            batch = await api.submit_batch(pictures[:2], "no-op", annotations={"a": "b"})
            (table,) = await (await batch.wait()).save(tmp_path / "results")
            assert len(_rows(table)) == 2
            assert (await batch.states())["done"] == 2
            assert [job.status async for job in batch.jobs()] == ["done", "done"]
            assert (await api.batch(batch.id)).id == batch.id

    asyncio.run(run())
