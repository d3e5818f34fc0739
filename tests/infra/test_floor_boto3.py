"""The adapters on the oldest boto3 that Lambda's Python may have: the light functions bring none of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.deployment.places import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not os.environ.get("MIEN_FLOOR"), reason="half a minute, and a download: `make floor`"),
]

_FLOOR = ROOT / "requirements" / "lambda-floor.txt"


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with that boto3."""
    folder = tmp_path_factory.mktemp("floor")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    done = subprocess.run([*install, "--target", str(folder), "-r", str(_FLOOR)], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("the package index does not answer, or has no such boto3")
    return folder


def _run(floor: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(floor)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_adapters_keep_their_promises_on_it(floor: Path) -> None:
    version = _run(floor, "-c", "import boto3; print(boto3.__version__)").stdout.strip()
    assert f"boto3=={version} " in _FLOOR.read_text()
    done = _run(
        floor, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "-k", "moto", "tests/contract", "tests/aws"
    )
    assert done.returncode == 0, done.stdout[-3000:]
