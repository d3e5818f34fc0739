"""`mien delete`."""

import json
from pathlib import Path

import pytest
import requests

from mien.client.http_session import ApiError
from mien.client.media_api import MediaApiClient
from tests.cli.conftest import Mien


def _submit(mien: Mien, clip: Path, person: str) -> str:
    done = mien("submit", str(clip), "--job", "no-op", "--wait", "--annotate", f"person={person}")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _store_entry(mien: Mien, person: str) -> str:
    """An entry without a job."""
    credentials = (mien.user, mien.password)
    made = requests.post(f"{mien.url}entries", files={"entry[media]": ("a.mp4", b"x")}, auth=credentials, timeout=20)
    note = {"annotation": {"key": "person", "value": person, "source": "consent form"}}
    assert requests.post(made.json()["annotations"], json=note, auth=credentials, timeout=20).status_code == 201
    return str(made.json()["self"])


def test_what_has_an_annotation_is_deleted_and_nothing_else(mien: Mien, clip: Path, client: MediaApiClient) -> None:
    ada, other, on_result = _submit(mien, clip, "Ada"), _submit(mien, clip, "Ben"), _submit(mien, clip, "Cy")
    assert mien("annotate", on_result, "person=Ada", "--result").returncode == 0
    entry = _store_entry(mien, "Ada")
    deleted = mien("delete", "--annotated", "person=Ada", "--yes")
    assert (deleted.returncode, deleted.stderr) == (0, "")
    lines = deleted.stdout.splitlines()
    assert [line.split()[0] for line in lines] == [on_result, ada, entry.rpartition("/")[2]]
    for job in (ada, on_result):
        with pytest.raises(ApiError, match="no such job"):
            client.find_job(job)
    assert requests.get(entry, auth=(mien.user, mien.password), timeout=20).status_code == 404
    assert client.find_job(other).status == "done"
    again = mien("delete", "--annotated", "person=Ada", "--yes")
    assert (again.returncode, again.stdout) == (0, "")
    assert "Nothing has the annotation person=Ada" in again.stderr


def test_only_annotations_of_the_source(mien: Mien, clip: Path, client: MediaApiClient) -> None:
    job, entry = _submit(mien, clip, "Dee"), _store_entry(mien, "Dee")
    deleted = mien("delete", "--annotated", "person=Dee", "--source", "consent form", "--yes", "--json")
    assert json.loads(deleted.stdout) == {"entry": entry.rpartition("/")[2]}
    assert client.find_job(job).status == "done"


def test_it_asks_first(mien: Mien, clip: Path, client: MediaApiClient) -> None:
    job = _submit(mien, clip, "Eve")
    for arguments in ((job,), ("--annotated", "person=Eve")):
        refused = mien("delete", *arguments)  # no terminal, so no answer
        assert refused.returncode != 0
        assert "1 job(s)" in refused.stderr
    assert client.find_job(job).status == "done"


@pytest.mark.parametrize("arguments", [(), ("0" * 26, "--annotated", "person=Ada"), ("--annotated", "person")])
def test_wrong_usage(mien: Mien, arguments: tuple[str, ...]) -> None:
    assert mien("delete", *arguments, "--yes").returncode == 2
