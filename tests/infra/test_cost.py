"""One answer to what computing costs."""

import pytest

from chalicelib.local.workers.supervisor import REPOSITORY
from infra.simulation.cost import cost_of, cost_table


def test_the_document_has_the_table_of_the_calculator() -> None:
    assert cost_table() in (REPOSITORY / "docs/deploy.md").read_text()
    for page in ("README.md", "docs/scale.md"):
        assert "deploy.md#what-it-costs" in (REPOSITORY / page).read_text()


def test_the_page_on_scale_has_the_calculators_price_of_a_minute() -> None:
    minute = cost_of(1 / 60, "360p", 1, 30)
    rows = (REPOSITORY / "docs/scale.md").read_text().splitlines()
    prices = {
        "Lambda, ": minute.functions_usd,
        "Fargate, ": minute.fargate_usd,
        "Fargate spot, ": minute.fargate_spot_usd,
    }
    for name, usd in prices.items():
        (row,) = (row for row in rows if row.startswith(f"| {name}"))
        assert row.split(" | ")[2] == f"${usd:.5f}"


def test_it_agrees_with_what_was_measured() -> None:
    assert cost_of(1 / 60, "360p", 1, 24).processor_s == pytest.approx(7.1)
    assert cost_of(1 / 60, "640x360", 5, 24).processor_s == pytest.approx(24.9)
    assert cost_of(1 / 60, "360p", 1, 24).functions_usd == pytest.approx(0.000204, rel=0.01)
    assert cost_of(1 / 60, "360p", 5, 24).functions_usd == pytest.approx(0.000718, rel=0.01)
    assert cost_of(1, "1080p", 1, 107.3).processor_s == pytest.approx(1.66 * 3600)


@pytest.mark.parametrize("size", ["", "huge", "0x0", "1080"])
def test_a_size_that_is_none_is_refused(size: str) -> None:
    with pytest.raises(ValueError, match="is no size"):
        cost_of(1, size, 1, 24)
