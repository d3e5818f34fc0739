"""`/entries/{entry_id}/faces`."""

from typing import Any

import pytest

from chalicelib.domain.accounts import Caller
from chalicelib.domain.faces.corrections import MAX_CORRECTIONS
from chalicelib.domain.ids import new_id
from chalicelib.domain.reminders import Duty
from chalicelib.services.faces import WRITTEN_WITHIN_S
from chalicelib.services.users import Users
from chalicelib.worker.faces.corrected_files import write_corrected
from tests.api.api_server import ADA, PASSWORD, Api
from tests.fakes import START
from tests.two_faces import finished_job

MERGE: dict[str, Any] = {"action": "merge", "face_id": "2", "into": "0"}
ANNA: dict[str, Any] = {"action": "name", "face_id": "0", "name": "Anna"}


@pytest.fixture
def ada(users: Users) -> Caller:
    return users.authenticate(ADA, PASSWORD, source_ip="127.0.0.1")


@pytest.fixture
def faces_url(api: Api, ada: Caller) -> str:
    """The faces of a finished job's result."""
    job = finished_job(api.services, ada)
    result = api.ada.call("GET", f"/jobs/{job.id}").json()["result"]
    return str(result["faces"])


def digests(api: Api, faces_url: str) -> dict[str, str]:
    entry = api.ada.call("GET", faces_url.removesuffix("/faces")).json()
    return {file["file_name"]: file["sha256"] for file in entry["representations"]}


def write_all(api: Api) -> None:
    """Processes all messages, as workers do."""
    for message in api.queue.sent:
        write_corrected(api.services, message)


def test_the_faces_of_a_result_are_listed(api: Api, faces_url: str) -> None:
    answer = api.ada.call("GET", faces_url)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["self"], found["entry"]) == (faces_url, faces_url.removesuffix("/faces"))
    assert (found["status"], found["corrections"]) == ("done", [])
    assert [(face["face_id"], face["name"], face["frames"]) for face in found["faces"]] == [
        ("0", None, 8),
        ("1", None, 18),
        ("2", None, 8),
    ]
    assert api.ada.call("GET", faces_url, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_corrections_are_queued_then_written_then_taken_back(api: Api, faces_url: str, ada: Caller) -> None:
    before = digests(api, faces_url)
    answer = api.ada.call("PATCH", faces_url, json={"corrections": [MERGE, ANNA]})
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["corrections"]) == ("queued", [MERGE, ANNA])
    assert [(face["face_id"], face["name"]) for face in answer.json()["faces"]] == [("0", "Anna"), ("1", None)]
    assert digests(api, faces_url) == before
    write_all(api)
    assert api.ada.call("GET", faces_url).json()["status"] == "done"
    after = digests(api, faces_url)
    assert all(after[name] != before[name] for name in before)
    assert api.ada.call("DELETE", faces_url).status_code == 204
    assert digests(api, faces_url) == before
    assert api.ada.call("GET", faces_url).json()["corrections"] == []
    trail = [record.action for record in api.services.ports.audit_trail().newest_first(ada.account_id)]
    assert sorted(trail) == ["corrections taken back", "faces corrected"]


@pytest.mark.parametrize("is_multipart", [False, True])
def test_a_form_has_one_correction(api: Api, faces_url: str, is_multipart: bool) -> None:
    fields = {"correction[action]": "split", "correction[face_id]": "1", "correction[at_s]": "2.0"}
    body = {"files": {name: (None, text) for name, text in fields.items()}} if is_multipart else {"data": fields}
    answer = api.ada.call("PATCH", faces_url, **body)
    assert answer.status_code == 200
    assert answer.json()["corrections"] == [{"action": "split", "face_id": "1", "at_s": 2.0, "new_face_id": "3"}]


def test_corrections_add_up_and_the_same_ones_again_do_not(api: Api, faces_url: str) -> None:
    for corrections in ([MERGE], [MERGE], [ANNA], [ANNA], [MERGE, ANNA]):
        answer = api.ada.call("PATCH", faces_url, json={"corrections": corrections})
        assert answer.status_code == 200
    assert answer.json()["corrections"] == [MERGE, ANNA]
    split = {"action": "split", "face_id": "1", "at_s": 2.0}
    for _ in range(2):
        answer = api.ada.call("PATCH", faces_url, json={"corrections": [split]})
    assert answer.json()["corrections"] == [MERGE, ANNA, {**split, "new_face_id": "3"}]


