"""The preparation, with a small wheel instead of the carrier; no test reaches a network."""

import dataclasses
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra.models.convert import convert
from infra.models.manifest import Carrier, Manifest, Model, load_manifest, save_manifest, sha256_of
from infra.models.prepare import CARRIER_REQUIREMENT, main, write_atomically
from tests.infra.tflite_files import random_weights, tiny_detector

REPOSITORY = Path(__file__).parents[2]
MEMBER = "carrier/tiny.tflite"


@dataclasses.dataclass(frozen=True)
class Setup:
    """A wheel with one model, its manifest, and the folder that should receive `tiny.onnx`."""

    wheel: Path
    manifest_path: Path
    models_dir: Path

    def run(self, *more: str) -> int:
        arguments = ["--models-dir", str(self.models_dir), "--wheel", str(self.wheel), *more]
        return main(arguments, self.manifest_path)

    def change_model(self, **changes: str) -> None:
        manifest = load_manifest(self.manifest_path)
        models = tuple(dataclasses.replace(model, **changes) for model in manifest.models)  # type: ignore[arg-type] # only texts change
        save_manifest(dataclasses.replace(manifest, models=models), self.manifest_path)


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    source = tiny_detector(random_weights())
    wheel = tmp_path / "carrier.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(MEMBER, source)
    carrier = Carrier("carrier", "1.0", wheel.name, sha256_of(wheel.read_bytes()), "Apache-2.0")
    onnx_sha256 = sha256_of(convert(source, name="tiny", role="detector"))
    model = Model("tiny", "detector", 4, MEMBER, sha256_of(source), "tiny.onnx", onnx_sha256, "Apache-2.0")
    manifest_path = tmp_path / "manifest.json"
    save_manifest(Manifest(carrier, (model,)), manifest_path)
    return Setup(wheel, manifest_path, tmp_path / "models")


def test_it_writes_the_file_that_the_manifest_names(setup: Setup, capsys: pytest.CaptureFixture[str]) -> None:
    assert setup.run() == 0
    (written,) = setup.models_dir.iterdir()
    assert sha256_of(written.read_bytes()) == load_manifest(setup.manifest_path).models[0].sha256
    steps = capsys.readouterr().out.splitlines()
    assert [step.split()[0] for step in steps] == ["Checked", "Converting", "Wrote"]


def test_a_second_run_touches_nothing(setup: Setup, capsys: pytest.CaptureFixture[str]) -> None:
    setup.run()
    capsys.readouterr()
    setup.wheel.unlink()
    assert setup.run() == 0
    assert "ready" in capsys.readouterr().out
    assert setup.run("--quiet") == 0
    assert capsys.readouterr().out == ""


def test_a_damaged_file_is_replaced(setup: Setup) -> None:
    setup.run()
    target = setup.models_dir / "tiny.onnx"
    whole = target.read_bytes()
    target.write_bytes(whole[:-1])
    assert setup.run() == 0
    assert target.read_bytes() == whole


def test_ready_files_need_no_converter(setup: Setup) -> None:
    setup.run()
    program = (
        "import sys; from pathlib import Path; from infra.models.prepare import main; "
        "code = main(['--models-dir', sys.argv[1]], Path(sys.argv[2])); "
        "sys.exit(code or any(name in sys.modules for name in ('onnx', 'tflite', 'numpy')))"
    )
    command = [sys.executable, "-c", program, str(setup.models_dir), str(setup.manifest_path)]
    assert subprocess.run(command, cwd=REPOSITORY, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"source_member": "carrier/other.tflite"}, "has no file carrier/other.tflite"),
        ({"source_sha256": "0" * 64}, "tiny.tflite is not the file that the manifest names"),
        ({"sha256": "0" * 64}, "tiny.onnx is not the file that the manifest names"),
        ({"role": "segmenter"}, "role segmenter"),
    ],
)
def test_what_the_manifest_does_not_name_is_refused(
    setup: Setup, capsys: pytest.CaptureFixture[str], changes: dict[str, str], sentence: str
) -> None:
    setup.change_model(**changes)
    assert setup.run() == 1
    assert sentence in capsys.readouterr().err
    assert not setup.models_dir.exists()


def test_another_wheel_is_refused(setup: Setup, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(setup.wheel, "a") as archive:
        archive.writestr("carrier/more.txt", "more")
    assert setup.run() == 1
    assert "its sha256 differs" in capsys.readouterr().err


def test_a_missing_wheel_is_a_sentence(setup: Setup, capsys: pytest.CaptureFixture[str]) -> None:
    setup.wheel.unlink()
    assert setup.run() == 1
    assert capsys.readouterr().err.startswith("The model files could not be prepared: There is no wheel")


def test_a_folder_that_cannot_be_made_is_a_sentence(setup: Setup, capsys: pytest.CaptureFixture[str]) -> None:
    setup.models_dir.write_text("a file stands in the way")
    assert setup.run() == 1
    assert capsys.readouterr().err.startswith("The model files could not be prepared:")


def test_maintainers_write_the_new_digests(setup: Setup) -> None:
    right = load_manifest(setup.manifest_path)
    setup.change_model(sha256="")
    assert setup.run("--update-manifest") == 0
    assert load_manifest(setup.manifest_path) == right


def test_writing_leaves_no_other_file_behind(tmp_path: Path) -> None:
    write_atomically(tmp_path / "model.onnx", b"old")
    write_atomically(tmp_path / "model.onnx", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("model.onnx", b"new")]


def test_the_requirement_pins_the_wheel_of_the_manifest() -> None:
    carrier = load_manifest().carrier
    (requirement,) = [line for line in CARRIER_REQUIREMENT.read_text().splitlines() if not line.startswith("#")]
    assert requirement == f"{carrier.name}=={carrier.version} --hash=sha256:{carrier.sha256}"
