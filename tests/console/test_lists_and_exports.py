"""Actions on many jobs at once, and what leaves the page: a ZIP, tables, pictures."""

import csv
import json
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from selenium.webdriver.common.by import By

from chalicelib.domain.requests.result_formats import SUMMARY_CONTENT_TYPE
from chalicelib.local.stack import Stack
from tests.console.browser import Console
from tests.console.made_results import made_timeline, store_result
from tests.console.test_console import select_the_middle_half

pytestmark = pytest.mark.slow

_HOSTILE = "..<b>&\"';=1.mp4"
_SMILE = {"mean": 12.5, "minimum": 0, "peak": 99.25, "peak_time_s": 1.5, "share_above": 0.25}


def _saved(console: Console, name: str) -> Path:
    path = console.downloads / name
    console.wait(path.exists)
    return path


def _open_list(console: Console, query: str, jobs: int) -> None:
    """Lists the jobs of a query, of which there are so many."""
    console.go(f"jobs?{query}")
    console.wait(lambda: len(console.driver.find_elements(By.CSS_SELECTOR, "tr.job")) == jobs)


def _select_all(console: Console) -> None:
    console.click("thead input[type=checkbox]")
    console.wait_for_text("selected")


@pytest.fixture
def jobs(api: requests.Session, stack: Stack, tmp_path: Path) -> list[str]:
    """The URLs of two finished jobs, one with a timeline and one with a summary, which the query `_annotated` finds."""
    summary = json.dumps({"faces": [{"face_id": "0", "valid_frames": 3, "metrics": {"smile": _SMILE}}]}).encode()
    notes = {"test": tmp_path.name}
    return [
        store_result(api, stack.index_url, "long.mp4", made_timeline(150), notes),
        store_result(api, stack.index_url, _HOSTILE, summary, notes, SUMMARY_CONTENT_TYPE),
    ]


def _annotated(tmp_path: Path) -> str:
    return f"annotation={quote(f'test={tmp_path.name}')}"


def test_results_of_many_jobs_are_one_zip(
    console: Console, stack: Stack, api: requests.Session, jobs: list[str], tmp_path: Path
) -> None:
    console.sign_in(stack.user, stack.password)
    console.wait_for_text("Send files")
    _open_list(console, _annotated(tmp_path), 2)
    _select_all(console)
    console.press("Results as ZIP")
    with zipfile.ZipFile(_saved(console, "results.zip")) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        bodies = {archive.read(name) for name in names}
    files = [file for url in jobs for file in api.get(url).json()["result"]["representations"]]
    assert bodies == {api.get(file["media"]).content for file in files}
    assert len(names) == len(files) == 2
    assert not [name for name in names if name.startswith((".", "/")) or set(name) & set('\\:*?"<>|')]
    assert {name.split("/")[0][-6:] for name in names} == {url[-6:] for url in jobs}
    assert console.errors() == []


@pytest.mark.usefixtures("jobs")
def test_means_of_many_jobs_are_one_table(console: Console, stack: Stack, tmp_path: Path) -> None:
    console.sign_in(stack.user, stack.password)
    console.wait_for_text("Send files")
    _open_list(console, _annotated(tmp_path), 2)
    _select_all(console)
    console.press("Means as CSV")
    (row,) = csv.DictReader(_saved(console, "summaries.csv").read_text(encoding="utf-8").splitlines())
    assert (row["file"], row["face id"], row["metric"]) == (_HOSTILE, "0", "smile")
    assert [float(row[name]) for name in ("mean", "peak", "share above 50")] == [12.5, 99.25, 0.25]


def test_many_jobs_are_run_again_and_cancelled(
    console: Console, stack: Stack, api: requests.Session, jobs: list[str], tmp_path: Path
) -> None:
    announced = {"entry_job": {"file_name": "waits.mp4", "size_bytes": 9}}
    waiting = api.post(f"{stack.index_url}jobs", json=announced).json()["self"]
    before = [api.get(url).json()["result"]["self"] for url in jobs]
    console.sign_in(stack.user, stack.password)
    console.wait_for_text("Send files")
    _open_list(console, "status=queued&search=waits", 1)
    _select_all(console)
    console.press("Cancel")
    console.wait_for_text("1 job cancelled.")
    assert api.get(waiting).json()["status"] == "cancelled"
    _open_list(console, f"status=done&{_annotated(tmp_path)}", 2)
    _select_all(console)
    console.press("Run again")
    console.wait_for_text("2 jobs requeued.")
    console.wait(lambda: all(api.get(url).json()["status"] == "done" for url in jobs))
    assert not set(before) & {api.get(url).json()["result"]["self"] for url in jobs}
    assert console.errors() == []


def test_a_selection_is_a_picture_to_keep(console: Console, stack: Stack, jobs: list[str]) -> None:
    console.sign_in(stack.user, stack.password)
    console.wait_for_text("Send files")
    console.go(f"job/{jobs[0].rsplit('/', 1)[1]}?metrics=smile,yaw")
    console.find(".curves canvas")
    console.wait(lambda: "Reading the numbers" not in console.text())
    select_the_middle_half(console)
    console.press("SVG")
    console.press("PNG of the curves")
    svg = console.wait(lambda: next(console.downloads.glob("*.svg"), None))
    png = console.wait(lambda: next(console.downloads.glob("*.png"), None))
    drawn = ET.fromstring(svg.read_text(encoding="utf-8"))  # noqa: S314  # made by our own page
    texts = {each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")}
    assert {"smile", "yaw"} <= texts
    assert any("long.mp4" in str(text) for text in texts)
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}path"))) >= 2
    assert png.read_bytes().startswith(b"\x89PNG\r\n")
    assert console.errors() == []
