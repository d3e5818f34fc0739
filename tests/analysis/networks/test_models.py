from pathlib import Path

import numpy as np
import pytest

from chalicelib.analysis.networks.models import ModelFile, Models
from chalicelib.errors import ModelFileError


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="make setup"):
        Models(tmp_path).network(ModelFile.FACE_DETECTION)


def test_a_file_that_is_no_model_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / ModelFile.FACE_DETECTION).write_bytes(b"no model")
    with pytest.raises(ModelFileError, match="cannot be read"):
        Models(tmp_path).network(ModelFile.FACE_DETECTION)


def test_a_file_is_opened_once(models: Models) -> None:
    assert models.session(ModelFile.FACE_MESH_LIGHT) is models.session(ModelFile.FACE_MESH_LIGHT)


def test_models_that_open_ahead_are_there_when_the_provider_is_asked_for(models: Models) -> None:
    ahead = Models(models._folder)
    ahead.open_ahead()
    assert ahead.provider == models.provider
    assert set(ahead._sessions) == set(ModelFile)


def test_a_file_that_cannot_be_opened_ahead_is_missing_when_it_is_asked_for(tmp_path: Path) -> None:
    models = Models(tmp_path)
    models.open_ahead()
    assert models.provider == ""
    with pytest.raises(ModelFileError, match="make setup"):
        models.session(ModelFile.FACE_DETECTION)


def test_the_provider_is_what_a_session_runs_on(models: Models) -> None:
    assert Models(Path("nowhere")).provider == ""
    session = models.session(ModelFile.FACE_DETECTION)
    assert models.provider == session.get_providers()[0]
    assert models.provider in ("CPUExecutionProvider", "CUDAExecutionProvider")


@pytest.mark.parametrize(
    ("name", "side", "rows", "columns"),
    [
        (ModelFile.FACE_DETECTION, 192, 2304, 16),
        (ModelFile.FACE_MESH_LIGHT, 192, 468, 3),
        (ModelFile.FACE_MESH_ATTENTION, 192, 478, 3),
    ],
)
def test_the_networks_have_the_expected_interface(
    models: Models, name: ModelFile, side: int, rows: int, columns: int
) -> None:
    first, second = models.network(name)(np.zeros((2, 3, side, side), np.float32))
    assert first.shape == (2, rows, columns)
    assert second.shape[0] == 2
    assert first.dtype == second.dtype == np.float32
