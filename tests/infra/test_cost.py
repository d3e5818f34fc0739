"""One answer to what computing costs."""

from typing import Any

import pytest

from chalicelib.local.workers.supervisor import REPOSITORY
from infra.simulation.cost import cost_of, cost_table, memory_table


def test_the_document_has_the_table_of_the_calculator() -> None:
    deployment = (REPOSITORY / "docs/deploy.md").read_text()
    assert cost_table() in deployment
    assert memory_table() in deployment
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


def test_the_stages_memory_is_the_fastest_of_the_cheapest_that_a_new_account_may_have(template: dict[str, Any]) -> None:
    chosen = template["Parameters"]["WorkerMemoryMb"]["Default"]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in memory_table().splitlines()[2:]]
    prices = {int(memory.replace(",", "")): float(usd.removeprefix("$")) for memory, _, _, usd in rows}
    allowed = {memory: usd for memory, usd in prices.items() if memory <= 3008}
    assert chosen == max(memory for memory, usd in allowed.items() if usd == min(prices.values()))


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