def test_put_replaces_all_corrections(api: Api, faces_url: str) -> None:
    api.ada.call("PATCH", faces_url, json={"corrections": [MERGE, ANNA]})
    answer = api.ada.call("PUT", faces_url, json={"corrections": [ANNA]})
    assert answer.json()["corrections"] == [ANNA]
    assert [face["face_id"] for face in answer.json()["faces"]] == ["0", "1", "2"]
    answer = api.ada.call("PUT", faces_url, json={"corrections": []})
    assert (answer.json()["status"], answer.json()["corrections"]) == ("done", [])


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({"corrections": []}, 422, "send DELETE to take all of them back"),
        ({}, 422, 'no "corrections" array'),
        ({"corrections": [{"action": "merge", "face_id": "9", "into": "0"}]}, 422, "There is no face 9"),
        ({"corrections": [{"action": "merge", "face_id": "1", "into": "0"}]}, 422, "both seen at 0.4 s"),
        (
            {"corrections": [{"action": "split", "face_id": "0", "at_s": 9}]},
            422,
            "seen from 0 s to 1.4 s",
        ),
        ({"corrections": [ANNA] * (MAX_CORRECTIONS + 1)}, 422, "can have 200 corrections"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(
    api: Api, faces_url: str, body: object, status: int, sentence: str
) -> None:
    before = api.ada.call("GET", faces_url).json()
    answer = api.ada.call("PATCH", faces_url, json=body)
    assert answer.status_code == status
    assert sentence in answer.json()["error"]
    assert api.ada.call("GET", faces_url).json() == before


def test_entries_without_faces_say_so(api: Api) -> None:
    entry = api.ada.send_entry().json()
    assert "faces" not in entry
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        answer = api.ada.call(method, f"{entry['self']}/faces", json={"corrections": [ANNA]})
        assert answer.status_code == 409
        assert "cannot be corrected" in answer.json()["error"]


def test_the_result_of_a_job_that_runs_again_is_not_corrected(api: Api, faces_url: str) -> None:
    job_url = api.ada.call("GET", faces_url.removesuffix("/faces")).json()["job"]
    assert api.ada.call("POST", f"{job_url}/requeue").status_code == 200
    answer = api.ada.call("PATCH", faces_url, json={"corrections": [ANNA]})
    assert answer.status_code == 409
    assert "requeued" in answer.json()["error"]


def test_another_account_finds_nothing(api: Api, faces_url: str) -> None:
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        assert api.ben.call(method, faces_url, json={"corrections": [ANNA]}).status_code == 404
    assert api.ada.call("GET", faces_url).json()["corrections"] == []


def test_a_change_whose_message_was_lost_is_found_by_the_sweeper(api: Api, faces_url: str) -> None:
    api.ada.call("PATCH", faces_url, json={"corrections": [ANNA]})
    api.queue.sent.clear()
    api.clock.advance(WRITTEN_WITHIN_S)
    api.services.sweeper.sweep()
    write_all(api)
    assert api.ada.call("GET", faces_url).json()["status"] == "done"
    api.clock.advance(3600)
    api.services.sweeper.sweep()
    due = api.backstage.reminders.list_due(api.clock(), limit=100)
    assert Duty.FACES not in {reminder.duty for reminder in due}


def test_a_deleted_job_takes_its_corrections_with_it(api: Api, faces_url: str) -> None:
    api.ada.call("PATCH", faces_url, json={"corrections": [MERGE]})
    write_all(api)
    job_url = api.ada.call("GET", faces_url.removesuffix("/faces")).json()["job"]
    assert api.ada.call("DELETE", job_url).status_code == 200
    write_all(api)
    assert api.media.objects == {}
    assert api.ada.call("GET", faces_url).status_code == 404


def test_ids_that_are_none(api: Api) -> None:
    assert api.ada.call("GET", f"/entries/{new_id(START)}/faces").status_code == 404
    assert api.ada.call("GET", "/entries/x/faces").status_code == 400
