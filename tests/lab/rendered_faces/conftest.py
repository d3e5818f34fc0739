from pathlib import Path

import numpy as np
import pytest

from lab.rendered_faces.face_model import MODEL_FILE, FaceModel, load_face_model


@pytest.fixture(scope="session")
def model() -> FaceModel:
    """The parametric head."""
    if not Path(MODEL_FILE).is_file():
        pytest.skip("the parametric head (../shared/face_model) is not here")
    return load_face_model()


@pytest.fixture
def random() -> np.random.Generator:
    """Chance that is the same in every run."""
    return np.random.default_rng(5)
