"""Shared by tests of rendering: the real model files, if they have been prepared."""

from pathlib import Path

import pytest

from chalicelib.analysis.networks.models import Models

_MODELS_DIR = Path(__file__).resolve().parents[2] / "models"


@pytest.fixture(scope="session")
def models() -> Models:
    if not _MODELS_DIR.is_dir():
        pytest.skip("there are no models; run make setup")
    return Models(_MODELS_DIR)
