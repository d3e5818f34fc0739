"""A person's way through the console, in a real browser, on the whole stack."""

import csv
import io
from pathlib import Path
from typing import Any

import cv2
import pytest
import requests
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from skimage import data

from chalicelib.domain.ids import new_id
from chalicelib.domain.measurements.metrics import EVERY_METRIC, FrameMetrics
from chalicelib.domain.requests.result_formats import SESSION_CONTENT_TYPE
from chalicelib.formats.timeline import TimelineWriter
from chalicelib.formats.timeline_reader import read_timeline
from chalicelib.local.stack import Stack
from chalicelib.wiring import table_services, utc_now
from tests.console.browser import HOME, RIGHT, Console
from tests.console.made_results import made_neighbours, made_timeline, store_result

pytestmark = pytest.mark.slow

_STEPS = 40
_OTHER_USER, _PASSWORD = "eve@localhost", "the password of another account"
# The boxes are drawn in whole pixels of the screen; values are shown without decimals.
_ROUNDING = 0.5
_LASTING = """
  const [bytes, done] = arguments;
  import("mien/packed")
    .then(({ readPacked }) => readPacked(new Response(new Uint8Array(bytes)), () => {}))
    .then((timeline) => [...timeline.times.keys()].map((frame) => timeline.lasts(frame)))
    .then(done, (error) => done(String(error)));
"""


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("picture") / "portrait.png"
    cv2.imwrite(str(path), cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2BGR))  # type: ignore[no-untyped-call]  # no annotations
    return path


def test_a_wrong_password_gets_a_sentence(console: Console, stack: Stack) -> None:
    console.sign_in(stack.user, "wrong")
    console.wait_for_text("The user name or the password is wrong.")
    assert console.run("return sessionStorage.length") == 0


def test_from_signing_in_to_deleting(console: Console, stack: Stack, api: requests.Session, clip: Path) -> None:
    console.sign_in(stack.user, stack.password)
    console.wait_for_text("No jobs yet")
    assert stack.password not in console.driver.current_url
    console.go("send")
    console.find("textarea").send_keys("stimulus=<b>spot</b>")
    console.find("input[type=file]").send_keys(str(clip))
    console.wait_for_text("1 of 1 sent")
    console.go("jobs")
    console.wait(lambda: console.find("td .status").text == "done")
    console.driver.find_element(By.LINK_TEXT, clip.name).click()  # the name is text, not markup
    console.wait_for_text("Face 0 in this frame")

    job = api.get(f"{stack.index_url}jobs").json()[0]
    frames = session_frames(api, job)
    step_to(console, _STEPS)
    assert shown_values(console) == pytest.approx(
        {name: value for name, value in frames[_STEPS]["faces"]["0"].items() if name in shown_values(console)},
        abs=_ROUNDING,
    )
    console.wait(lambda: console.run("return document.querySelector('.picture video').readyState") >= 2)
    assert console.run(_BOX_IS_DRAWN, box_of(frames[_STEPS]["faces"]["0"]))

    assert console.find(".chip .reading").text == f"{shown_values(console)[console.find('.chip .link').text]:.0f}"
    select_the_middle_half(console)
    console.find(".selection table")
    console.press("CSV of the frames")
    rows = list(csv.DictReader(console.wait(lambda: downloaded(console, ".csv")).read_text().splitlines()))
    by_time = {frame["time"]: frame for frame in frames}
    assert len(rows) > 10
    for row in rows:
        values = by_time[float(row["time (s)"])]["faces"][row["face id"]]
        names = [name for name in row if name in values and name != "valid"]
        assert [float(row[name]) for name in names] == pytest.approx([values[name] for name in names], abs=1e-3)

    assert [(note["key"], note["value"]) for note in notes(api, job)] == [("stimulus", "<b>spot</b>")]
    console.go("jobs")
    console.click("td.pick input")
    console.press("Delete ...")
    console.driver.switch_to.alert.accept()
    console.wait_for_text("No jobs yet")
    assert api.get(f"{stack.index_url}jobs").json() == []
    assert api.get(job["result"]["self"]).status_code == 404
    assert console.errors() == []


