"""Computes what a run costs as a Lambda function."""

import re
from pathlib import Path

from infra.simulation.prices import LAMBDA_GB_S

TEMPLATE = Path(__file__).resolve().parents[2] / "infra" / "template.yaml"
MB_PER_VCPU = 1769
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html: at so many a function has one vCPU."""


def worker_memory_mb(template: str) -> int:
    """Returns what `infra/template.yaml` gives the worker function. Raises `ValueError` if it does not say."""
    found = re.search(r"^  WorkerMemoryMb:\n(?:    .*\n)*?    Default: (\d+)$", template, re.MULTILINE)
    if found is None:
        raise ValueError("the template says nothing of WorkerMemoryMb")
    return int(found[1])


def billed_s(wall_s: float, cpu_s: float, memory_mb: int) -> float:
    """Returns how long a run takes with the processors that belong to the memory, from what it took here: no shorter
    than here, and no shorter than its processor time needs there."""
    return max(wall_s, cpu_s / (memory_mb / MB_PER_VCPU))


def usd(billed: float, memory_mb: int) -> float:
    """The list price of that duration."""
    return billed * memory_mb / 1024 * LAMBDA_GB_S
