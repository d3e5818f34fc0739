from pathlib import Path

import pytest

from chalicelib.api.application import ROUTES
from chalicelib.api.routes import Route

DOCUMENT = (Path(__file__).parents[3] / "docs" / "api.md").read_text()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.methods[0]} {route.path}")
def test_every_route_is_documented(route: Route) -> None:
    assert f"`{route.methods[0]} {route.path}`" in DOCUMENT