def test_a_picture_is_shown_with_its_numbers(
    console: Console, stack: Stack, api: requests.Session, portrait: Path
) -> None:
    with portrait.open("rb") as file:
        job = api.post(f"{stack.index_url}jobs", files={"entry_job[input]": file}).json()
    console.sign_in(stack.user, stack.password)
    console.go(f"job/{job['self'].rsplit('/', 1)[1]}")
    console.wait_for_text("Face 0 in this frame")
    face = session_frames(api, api.get(job["self"]).json())[0]["faces"]["0"]
    shown = shown_values(console)
    assert shown == pytest.approx({name: face[name] for name in shown}, abs=_ROUNDING)
    assert console.driver.find_elements(By.CSS_SELECTOR, ".curves") == []
    assert console.errors() == []


def test_another_accounts_link_shows_nothing(console: Console, stack: Stack, api: requests.Session) -> None:
    url = store_result(api, stack.index_url, "secret.mp4", made_timeline(60), {})
    table_services(stack.table_name).users.add(_OTHER_USER, _PASSWORD, new_id(utc_now()))
    console.sign_in(_OTHER_USER, _PASSWORD)
    console.wait_for_text("No jobs yet")
    console.go(f"job/{url.rsplit('/', 1)[1]}")
    assert "There is no such job" in console.find("main [role=alert]").text
    assert "Loading" not in console.text()
    assert console.driver.find_elements(By.CSS_SELECTOR, ".result, .result-head") == []
    assert "secret" not in console.driver.page_source


def test_a_stretch_opens_at_the_frame_whose_numbers_are_shown(
    console: Console, stack: Stack, api: requests.Session, clip: Path
) -> None:
    with clip.open("rb") as file:
        data = {"entry_job[start_s]": "2", "entry_job[end_s]": "3"}
        job = api.post(f"{stack.index_url}jobs", files={"entry_job[input]": file}, data=data).json()
    console.sign_in(stack.user, stack.password)
    console.go(f"job/{job['self'].rsplit('/', 1)[1]}")
    console.wait_for_text("Face 0 in this frame")
    console.wait_for_text("2.000 s, frame 1 of")
    console.wait(lambda: console.run("return document.querySelector('.picture video').readyState") >= 2)
    assert console.run("return document.querySelector('.picture video').currentTime") == pytest.approx(2.0, abs=0.01)
    console.type(RIGHT)
    console.wait_for_text("frame 2 of")
    assert console.errors() == []


def test_an_error_message_stays_on_its_own_page(console: Console, stack: Stack) -> None:
    console.sign_in(stack.user, stack.password)
    console.go("compare?annotation=no-such-annotation")
    console.run("import('mien/state').then(({ tell }) => tell('It failed.', 'error'))")
    console.find(".messages .error")
    console.go("jobs")
    console.wait(lambda: console.driver.find_elements(By.CSS_SELECTOR, ".messages .error") == [])


def test_the_scores_of_a_face_hide_no_neighbour(console: Console, stack: Stack, api: requests.Session) -> None:
    url = store_result(api, stack.index_url, "two.mp4", made_neighbours([200, 310], 100, 100), {})
    console.sign_in(stack.user, stack.password)
    console.go(f"job/{url.rsplit('/', 1)[1]}?faces=0&metrics=smile,joy")
    console.wait_for_text("cannot show this kind of film")
    console.wait(lambda: console.run(_DRAWN_SHARE, [185, 105, 10, 20]) > 0.9)  # the scores, to the left of face 0
    assert console.run(_DRAWN_SHARE, [315, 105, 90, 90]) == 0
    console.go(f"job/{url.rsplit('/', 1)[1]}?faces=1&metrics=smile,joy")
    console.wait(lambda: console.run(_DRAWN_SHARE, [415, 105, 10, 20]) > 0.9)  # to the right of face 1


