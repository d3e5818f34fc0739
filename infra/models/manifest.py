"""`manifest.json`: the carrier wheel, and each model's source and result with their sha256."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

MANIFEST_FILE = Path(__file__).with_name("manifest.json")


@dataclass(frozen=True, slots=True)
class Carrier:
    """The Python wheel that holds the TFLite models."""

    name: str
    version: str
    file: str
    sha256: str
    licence: str


@dataclass(frozen=True, slots=True)
class Model:
    """`source_member` is a path in the wheel, `file` the ONNX file's name, `input_size_px` the side of its input.

    `role` is `detector`, `mesh` or `attention_mesh` and decides the outputs.
    """

    name: str
    role: str
    input_size_px: int
    source_member: str
    source_sha256: str
    file: str
    sha256: str
    licence: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that `prepare` needs to know."""

    carrier: Carrier
    models: tuple[Model, ...]


def load_manifest(path: Path = MANIFEST_FILE) -> Manifest:
    """Reads the manifest next to this file, or another one of the same form."""
    document = json.loads(path.read_text())
    models = tuple(Model(**model) for model in document["models"])
    return Manifest(carrier=Carrier(**document["carrier"]), models=models)


def save_manifest(manifest: Manifest, path: Path = MANIFEST_FILE) -> None:
    """Writes the manifest in the form in which it is kept under version control."""
    path.write_text(json.dumps(dataclasses.asdict(manifest), indent=2) + "\n")


def sha256_of(content: bytes) -> str:
    """Hexadecimal digest, as in the manifest."""
    return hashlib.sha256(content).hexdigest()


def is_ready(model: Model, models_dir: Path) -> bool:
    """Returns True if the model's ONNX file exists and matches the manifest."""
    path = models_dir / model.file
    return path.is_file() and sha256_of(path.read_bytes()) == model.sha256
