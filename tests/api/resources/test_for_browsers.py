"""Browsers get pages with links for jobs, entries and what is not there; programs get the same JSON as ever."""

import re

import pytest

from chalicelib.domain.jobs import Progress
from tests.api.api_server import Api

_BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
_NAME = "<b>Ada & \u200fEve.mp4"


def _page(api: Api, url: str, status: int = 200) -> str:
    answer = api.ada.call("GET", url, headers=_BROWSER)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert "Accept" in answer.headers["Vary"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    return answer.text


def _links(page: str) -> list[str]:
    return re.findall(r'href="([^"]+)"', page)


def test_a_job_has_links_to_its_files_and_loads_itself_until_it_is_over(api: Api) -> None:
    document = api.ada.send_job(file_name=_NAME, frames_per_second="5").json()
    waiting = _page(api, document["self"])
    assert "queued" in waiting
    assert 'http-equiv="refresh"' in waiting
    job = api.runs.claim(api.queue.sent[0])
    api.runs.renew(job, Progress(1030, 2120, 24.5))
    assert "1,030 of 2,120 frames" in _page(api, document["self"])
    result = api.ada.send_entry(b"{}" * 700, "clip.mp4-metrics.json").json()
    api.runs.finish(job, result_entry_id=result["self"].rpartition("/")[2], progress=None)
    done = _page(api, document["self"])
    assert "http-equiv" not in done
    for file in (*document["input"]["representations"], *result["representations"]):
        assert file["media"] in _links(done)
    assert "1.4 kB" in done
    assert "<b>Ada" not in done
    assert "&lt;b&gt;Ada &amp;" in done
    assert "Frames per second" in done
    assert "Max faces" not in done, "as ever"


def test_a_job_that_failed_says_why(api: Api) -> None:
    url = api.ada.send_job().json()["self"]
    api.runs.fail(api.runs.claim(api.queue.sent[0]), "The <media> cannot be opened.")
    assert "The &lt;media&gt; cannot be opened." in _page(api, url)


def test_an_entry_has_links_to_its_files_its_job_and_its_notes(api: Api) -> None:
    document = api.ada.send_job().json()["input"]
    page = _page(api, document["self"])
    assert {document["annotations"], document["job"], document["representations"][0]["media"]} <= set(_links(page))


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/xml", "text/html;q=0.2, */*"])
def test_programs_get_json_whatever_they_accept(api: Api, accept: str | None) -> None:
    job = api.ada.send_job().json()
    for url in (job["self"], job["input"]["self"], f"{api.url}/jobs/{'0' * 26}", f"{api.url}/nothing"):
        answer = api.ada.call("GET", url, headers={"Accept": accept})
        assert answer.headers["Content-Type"] == "application/json"
        assert isinstance(answer.json(), dict)


@pytest.mark.parametrize("path", ["/nothing", f"/jobs/{'0' * 26}", f"/entries/{'0' * 26}"])
def test_what_is_not_there_is_a_page_with_a_way_on(api: Api, path: str) -> None:
    if path == "/nothing":
        answer = api.ada.call("GET", path, headers=_BROWSER)
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
        page = answer.text
    else:
        page = _page(api, path, 404)
    assert f"{api.url}/console" in _links(page)


def test_another_accounts_job_is_not_there_for_browsers_either(api: Api) -> None:
    url = api.ada.send_job(file_name="Ada.mp4").json()["self"]
    answer = api.ben.call("GET", url, headers=_BROWSER)
    assert answer.status_code == 404
    assert "Ada" not in answer.text


def test_there_is_an_icon_without_credentials(api: Api) -> None:
    answer = api.ada.call("GET", "/favicon.ico", auth=("", ""))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/svg+xml")
    assert answer.text.startswith("<svg ")