def test_five_faces_have_the_values_of_their_file(console: Console, stack: Stack, api: requests.Session) -> None:
    data = made_timeline(90, faces=5)
    url = store_result(api, stack.index_url, "five.mp4", data, {})
    timeline = read_timeline(io.BytesIO(data))
    console.sign_in(stack.user, stack.password)
    for face in timeline.faces:
        console.go(f"job/{url.rsplit('/', 1)[1]}?faces={face.face_id}")
        console.wait_for_text(f"Face {face.face_id} in this frame")
        step_to(console, 3)
        shown = shown_values(console)
        assert len(shown) == 30
        assert shown == pytest.approx({name: face.values[name][3] for name in shown}, abs=_ROUNDING)
        console.type(HOME)
        console.wait_for_text("frame 1 of")
    assert console.find(".faces h2").text == "5 faces"


def test_signing_out_forgets(console: Console, stack: Stack) -> None:
    console.click("input[name=keep]")
    console.sign_in(stack.user, stack.password)
    console.wait_for_text("Send files")
    console.driver.refresh()
    console.wait_for_text("Send files")
    console.press("Sign out")
    console.driver.refresh()
    console.find("input[name=password]")
    assert console.run("return sessionStorage.length") == 0


def session_frames(api: requests.Session, job: Any) -> list[Any]:
    (file,) = [each for each in job["result"]["representations"] if each["content_type"] == SESSION_CONTENT_TYPE]
    frames: list[Any] = api.get(file["media"]).json()["frames"]
    return frames


def step_to(console: Console, index: int) -> None:
    for _ in range(index):
        console.type(RIGHT)
    console.wait_for_text(f"frame {index + 1} of")


def shown_values(console: Console) -> dict[str, float]:
    """The scores next to the film."""
    rows: dict[str, float] = console.run(
        """return Object.fromEntries([...document.querySelectorAll(".values tr:not(.meaning)")]
             .filter((row) => row.querySelector(".bar-of"))
             .map((row) => [row.querySelector("th button").textContent,
               Number(row.querySelector(".number").textContent)]))"""
    )
    return rows


def box_of(face: Any) -> list[float]:
    return [face[f"face box {side}"] for side in ("left", "top", "width", "height")]


# Whether the canvas over the film has ink on the left edge of a box (in pixels of the film) and none left of it.
_BOX_IS_DRAWN = """
const [left, top, width, height] = arguments[0];
const canvas = document.querySelector(".picture canvas");
const video = document.querySelector(".picture video");
const [x, y] = [canvas.width / video.videoWidth, canvas.height / video.videoHeight];
const context = canvas.getContext("2d");
const alpha = (atX, atY) => context.getImageData(Math.round(atX * x), Math.round(atY * y), 1, 1).data[3];
return alpha(left, top + height / 2) > 0 && alpha(left - 20, top + height / 2) === 0;
"""


# The share of a part of the frame (640 x 360 pixels) over which the page draws.
_DRAWN_SHARE = """
const canvas = document.querySelector(".picture canvas");
const part = arguments[0].map((each) => Math.round((each * canvas.width) / 640));
const { data } = canvas.getContext("2d").getImageData(...part);
return data.filter((value, place) => place % 4 === 3 && value > 0).length / (data.length / 4);
"""


def select_the_middle_half(console: Console) -> None:
    plot = console.find(".u-over")
    quarter = plot.size["width"] // 4
    actions = ActionChains(console.driver).move_to_element_with_offset(plot, -quarter, 0).click_and_hold()
    actions.move_to_element_with_offset(plot, quarter, 0).release().perform()


def downloaded(console: Console, suffix: str) -> Path | None:
    return next((path for path in console.downloads.iterdir() if path.name.endswith(suffix)), None)


def notes(api: requests.Session, job: Any) -> list[Any]:
    annotations: list[Any] = api.get(job["input"]["annotations"]).json()
    return annotations


def test_means_of_a_stretch_leave_holes_out(console: Console, stack: Stack) -> None:
    """The module that reads timelines, in the browser, with a film of which four seconds were lost."""
    stream = io.BytesIO()
    writer = TimelineWriter(stream, metrics=EVERY_METRIC, open_spool=io.BytesIO)
    for time_s in (0.0, 0.04, 0.08, 4.08, 4.12):
        writer.write(FrameMetrics(time_s, (), 0.04))
    writer.close()
    console.sign_in(stack.user, stack.password)
    lasting = console.run_async(_LASTING, list(stream.getvalue()))
    assert lasting == pytest.approx([0.04, 0.04, 0.04, 0.04, 0.04])
