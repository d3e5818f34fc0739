"""Options that do nothing with the others of a job: refused where they are given, kept where they are not."""

from typing import Any

import pytest

from tests.api.api_server import Api

_SCORES, _NEUTRAL = "video_scores need an annotated video", "for jobs that correct scores by it"
_IDLE = [
    ({"video_scores": "smile"}, _SCORES),
    ({"video_scores": "smile", "video": "anonymized"}, _SCORES),
    ({"neutral": "0-2", "neutral_baseline": "off"}, _NEUTRAL),
    ({"neutral": "0-2", "name": "ct-pack-hybrid"}, _NEUTRAL),
]


@pytest.mark.parametrize(("options", "sentence"), _IDLE)
def test_a_new_job_is_refused(api: Api, options: dict[str, Any], sentence: str) -> None:
    for answer in (
        api.ada.send_job(**options),
        api.ada.call("POST", "/jobs", json={"entry_job": {"file_name": "clip.mp4", "size_bytes": 3, **options}}),
        api.ada.call(
            "POST", "/batches", json={"batch": {"inputs": [{"file_name": "clip.mp4", "size_bytes": 3}], **options}}
        ),
    ):
        assert (answer.status_code, sentence in answer.json()["error"]) == (422, True)
    assert api.ada.call("GET", "/jobs").json() == []


@pytest.mark.parametrize(("options", "sentence"), _IDLE)
def test_a_change_is_refused(api: Api, options: dict[str, Any], sentence: str) -> None:
    url = api.ada.send_job().json()["self"]
    answer = api.ada.call("PATCH", url, data={f"entry_job[{name}]": value for name, value in options.items()})
    assert (answer.status_code, sentence in answer.json()["error"]) == (422, True)
    assert api.ada.call("GET", url).json()["video_scores"] is None


def test_what_was_given_before_waits_for_the_run_that_uses_it(api: Api) -> None:
    url = api.ada.send_job(video="annotated", video_scores="smile", neutral="0-2").json()["self"]
    for change in ({"video": "anonymized"}, {"neutral_baseline": "off"}, {"name": "ct-pack-linear"}):
        answer = api.ada.call("PATCH", url, data={f"entry_job[{name}]": value for name, value in change.items()})
        assert answer.status_code == 200, answer.text
    assert (answer.json()["video_scores"], answer.json()["neutral"]) == ("smile", "0-2")
