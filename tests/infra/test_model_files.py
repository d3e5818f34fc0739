"""The files in `models/`: as the manifest names them, and what they say."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from infra.models.manifest import Model, is_ready, load_manifest
from tests.infra.graph_runs import Floats, session

REPOSITORY = Path(__file__).parents[2]
MODELS_DIR = REPOSITORY / "models"
FACE_FILE = REPOSITORY / ".." / "shared" / "media" / "faces" / "0-f1-su-ph.jpg"

MODELS = load_manifest().models
# Items of a batch go through matrix products of another size: the last bits differ.
BATCH_TOLERANCE = 1e-4

OUTPUTS = {
    "face_detection_short_range": {"regressors": (896, 16), "scores": (896, 1)},
    "face_detection_full_range": {"regressors": (2304, 16), "scores": (2304, 1)},
    "face_landmark": {"points": (468, 3), "flag": (1,)},
    "face_landmark_with_attention": {"points": (478, 3), "flag": (1,)},
}

every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)


def run(model: Model, images: Floats) -> dict[str, NDArray[Any]]:
    """Outputs by name for images (N, 3, H, W)."""
    path = MODELS_DIR / model.file
    if not path.is_file():
        pytest.skip(f"{model.file} is not set up: run python -m infra.models.prepare")
    onnx_session = session(path.read_bytes())
    names = [output.name for output in onnx_session.get_outputs()]
    return dict(zip(names, onnx_session.run(names, {"image": images}), strict=True))


def random_images(model: Model, count: int) -> Floats:
    shape = (count, 3, model.input_size_px, model.input_size_px)
    return np.random.default_rng(5).random(shape, np.float32)


def model_named(name: str) -> Model:
    return next(model for model in MODELS if model.name == name)


@every_model
def test_the_file_is_the_one_that_the_manifest_names(model: Model) -> None:
    if not (MODELS_DIR / model.file).is_file():
        pytest.skip(f"{model.file} is not set up: run python -m infra.models.prepare")
    assert is_ready(model, MODELS_DIR)


@every_model
def test_outputs_have_the_documented_names_and_shapes(model: Model) -> None:
    outputs = run(model, random_images(model, 2))
    assert {name: value.shape[1:] for name, value in outputs.items()} == OUTPUTS[model.name]
    assert all(value.dtype == np.float32 and len(value) == 2 for value in outputs.values())


@every_model
def test_a_batch_of_two_equals_two_batches_of_one(model: Model) -> None:
    images = random_images(model, 2)
    together = run(model, images)
    for item in range(2):
        alone = run(model, images[item : item + 1])
        for name, value in alone.items():
            np.testing.assert_allclose(together[name][item], value[0], atol=BATCH_TOLERANCE, err_msg=name)


def face_crop(size_px: int, left_px: int, top_px: int, side_px: int, *, scale: float, shift: float) -> Floats:
    """(1, 3, size, size): a square of the frontal surprised face, RGB * scale + shift."""
    if not FACE_FILE.is_file():
        pytest.skip("the test media are not here")
    image = cv2.imread(str(FACE_FILE))
    assert image is not None
    square = image[top_px : top_px + side_px, left_px : left_px + side_px, ::-1]
    resized = cv2.resize(np.ascontiguousarray(square), (size_px, size_px), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(resized.transpose(2, 0, 1)[None] * np.float32(scale) + np.float32(shift), np.float32)


# Golden numbers: measured once on the picture above, where the points agree with MediaPipe's own face mesh within 0.001
# pixels. Decoders and resizers may differ a little.
GOLDEN_TOLERANCE_PX = 0.3

# The best anchor's box: centre x, centre y, width, height in pixels of the input.
GOLDEN_BOXES_PX = {
    "face_detection_short_range": (128, [64.2, 82.0, 71.5, 71.5]),
    "face_detection_full_range": (192, [100.3, 116.0, 119.6, 119.6]),
}

# Nose tip 1, inner lips 13 and 14, outer eye corners 33 and 263, mouth corners 61 and 291, iris centres 468 and 473.
GOLDEN_POINTS_PX = {
    "face_landmark": {
        1: (101.2, 114.3, -28.0),
        13: (100.5, 139.9, -14.2),
        14: (100.5, 148.7, -10.6),
        33: (61.3, 86.9, 9.7),
        263: (138.2, 86.2, 13.0),
        61: (82.5, 145.5, -4.8),
        291: (117.3, 144.8, -2.7),
    },
    "face_landmark_with_attention": {
        1: (100.2, 113.2, -27.6),
        13: (100.3, 137.3, -15.3),
        14: (100.5, 157.8, -13.9),
        33: (62.7, 87.7, 13.0),
        263: (136.7, 86.0, 14.4),
        61: (81.9, 148.9, -6.1),
        291: (119.2, 147.7, -5.3),
        468: (74.9, 88.1, 8.6),
        473: (124.9, 87.3, 9.7),
    },
}


def anchor_centre_px(name: str, anchor: int) -> tuple[float, float]:
    """As documented next to the models: 16x16 cells of 2 anchors, then 8x8 of 6; or 48x48 cells of one."""
    if name == "face_detection_full_range":
        columns, stride_px, cell = 48, 4, anchor
    elif anchor < 512:
        columns, stride_px, cell = 16, 8, anchor // 2
    else:
        columns, stride_px, cell = 8, 16, (anchor - 512) // 6
    return (cell % columns + 0.5) * stride_px, (cell // columns + 0.5) * stride_px


@pytest.mark.parametrize("name", GOLDEN_BOXES_PX)
def test_detectors_find_the_face(name: str) -> None:
    size_px, golden_box_px = GOLDEN_BOXES_PX[name]
    outputs = run(model_named(name), face_crop(size_px, 0, 0, 512, scale=1 / 127.5, shift=-1))
    scores = outputs["scores"][0, :, 0]
    best = int(scores.argmax())
    assert 0.8 < scores[best] < 1
    box_px = outputs["regressors"][0, best, :4] + [*anchor_centre_px(name, best), 0, 0]
    np.testing.assert_allclose(box_px, golden_box_px, atol=GOLDEN_TOLERANCE_PX)


@pytest.mark.parametrize("name", GOLDEN_POINTS_PX)
def test_meshes_place_the_points(name: str) -> None:
    outputs = run(model_named(name), face_crop(192, 30, 30, 450, scale=1 / 255, shift=0))
    assert outputs["flag"][0, 0] > 0.99
    golden = GOLDEN_POINTS_PX[name]
    np.testing.assert_allclose(outputs["points"][0][list(golden)], list(golden.values()), atol=GOLDEN_TOLERANCE_PX)


@every_model
def test_noise_is_not_a_face(model: Model) -> None:
    outputs = run(model, random_images(model, 1))
    assert outputs.get("scores", outputs.get("flag", np.ones(1))).max() < 0.5


def test_an_iris_has_the_mean_depth_of_its_lid_contour() -> None:
    points = run(model_named("face_landmark_with_attention"), face_crop(192, 30, 30, 450, scale=1 / 255, shift=0))[
        "points"
    ][0]
    lid = [33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173]
    np.testing.assert_allclose(points[468:473, 2], points[lid, 2].mean(), atol=1e-4)
