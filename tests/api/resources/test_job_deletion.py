"""`DELETE /jobs/{job_id}`: the whole job, and no one else's."""

import pytest

from tests.api.api_server import Api


def test_a_job_goes_with_its_media_and_says_what_went(api: Api) -> None:
    job = api.ada.send_job(file_name="Ada Lovelace.mp4").json()
    path = job["self"]
    answer = api.ada.call("DELETE", path)
    assert answer.status_code == 200
    assert answer.json() == {
        "job": job["self"].rsplit("/", 1)[1],
        "removed": {"entries": 1, "files": 1},
        "is_complete": True,
    }
    assert api.ada.call("GET", path).status_code == 404
    assert api.ada.call("DELETE", path).status_code == 404
    assert api.ada.call("GET", job["input"]["self"]).status_code == 404
    assert api.ada.call("GET", "/jobs").json() == []


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_another_accounts_job_is_not_there(api: Api, method: str) -> None:
    path = api.ada.send_job().json()["self"]
    assert api.ben.call(method, path).status_code == 404
    assert api.ada.call("GET", path).status_code == 200
