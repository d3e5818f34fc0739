"""Processors and memory: a container has fewer than its machine."""

from pathlib import Path

import pytest

from chalicelib.analysis.networks.machine import memory_bytes, processors


def test_there_are_processors_and_memory() -> None:
    assert processors() >= 1
    assert memory_bytes() > 100_000_000


@pytest.mark.parametrize("name", ["memory.max", "memory/memory.limit_in_bytes"])
def test_the_limit_of_a_container_counts(tmp_path: Path, name: str) -> None:
    limit = tmp_path / name
    limit.parent.mkdir(exist_ok=True)
    limit.write_text("50000000\n")
    assert memory_bytes(tmp_path) == 50_000_000


@pytest.mark.parametrize("text", ["max\n", f"{1 << 63}\n", ""])
def test_without_a_limit_the_machine_counts(tmp_path: Path, text: str) -> None:
    (tmp_path / "memory.max").write_text(text)
    assert memory_bytes(tmp_path) == memory_bytes(tmp_path / "nothing")
