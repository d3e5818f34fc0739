"""The taught head: complete, true to mirrors and blind to where in the picture a face is."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.analysis.expressions.levels import DISTURBING
from chalicelib.analysis.expressions.taught import NETWORKS_FOLDER, TaughtExpressions
from chalicelib.analysis.expressions.trained import TrainedExpressions
from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.mesh import Crop, FaceMesh, MeshModel, crop_of_detection, crop_of_mesh
from chalicelib.analysis.faces.tiling import search
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import BASELINE_NAMES, TWO_SIDED_NAMES
from chalicelib.domain.requests.recipes import Mesh
from chalicelib.errors import ModelFileError
from tests.analysis.conftest import read_picture

_ROOT = Path(__file__).resolve().parents[3]
_MESHES = pytest.mark.parametrize("mesh", list(Mesh))


@pytest.fixture(scope="module")
def model() -> TaughtExpressions:
    return TaughtExpressions()


def _measured(models: Models, image: NDArray[np.uint8], mesh: Mesh) -> FaceMesh:
    found = search(FaceDetector(models), image)
    network = MeshModel(models, mesh)
    first = network.measure(image, [crop_of_detection(found.boxes[0], found.eyes[0])])[0]
    return network.measure(image, [crop_of_mesh(first.points)])[0]


def test_the_heads_are_those_of_the_record() -> None:
    record = json.loads((_ROOT / "lab/training/head_record.json").read_text())
    for mesh in Mesh:
        content = (NETWORKS_FOLDER / f"head_{mesh}.onnx").read_bytes()
        assert hashlib.sha256(content).hexdigest() == record[mesh]["sha256"]
        assert len(content) < 2_000_000


@_MESHES
def test_the_sources_are_those_that_the_rule_chose(model: TaughtExpressions, mesh: Mesh) -> None:
    record = json.loads((_ROOT / "lab/training/head_record.json").read_text())
    choices = record[mesh]["choices"]
    facts = model.facts(mesh)
    by_networks = {name for name, choice in choices.items() if choice["source"] == "today's network"}
    given = (set(choices) - by_networks) | {"smirk"}
    assert set(facts.scales) == set(facts.spreads) == set(facts.company) == set(facts.disturbance) == given
    assert set(facts.network_scales) == set(record["mixed"])


@_MESHES
def test_every_scale_rises_from_rest(model: TaughtExpressions, mesh: Mesh) -> None:
    facts = model.facts(mesh)
    for name, scale in [*facts.scales.items(), *facts.network_scales.items()]:
        assert scale.full > scale.rest, name
        assert scale.spread > 0.0, name


@_MESHES
def test_what_films_do_not_show_is_scored_with_more_doubt(model: TaughtExpressions, mesh: Mesh) -> None:
    doubts, unmeasured = model.doubts(mesh), model.facts(mesh).unmeasured
    assert "nose wrinkle" in unmeasured
    assert "smile" not in unmeasured
    scored = dict(zip(BASELINE_NAMES, doubts.scored_company, strict=True))
    assert all((scored[name] > 0) == (name in unmeasured) for name in BASELINE_NAMES)
    assert (doubts.spreads > 0).all()
    assert (doubts.company > 0).all()


@_MESHES
def test_nothing_disturbs_itself_and_a_smile_not_the_cheeks_that_it_raises(
    model: TaughtExpressions, mesh: Mesh
) -> None:
    disturbance = model.doubts(mesh).disturbance
    assert disturbance.shape == (len(BASELINE_NAMES), len(DISTURBING))
    assert (disturbance >= 0).all()
    assert all(disturbance[BASELINE_NAMES.index(name), place] == 0 for place, name in enumerate(DISTURBING))
    assert disturbance[BASELINE_NAMES.index("cheek raise"), DISTURBING.index("smile")] == 0
    assert disturbance[BASELINE_NAMES.index("lid tighten"), DISTURBING.index("eye closure")] > 10


@_MESHES
def test_what_the_head_does_not_give_comes_from_the_networks(
    model: TaughtExpressions, models: Models, shared_media: Path, mesh: Mesh
) -> None:
    face = _measured(models, read_picture(shared_media / "faces/single_face.jpg"), mesh)
    taught, trained = model.levels([face])[0], TrainedExpressions().levels([face])[0]
    scales = model.facts(mesh).scales
    same = np.array([name not in scales for name in BASELINE_NAMES])
    assert "mouth open" not in scales
    np.testing.assert_allclose(taught[same], trained[same], atol=1e-6)
    assert np.abs(taught - trained)[~same].min() > 0.01


@_MESHES
def test_a_smile_is_seen(model: TaughtExpressions, models: Models, shared_media: Path, mesh: Mesh) -> None:
    face = _measured(models, read_picture(shared_media / "faces/single_face.jpg"), mesh)
    levels = dict(zip(BASELINE_NAMES, model.levels([face])[0], strict=True))
    assert levels["smile"] > 60
    assert levels["cheek raise"] > 40
    assert levels["lip corner depressor"] < 50


@_MESHES
def test_the_mirror_image_has_the_sides_exchanged(
    model: TaughtExpressions, models: Models, shared_media: Path, mesh: Mesh
) -> None:
    image = read_picture(shared_media / "faces/15-f13-anc-ph.jpg")
    face = _measured(models, image, mesh)
    other = _measured(models, np.ascontiguousarray(image[:, ::-1]), mesh)
    ours = model.sides([face], model.levels([face])).ravel()
    theirs = model.sides([other], model.levels([other]))[:, :, ::-1].ravel()
    assert np.corrcoef(ours, theirs)[0, 1] > 0.8


@_MESHES
def test_both_sides_have_their_mean_as_level(
    model: TaughtExpressions, models: Models, shared_media: Path, mesh: Mesh
) -> None:
    face = _measured(models, read_picture(shared_media / "faces/single_face.jpg"), mesh)
    levels = model.levels([face])
    of_both = dict(zip(BASELINE_NAMES, levels[0], strict=True))
    sides = dict(zip(TWO_SIDED_NAMES, model.sides([face], levels)[0], strict=True))
    assert {name: each.mean() for name, each in sides.items()} == pytest.approx({name: of_both[name] for name in sides})
    assert max(abs(left - right) for left, right in sides.values()) > 1


@_MESHES
def test_a_face_has_the_same_levels_alone_and_among_others(model: TaughtExpressions, mesh: Mesh) -> None:
    faces = [_noise_face(mesh, seed) for seed in range(3)]
    together = model.levels(faces)
    for row, face in enumerate(faces):
        np.testing.assert_allclose(together[row], model.levels([face])[0], atol=0.02)


def _noise_face(mesh: Mesh, seed: int) -> FaceMesh:
    random = np.random.default_rng(seed)
    points = random.uniform(40, 150, (478 if mesh is Mesh.ATTENTION else 468, 3))
    sample = random.integers(0, 256, (192, 192, 3), dtype=np.uint8)
    return FaceMesh(points, 1.0, sample, Crop(96.0, 96.0, 192.0, 0.0))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="head_attention"):
        TaughtExpressions(Models(tmp_path)).levels([_noise_face(Mesh.ATTENTION, 1)])
