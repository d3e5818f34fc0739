"""Faces that are named, merged, split and left out in a browser, and taken back."""

from pathlib import Path
from typing import Any

import pytest
import requests
from selenium.webdriver.support.select import Select

from chalicelib.local.demo_clip import BROWSER_CODEC
from chalicelib.local.stack import Stack
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient
from tests.console.browser import RIGHT, Console
from tests.end_to_end.test_corrected_faces import write_two_people

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def job(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> RemoteJob:
    """Two people, one of whom leaves and comes back under another id."""
    clip = write_two_people(tmp_path_factory.mktemp("media") / "two.mp4", codec=BROWSER_CODEC)
    with MediaApiClient(stack.index_url, stack.user, stack.password) as client:
        return client.wait_for_job(client.create_job(clip, "multiface"), lambda _job: None, interval_s=0.1)


def titles(console: Console) -> list[str]:
    """The titles of the faces in the list."""
    found: list[str] = console.run(
        "return [...document.querySelectorAll('.who strong')].map((each) => each.textContent)"
    )
    return found


def wait_for_titles(console: Console, *wanted: str) -> None:
    console.wait(lambda: titles(console) == list(wanted))


def test_faces_are_named_merged_split_left_out_and_taken_back(
    console: Console, stack: Stack, api: requests.Session, job: RemoteJob, tmp_path: Path
) -> None:
    def digests() -> dict[str, Any]:
        files = api.get(job.url).json()["result"]["representations"]
        return {file["file_name"]: file["sha256"] for file in files}

    before = digests()
    console.sign_in(stack.user, stack.password)
    console.go(f"job/{job.id}?faces=2")
    wait_for_titles(console, "Face 0", "Face 1", "Face 2")
    console.click(".correcting summary")
    gone = next(face["face_id"] for face in api.get(job.faces_url).json()["faces"][:2] if face["frames"] < 60)
    Select(console.find("select[name=into]")).select_by_value(gone)
    console.press("Merge")
    wait_for_titles(console, "Face 0", "Face 1")
    console.go(f"job/{job.id}?faces={gone}")
    console.wait_for_text(f"Name of face {gone}")
    console.find("input[name=face-name]").send_keys("Ada l")  # l loops elsewhere on the page
    console.press("Save name")
    wait_for_titles(console, *("Ada l" if each == gone else f"Face {each}" for each in ("0", "1")))
    console.wait_for_text(f"Face {gone} is Ada l.")
    assert "Ada l in this frame" in console.text() or "Ada l\nNot in this frame" in console.text()
    console.driver.save_screenshot(str(tmp_path / "corrected.png"))
    console.press(f"Leave face {gone} out")
    wait_for_titles(console, *(f"Face {each}" for each in ("0", "1") if each != gone))
    console.press("Undo the last")
    console.wait(lambda: "Ada l" in titles(console))
    assert digests().keys() == before.keys()
    assert digests() != before
    console.press("Take all back")
    wait_for_titles(console, "Face 0", "Face 1", "Face 2")
    assert digests() == before
    assert console.errors() == []


def test_a_refused_correction_is_said_in_a_sentence(console: Console, stack: Stack, job: RemoteJob) -> None:
    console.sign_in(stack.user, stack.password)
    console.go(f"job/{job.id}?faces=0")
    wait_for_titles(console, "Face 0", "Face 1", "Face 2")
    console.click(".correcting summary")
    Select(console.find("select[name=into]")).select_by_value("1")
    console.press("Merge")
    console.wait_for_text("so they are not one person")
    console.press("From this frame on it is another face")
    console.wait_for_text("cannot be split at 0 s")
    wait_for_titles(console, "Face 0", "Face 1", "Face 2")


def test_the_frame_that_is_shown_stays_when_a_face_is_split(console: Console, stack: Stack, job: RemoteJob) -> None:
    console.sign_in(stack.user, stack.password)
    console.go(f"job/{job.id}?faces=0")
    wait_for_titles(console, "Face 0", "Face 1", "Face 2")
    console.click(".correcting summary")
    for _ in range(5):
        console.type(RIGHT)
    console.wait_for_text("frame 6 of")
    console.press("From this frame on it is another face")
    console.wait(lambda: "Face 3" in titles(console))
    console.wait_for_text("frame 6 of")
    console.press("Take all back")
    wait_for_titles(console, "Face 0", "Face 1", "Face 2")
    assert console.errors() == []
