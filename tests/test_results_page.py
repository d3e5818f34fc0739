"""`docs/results.md` says of every event what the code does."""

from pathlib import Path

import pytest

from chalicelib.domain.events import EVENTS, EventDefinition
from chalicelib.domain.job_names import RECIPES
from chalicelib.domain.metrics import METRICS

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "results.md").read_text(encoding="utf-8")


def _row(event: EventDefinition) -> str:
    lasts = f"{event.minimum_s:g} s or more"
    if event.maximum_s is not None:
        lasts = f"{event.minimum_s:g} s to less than {event.maximum_s:g} s"
    return f"| `{event.name}` | `{event.metric}` | {event.enter:g} | {event.leave:g} | {lasts} | {event.meaning} |"


@pytest.mark.parametrize("event", EVENTS, ids=[event.name for event in EVENTS])
def test_every_event_has_its_row(event: EventDefinition) -> None:
    assert _row(event) in PAGE.splitlines()


def test_every_content_type_and_metric_is_there() -> None:
    kinds = {kind for recipe in RECIPES.values() if recipe for kind in recipe.content_types}
    assert {kind for kind in kinds if f"`{kind}`" not in PAGE} == set()
    assert {metric.name for metric in METRICS if f"`{metric.name}`" not in PAGE} == set()
