"""`entry_job[table]`."""

import pytest

from tests.api.api_server import Api


def test_a_table_is_kept_with_the_job_and_through_a_requeue(api: Api) -> None:
    created = api.ada.send_job(table="parquet").json()
    assert created["table"] == "parquet"
    assert api.ada.call("GET", created["self"]).json()["table"] == "parquet"
    assert api.ada.call("POST", f"{created['self']}/requeue").json()["table"] == "parquet"
    assert api.runs.claim(api.queue.sent[-1]).options.table == "parquet"


@pytest.mark.parametrize("fields", [{}, {"table": ""}, {"table": "none"}])
def test_without_the_option_there_is_none(api: Api, fields: dict[str, str]) -> None:
    assert api.ada.send_job(b"video", "clip.mp4", **fields).json()["table"] == "none"


def test_an_unknown_table_stores_nothing(api: Api) -> None:
    answer = api.ada.send_job(table="arrow")
    assert (answer.status_code, answer.json()["error"]) == (
        422,
        "The table must be one of: none, parquet.",
    )
    assert api.media.objects == {}
    assert api.ada.call("GET", "/jobs").json() == []


def test_a_table_is_set_for_the_next_run(api: Api) -> None:
    url = api.ada.send_job().json()["self"]
    assert api.ada.call("PATCH", url, data={"entry_job[table]": "parquet"}).json()["table"] == "parquet"
    assert api.ada.call("PATCH", url, data={"entry_job[name]": "sdk-metrics"}).json()["table"] == "parquet"
    assert api.ada.call("PATCH", url, data={"entry_job[table]": "none"}).json()["table"] == "none"
    assert api.ada.call("PATCH", url, data={"entry_job[table]": "arrow"}).status_code == 422


def test_a_worker_at_work_is_not_told_otherwise(api: Api) -> None:
    url = api.ada.send_job().json()["self"]
    api.runs.claim(api.queue.sent[0])
    answer = api.ada.call("PATCH", url, data={"entry_job[table]": "parquet"})
    assert (answer.status_code, "worked on" in answer.json()["error"]) == (409, True)
