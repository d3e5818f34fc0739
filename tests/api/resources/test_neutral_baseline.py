"""`entry_job[neutral_baseline]`."""

import pytest

from tests.api.api_server import Api


def test_a_baseline_that_is_off_is_kept_with_the_job_and_through_a_requeue(api: Api) -> None:
    created = api.ada.send_job(neutral_baseline="off").json()
    assert created["neutral_baseline"] == "off"
    assert api.ada.call("GET", created["self"]).json()["neutral_baseline"] == "off"
    assert api.ada.call("POST", f"{created['self']}/requeue").json()["neutral_baseline"] == "off"
    assert api.runs.claim(api.queue.sent[-1]).options.neutral_baseline == "off"


@pytest.mark.parametrize("fields", [{}, {"neutral_baseline": ""}, {"neutral_baseline": "on"}])
def test_without_the_option_it_is_on(api: Api, fields: dict[str, str]) -> None:
    assert api.ada.send_job(b"video", "clip.mp4", **fields).json()["neutral_baseline"] == "on"


@pytest.mark.parametrize("option", [{"neutral_baseline": "off"}, {"neutral_baseline": "on"}, {}])
def test_json_takes_it_too(api: Api, option: dict[str, str]) -> None:
    announced = {"file_name": "clip.mp4", "size_bytes": 3, **option}
    answer = api.ada.call("POST", "/jobs", json={"entry_job": announced})
    assert answer.json()["neutral_baseline"] == option.get("neutral_baseline", "on")


def test_anything_else_stores_nothing(api: Api) -> None:
    answer = api.ada.send_job(neutral_baseline="maybe")
    assert (answer.status_code, answer.json()["error"]) == (422, "The neutral_baseline must be one of: on, off.")
    assert api.media.objects == {}
    assert api.ada.call("GET", "/jobs").json() == []


def test_it_is_set_for_the_next_run(api: Api) -> None:
    url = api.ada.send_job().json()["self"]
    field = "entry_job[neutral_baseline]"
    assert api.ada.call("PATCH", url, data={field: "off"}).json()["neutral_baseline"] == "off"
    assert api.ada.call("PATCH", url, data={"entry_job[table]": "parquet"}).json()["neutral_baseline"] == "off"
    assert api.ada.call("PATCH", url, data={field: "on"}).json()["neutral_baseline"] == "on"
    assert api.ada.call("PATCH", url, data={field: "maybe"}).status_code == 422
    api.runs.claim(api.queue.sent[0])
    answer = api.ada.call("PATCH", url, data={field: "off"})
    assert (answer.status_code, "worked on" in answer.json()["error"]) == (409, True)
