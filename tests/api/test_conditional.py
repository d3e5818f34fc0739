"""`ETag`, `If-None-Match` and `Retry-After`: how clients wait for a job."""

import pytest

from chalicelib.domain.jobs import Progress
from tests.api.api_server import Api


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '"a,b" ,\t{} ', "*"])
def test_what_the_client_has_is_not_sent_again(api: Api, form: str) -> None:
    job = api.ada.send_job().json()
    for url in (job["self"], job["input"]["self"]):
        tag = api.ada.call("GET", url).headers["ETag"]
        for method in ("GET", "HEAD"):
            answer = api.ada.call(method, url, headers={"If-None-Match": form.format(tag)})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["ETag"] == tag
            assert answer.headers["X-Request-Id"]
            assert "Content-Type" not in answer.headers


@pytest.mark.parametrize("form", ['"other"', "{}x", "", '"', '"{}'])
def test_anything_else_is_sent(api: Api, form: str) -> None:
    url = api.ada.send_job().json()["self"]
    tag = api.ada.call("GET", url).headers["ETag"]
    value = form.format(tag.strip('"'))
    answer = api.ada.call("GET", url, headers={"If-None-Match": value})
    assert answer.status_code == 200
    assert answer.json()["self"] == url


def test_the_tag_changes_with_every_change_of_the_document(api: Api) -> None:
    job = api.ada.send_job().json()
    url, tags = job["self"], []

    def look() -> None:
        answer = api.ada.call("GET", url)
        tags.append((answer.headers["ETag"], answer.text))
        assert api.ada.call("GET", url).headers["ETag"] == tags[-1][0]

    look()
    message = api.queue.sent[0]
    claimed = api.runs.claim(message)
    look()
    for done in (1, 2):  # within one instant, for the clock stands still
        api.runs.renew(claimed, Progress(done, 10, 5.0))
        look()
    api.ada.call("POST", job["input"]["representation_self"], files={"media": ("notes.csv", b"1")})
    look()
    api.runs.fail(claimed, "Nothing to see.")
    look()
    assert len({tag for tag, _ in tags}) == len({text for _, text in tags}) == 6


def test_another_accounts_document_stays_unknown_whatever_tag_is_sent(api: Api) -> None:
    url = api.ada.send_job().json()["self"]
    tag = api.ada.call("GET", url).headers["ETag"]
    assert api.ben.call("GET", url, headers={"If-None-Match": tag}).status_code == 404


def test_pollers_are_told_when_to_come_again(api: Api) -> None:
    url = api.ada.send_job().json()["self"]
    queued = api.ada.call("GET", url)
    assert int(queued.headers["Retry-After"]) >= 1
    unchanged = api.ada.call("GET", url, headers={"If-None-Match": queued.headers["ETag"]})
    assert unchanged.headers["Retry-After"] == queued.headers["Retry-After"]
    claimed = api.runs.claim(api.queue.sent[0])
    assert "Retry-After" in api.ada.call("GET", url).headers
    api.runs.fail(claimed, "Nothing to see.")
    assert "Retry-After" not in api.ada.call("GET", url).headers
