"""`docs/results.md` says of every event what the code does, and its examples run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.domain.measurements.emotions import PROTOTYPES, WEIGHTS, Prototype
from chalicelib.domain.measurements.events import EVENTS, EventDefinition
from chalicelib.domain.measurements.metrics import EVERY_METRIC, METRICS
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.recipes import RECIPES
from chalicelib.domain.requests.result_formats import RESULT_KINDS, ResultTable
from chalicelib.formats.result_files import Contents, ResultFiles
from tests.formats.frames import GOLDEN_FRAMES
from tests.recipes import make_recipe

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "results.md").read_text(encoding="utf-8")


def _row(event: EventDefinition) -> str:
    lasts = f"{event.minimum_s:g} s or more"
    if event.maximum_s is not None:
        lasts = f"{event.minimum_s:g} s to less than {event.maximum_s:g} s"
    return f"| `{event.name}` | `{event.metric}` | {event.enter:g} | {event.leave:g} | {lasts} | {event.meaning} |"


@pytest.mark.parametrize("event", EVENTS, ids=[event.name for event in EVENTS])
def test_every_event_has_its_row(event: EventDefinition) -> None:
    assert _row(event) in PAGE.splitlines()


@pytest.mark.parametrize("emotion", WEIGHTS)
def test_valence_and_engagement_have_their_weights(emotion: str) -> None:
    weights = ", ".join(f"{weight:+.2f} {name}" for name, weight in WEIGHTS[emotion].items())
    assert f"| `{emotion}` | {weights} |" in PAGE.splitlines()


@pytest.mark.parametrize("prototype", PROTOTYPES, ids=lambda each: f"{each.emotion}, {each.source[:12]}")
def test_every_emotion_has_its_shares_and_source(prototype: Prototype) -> None:
    shares = ", ".join(f"{share:.2f} {name}" for name, share in prototype.shares.items())
    assert f"| `{prototype.emotion}` | {shares} | {prototype.source} |" in PAGE.splitlines()


@pytest.mark.parametrize("name", [name for name, recipe in RECIPES.items() if recipe is not None])
def test_every_job_has_its_scores(name: JobName) -> None:
    table = PAGE.partition("### Which scores a job gives")[2].partition("###")[0]
    assert f"`{name}`" in table


def test_every_content_type_and_metric_is_there() -> None:
    kinds = {content_type for kind in RESULT_KINDS.values() for content_type in kind}
    assert {kind for kind in kinds if f"`{kind}`" not in PAGE} == set()
    assert {metric.name for metric in METRICS if f"`{metric.name}`" not in PAGE} == set()


def _examples() -> list[str]:
    """Those that need nothing beyond the project's own libraries; pandas is not one of them."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    return [block for block in blocks if "pandas" not in block]


@pytest.mark.parametrize("example", _examples(), ids=["csv", "summary", "parquet"])
def test_the_examples_run(example: str, tmp_path: Path) -> None:
    recipe = make_recipe(JobName.MULTIFACE, table=ResultTable.PARQUET)
    with ResultFiles(Contents(recipe, EVERY_METRIC), tmp_path, "clip.mp4") as results:
        for frame in GOLDEN_FRAMES:
            results.write(frame)
    for file in results.files:
        file.path.rename(tmp_path / file.file_name)
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
