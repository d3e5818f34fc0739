"""The console for all: keyboard and screen reader, light and dark, from a phone to a wide screen, and a small load."""

import gzip
import logging
from pathlib import Path
from typing import Any

import pytest
import requests

from chalicelib.local.stack import Stack
from tests.console.browser import Console
from tests.console.made_results import made_timeline, store_result

pytestmark = pytest.mark.slow

_LOG = logging.getLogger(__name__)
_AXE = Path(__file__).with_name("vendor") / "axe.js"
_MOST_KB = 150
_SCREENS = {"wide, light": (1440, "light"), "wide, dark": (1440, "dark"), "phone, light": (390, "light")}


@pytest.fixture(scope="module")
def job(stack: Stack) -> str:
    """The id of a finished job with two faces."""
    with requests.Session() as session:
        session.auth = (stack.user, stack.password)
        url = store_result(session, stack.index_url, "two.mp4", made_timeline(300, faces=2), {"study": "x"})
    return url.rsplit("/", 1)[1]


@pytest.mark.parametrize("screen", _SCREENS)
def test_no_rule_of_accessibility_is_broken(console: Console, stack: Stack, job: str, screen: str) -> None:
    width, scheme = _SCREENS[screen]
    console.look_as(width, scheme)
    found = {"sign-in": violations(console)}
    console.sign_in(stack.user, stack.password)
    console.wait_for_text("Send files")
    waits = {
        "jobs": "two.mp4",
        "send": "More options",
        f"job/{job}?faces=0,1": "Face 0 in this frame",
        "compare?a=study%3Dx": "1 recordings",
    }
    for view, text in waits.items():
        console.go(view)
        console.wait_for_text(text)
        console.run("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        found[view] = violations(console)
        assert console.run("return document.documentElement.scrollWidth") <= width, view
    assert {view: broken for view, broken in found.items() if broken} == {}


def test_the_rules_are_looked_at(console: Console) -> None:
    console.find("input[name=user]")
    console.run("document.querySelector('label').replaceWith(document.querySelector('input'))")
    assert [rule for rule, _nodes in violations(console)] == ["label"]


def test_everything_can_be_done_with_keys(console: Console, stack: Stack, job: str) -> None:
    console.sign_in(stack.user, stack.password)
    console.go(f"job/{job}")
    console.wait_for_text("Face 0 in this frame")
    for key, text in (("\ue010", "frame 300 of 300"), ("\ue011", "frame 1 of 300"), ("\ue014", "frame 2 of 300")):
        console.type(key)
        console.wait_for_text(text)
    console.type("[")
    for _ in range(30):
        console.type("\ue014")
    console.type("]")
    console.wait_for_text("0.03 to 1.03 s")
    console.type("\ue00c")
    console.wait(lambda: "0.03 to 1.03 s" not in console.text())
    focused = set()
    for _ in range(25):
        console.type("\ue004")
        focused.add(
            console.run(
                "const it = document.activeElement; return it.getAttribute('aria-label') || it.textContent.trim()"
            )
        )
        outline = console.run("return getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", focused
    assert {"Jobs", "One frame back", "One frame on"} <= focused


def test_a_metric_explains_itself(console: Console, stack: Stack, job: str) -> None:
    console.sign_in(stack.user, stack.password)
    console.go(f"job/{job}?metrics=smile")
    console.wait_for_text("Face 0 in this frame")
    console.click(".chip .link")
    console.wait_for_text("Lip corners pulled up and out")
    console.wait_for_text("a score from 0 to 100")
    console.wait_for_text("Usable. It agreed with people who coded faces by eye.")


def test_the_first_load_is_small(console: Console, stack: Stack) -> None:
    console.sign_in(stack.user, stack.password)
    console.wait_for_text("Send files")
    loaded: Any = console.run("return performance.getEntriesByType('resource').map((each) => each.name)")
    own = [console.url, *(name for name in loaded if "/console/" in name)]
    sizes = {name: len(gzip.compress(requests.get(name, timeout=30).content, 6)) for name in set(own)}
    _LOG.warning("first load: %.0f kB compressed, %d files", sum(sizes.values()) / 1e3, len(sizes))
    assert sum(sizes.values()) < 1e3 * _MOST_KB
    assert {name.split("/")[2] for name in loaded} == {stack.index_url.split("/")[2]}  # no foreign host


def violations(console: Console) -> list[Any]:
    """The rules of axe-core that the page breaks, each with the first elements that do."""
    console.run(_AXE.read_text(encoding="utf-8"))
    found: list[Any] = console.run_async(
        """const done = arguments[arguments.length - 1];
           axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => done(violations.map(
             ({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)])), (error) => done([String(error)]))"""
    )
    return found
