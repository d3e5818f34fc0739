"""Runs the part of `make setup` that lets `mien` be used from anywhere."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.deployment.places import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a package `mien`, and an environment in which everything is installed but that."""
    checkout = tmp_path / "a check out"
    for name in ("Makefile", "infra/mien.sh", "requirements/dev.txt"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, checkout / name)
    (checkout / "mien").mkdir()
    (checkout / "mien" / "__init__.py").write_text("HERE = __file__\n")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=checkout, check=True)
    (checkout / ".venv" / ".installed").touch()
    return checkout


def test_mien_can_be_imported_from_anywhere(checkout: Path, tmp_path: Path) -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("there is no make on this machine")
    subprocess.run([make, ".venv/bin/mien"], cwd=checkout, check=True)
    python = checkout / ".venv" / "bin" / "python"
    ran = subprocess.run(
        [python, "-c", "import mien; print(mien.HERE)"],
        cwd=tmp_path,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.strip() == str(checkout / "mien" / "__init__.py"), ran.stderr
    assert os.access(checkout / ".venv" / "bin" / "mien", os.X_OK)
