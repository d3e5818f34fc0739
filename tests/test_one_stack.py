"""The modules that share the stack, as they are given to one process of pytest-xdist."""

import pytest

from tests.one_stack import uses_shared_stack


def test_every_module_with_a_fixture_on_the_shared_stack_is_known(request: pytest.FixtureRequest) -> None:
    items = request.session.items
    users = {item.location[0] for item in items if "shared_stack" in getattr(item, "fixturenames", ())}
    assert {file for file in users if not uses_shared_stack(file)} == set()
