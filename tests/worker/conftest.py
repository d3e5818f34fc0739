"""Shared by the workers' tests: the real model files, if they have been prepared."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.analysis.networks.models import Models
from chalicelib.worker.part_process import PartProcess

_MODELS_DIR = Path(__file__).resolve().parents[2] / "models"


@pytest.fixture(scope="module")
def models() -> Models:
    if not _MODELS_DIR.is_dir():
        pytest.skip("there are no models; run make setup")
    models = Models(_MODELS_DIR)
    models.open_all()  # as a worker does: results name the provider of open sessions
    return models


@pytest.fixture
def part_process(models: Models) -> Iterator[PartProcess]:
    """With the same model files; not started."""
    process = PartProcess(_MODELS_DIR)
    yield process
    process.close()
