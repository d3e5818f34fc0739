"""Corrected faces by the client, against the embedded stack, and by its twin with an event loop."""

import asyncio
import json
from pathlib import Path

import pytest

from mien.client.async_mien import AsyncMien
from mien.client.faces import RemoteFaces
from mien.client.http_session import ApiError, HttpSession
from mien.client.jobs_and_results import Mien, Results
from tests.shared_stack import ApiUser


def _named(results: Results) -> list[object]:
    return [face.get("name") for face in results.summary()["faces"]]


def test_faces_are_corrected_stepped_back_and_reset(api_user: ApiUser, clip: Path) -> None:
    with Mien(api_user.index_url, api_user.name, api_user.password) as api:
        results = api.submit(clip).wait()
        first = results.summary()
        faces = results.faces()
        (face, *_) = faces.faces
        assert (faces.status, faces.corrections, face["name"]) == ("done", [], None)
        assert faces.name(face["face_id"], "Ada").split(face["face_id"], 0.5).status == "queued"
        assert faces.corrections[-1]["new_face_id"] == str(len(first["faces"]))
        faces.wait()
        assert _named(results.again())[0] == "Ada"
        assert len(results.again().summary()["faces"]) == len(first["faces"]) + 1
        assert [each["action"] for each in faces.undo().wait().corrections] == ["name"]
        with pytest.raises(ApiError, match="There is no face 99"):
            faces.merge(99, into=0)
        assert faces.ignore(face["face_id"]).wait().faces == faces.look().faces
        assert _named(results.again()) == [None] * (len(first["faces"]) - 1)
        assert faces.reset().corrections == []
        assert results.again().summary() == first


def test_the_twin_does_the_same(api_user: ApiUser, clip: Path) -> None:
    async def corrected() -> tuple[list[object], dict[str, object], dict[str, object]]:
        async with AsyncMien(api_user.index_url, api_user.name, api_user.password) as api:
            results = await (await api.submit(clip)).wait()
            before = await results.summary()
            faces = await results.faces()
            await faces.name(0, "Ada")
            await faces.split(0, 0.5)
            await faces.undo()
            await faces.correct({"action": "name", "face_id": "0", "name": "Eve"})
            assert (faces.status, len(faces.corrections)) == ("queued", 2)
            assert faces.faces[0]["name"] == "Eve"
            await faces.wait()
            named = [face.get("name") for face in (await (await results.again()).summary())["faces"]]
            await (await faces.name(0, None)).ignore(0)
            await (await faces.look()).reset()
            assert faces.document["corrections"] == []
            return named, before, await (await results.again()).summary()

    named, before, after = asyncio.run(corrected())
    assert named[0] == "Eve"
    assert after == before


def test_a_job_that_is_not_done_has_no_faces(api_user: ApiUser, clip: Path) -> None:
    with Mien(api_user.index_url, api_user.name, api_user.password) as api:
        job = api.submit(clip)
        with pytest.raises(ApiError, match="can be corrected once it is done"):
            api.client.faces(api.client.find_job(job.id))
        job.wait()
        other = api.submit(clip, job="no-op")
        other.wait()
        with pytest.raises(ApiError, match="cannot be corrected"):
            api.client.faces(api.client.find_job(other.id))


class _Session(HttpSession):
    """Answers every request with the same document."""

    def __init__(self, document: object) -> None:
        super().__init__("", "", uses_environment=False)
        self.document = document

    def json(self, method: str, url: str, **options: object) -> object:
        return json.loads(json.dumps(self.document))


def test_waiting_ends() -> None:
    document = {"status": "error", "error": "The disk is full.", "corrections": []}
    with pytest.raises(ApiError, match="The disk is full"):
        RemoteFaces(_Session(document), "url").wait()
    with pytest.raises(TimeoutError, match="after 0 s"):
        RemoteFaces(_Session({**document, "status": "queued"}), "url").wait(timeout_s=0)
    with pytest.raises(ApiError, match="did not return the faces"):
        RemoteFaces(_Session([]), "url")
