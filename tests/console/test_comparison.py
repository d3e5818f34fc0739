"""The browser compares recordings as the reference in Python does."""

import math
import random
from typing import Any

import pytest
import requests

from chalicelib.local.stack import Stack
from tests.console import comparison_reference as reference
from tests.console.browser import Console
from tests.console.made_results import made_timeline, store_result

pytestmark = pytest.mark.slow

_STEPS = 40
_COMPARED = """
const [one, other, steps] = arguments;
const done = arguments[arguments.length - 1];
const curves = (group) => group.map((curve) => Float64Array.from(curve, (value) => (value === null ? NaN : value)));
import("mien/comparison").then(async ({ summed, difference }) => {
  const [a, b] = [await summed(curves(one), steps, 1), await summed(curves(other), steps, 2)];
  const less = difference(a, b, steps);
  const plain = (curve) => Array.from(curve, (value) => (Number.isNaN(value) ? null : value));
  done([a.count, a.mean, a.low, a.high, less.mean, less.low, less.high].map(plain));
});
"""


def _group(count: int, seed: int) -> list[list[float]]:
    """Curves with gaps; at the last step no recording has a value."""
    chance = random.Random(seed)  # noqa: S311  # not for secrets
    return [
        [chance.random() * 100 if chance.random() > 0.3 else math.nan for _ in range(_STEPS - 1)] + [math.nan]
        for _ in range(count)
    ]


def test_means_bands_and_differences_are_those_of_the_reference(console: Console) -> None:
    one, other = _group(9, 1), _group(5, 2)
    found: Any = console.run_async(_COMPARED, *(_plain(group) for group in (one, other)), _STEPS)
    a, b = reference.group_curve(one, _STEPS, 1), reference.group_curve(other, _STEPS, 2)
    expected = (a.count, a.mean, a.low, a.high, *reference.difference(a, b))
    for curve, known in zip(found, expected, strict=True):
        assert [math.nan if value is None else value for value in curve] == pytest.approx(known, nan_ok=True, abs=1e-9)


def test_a_worker_computes_what_the_browser_shows(console: Console, stack: Stack, api: requests.Session) -> None:
    for index in range(7):
        timeline = made_timeline(600 + 50 * index, seed=index, faces=index % 3)
        notes = {"spot": "=B" if index < 3 else "A"}
        store_result(api, stack.index_url, f"viewer {index}.mp4", timeline, notes)
    groups = [{"annotation": {"key": "spot", "value": value}} for value in ("A", "=B")]
    wanted = {"comparison": {"metric": "joy", "groups": groups}}
    job: Any = api.post(f"{stack.index_url}jobs/comparisons", json=wanted).json()
    console.sign_in(stack.user, stack.password)
    console.wait_for_text("viewer 0.mp4")
    console.go("compare?a=spot%3DA&b=spot%3D%3DB&metric=joy")
    console.wait_for_text("spot=A less spot==B")
    console.press("CSV of means and bands")
    path = console.downloads / "joy-compared.csv"
    console.wait(path.exists)
    console.wait(lambda: api.get(job["self"]).json()["status"] == "done")
    table, _about = api.get(job["self"]).json()["result"]["representations"]
    assert table["file_name"] == path.name
    computed = api.get(table["media"]).content
    assert path.read_bytes() == computed
    assert computed.count(b"\r\n") > 200
    console.go(f"job/{job['self'].rsplit('/', 1)[1]}")
    console.wait_for_text("A comparison of other jobs")
    assert console.errors() == []


def test_the_band_holds_the_mean_and_narrows_with_the_recordings() -> None:
    chance = random.Random(5)  # noqa: S311  # not for secrets
    widths = []
    for count in (10, 160):
        curve = reference.group_curve([[chance.gauss(50, 10)] for _ in range(count)], 1, 1)
        assert curve.low[0] < curve.mean[0] < curve.high[0]
        widths.append(curve.high[0] - curve.low[0])
        assert widths[-1] == pytest.approx(2 * 1.96 * 10 / math.sqrt(count), rel=0.4)  # of the normal distribution
    assert widths[0] > 2 * widths[1]


def _plain(group: list[list[float]]) -> list[list[float | None]]:
    return [[None if math.isnan(value) else value for value in curve] for curve in group]
