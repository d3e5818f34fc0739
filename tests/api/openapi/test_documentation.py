from pathlib import Path

import pytest

from chalicelib.api.application import ROUTES
from chalicelib.api.routes import Route
from chalicelib.domain.requests.job_options import ALL_OPTIONS, JobOption

DOCUMENT = (Path(__file__).parents[3] / "docs" / "api.md").read_text()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.methods[0]} {route.path}")
def test_every_route_is_documented(route: Route) -> None:
    assert f"`{route.methods[0]} {route.path}`" in DOCUMENT


@pytest.mark.parametrize("row", ALL_OPTIONS, ids=lambda row: row.name)
def test_every_job_option_has_its_line(row: JobOption) -> None:
    assert f"| `{row.name}` | {row.value.range_text} | {row.sentence} |" in DOCUMENT.splitlines()
