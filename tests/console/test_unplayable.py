"""Films that the browser cannot play: what the page says, and the rendered film in their place."""

from pathlib import Path

import pytest
import requests

from chalicelib.local.demo_clip import write_demo_clip
from chalicelib.local.stack import Stack
from tests.console.browser import Console

pytestmark = pytest.mark.slow

_STEPS = 20


@pytest.fixture(scope="module")
def old_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MPEG-4 Visual, which Chromium does not play."""
    path = tmp_path_factory.mktemp("media") / "old.mp4"
    write_demo_clip(path, seconds=2.0)
    return path


def _measured(console: Console, stack: Stack, api: requests.Session, film: Path, **options: str) -> str:
    data = {f"entry_job[{name}]": value for name, value in options.items()}
    with film.open("rb") as file:
        job = api.post(f"{stack.index_url}jobs", files={"entry_job[input]": file}, data=data).json()
    console.wait(lambda: api.get(job["self"]).json()["status"] == "done")
    return str(job["self"]).rpartition("/")[2]


def test_without_a_film_of_ours_the_page_says_what_to_do(
    console: Console, stack: Stack, api: requests.Session, old_film: Path
) -> None:
    job_id = _measured(console, stack, api, old_film)
    console.sign_in(stack.user, stack.password)
    console.go(f"job/{job_id}")
    console.wait_for_text("with the option video: annotated")
    console.wait_for_text("Face 0 in this frame")
    assert "cannot show this kind of film (video/mp4)" in console.text()


def test_the_annotated_film_is_played_in_its_place_frame_by_frame(
    console: Console, stack: Stack, api: requests.Session, old_film: Path
) -> None:
    job_id = _measured(console, stack, api, old_film, video="annotated")
    console.sign_in(stack.user, stack.password)
    console.go(f"job/{job_id}")
    console.wait_for_text("this is the rendered film, old.mp4-annotated.mp4")
    console.wait(lambda: console.run("return document.querySelector('.picture video').readyState") >= 2)
    assert console.run("return document.querySelector('.picture video').videoWidth") == 640
    for _ in range(_STEPS):
        console.press("One frame on")
    console.wait_for_text(f"frame {_STEPS + 1} of 50")
    shown_s = console.wait(lambda: console.run("return document.querySelector('.picture video').currentTime"))
    assert shown_s == pytest.approx(_STEPS / 25, abs=0.02)
    assert console.run(_DRAWN) == 0  # the film has its own boxes
    assert console.errors() == []


# The opaque pixels of what the page draws over the film.
_DRAWN = """
const canvas = document.querySelector(".picture canvas");
const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
return data.filter((value, place) => place % 4 === 3 && value > 0).length;
"""
