"""The zip of the light functions: what must be true of it, and what it measures.

Chalice ends well although it left something out: a wheel for a Linux that it does not know is dropped without a word.
So the zip is opened and compared with the lock, and imported with nothing besides what Lambda's Python has.
"""

import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from infra.deployment.errors import DeploymentError
from infra.deployment.places import ROOT

MAX_BUNDLE_BYTES = 15_000_000
_COMPILED = (".so", ".pyd", ".dylib")
_IN_LAMBDAS_PYTHON = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six")
_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+)", re.MULTILINE)
_TRIES = 3

_IMPORT = """
import sys, time
sys.path[:0] = sys.argv[1:]
began = time.process_time()
import app
print(time.process_time() - began)
"""


@dataclass(frozen=True, slots=True)
class BundleMeasures:
    """The size of the zip, and the shortest of some imports of `app` from it, in processor time of this machine, which
    other work on it hardly changes."""

    size_bytes: int
    import_s: float


def check_bundle(bundle: Path, lock: Path = ROOT / "requirements.txt") -> BundleMeasures:
    """Raises `DeploymentError` if the zip is too large, lacks a locked package, or cannot be imported by itself."""
    size_bytes = bundle.stat().st_size
    if size_bytes >= MAX_BUNDLE_BYTES:
        raise DeploymentError(f"{bundle.name} has {size_bytes:,} bytes; it is to stay under {MAX_BUNDLE_BYTES:,}.")
    with zipfile.ZipFile(bundle) as archive:
        names = archive.namelist()
    missing = _missing_packages(names, lock.read_text())
    if missing:
        raise DeploymentError(f"Chalice left {', '.join(missing)} out of {bundle.name}; look at its wheels.")
    compiled = [name for name in names if name.endswith(_COMPILED)]
    if compiled:
        raise DeploymentError(
            f"{compiled[0]} is compiled for one Python, but infra/template.yaml names another; keep the zip to Python."
        )
    return BundleMeasures(size_bytes, _import_s(bundle))


def _missing_packages(names: list[str], lock: str) -> list[str]:
    folders = {name.split("/")[0].lower() for name in names}
    pinned = [(name.lower().replace("-", "_"), version) for name, version in _PINNED.findall(lock)]
    return [f"{name} {version}" for name, version in pinned if f"{name}-{version}.dist-info" not in folders]


def _import_s(bundle: Path) -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        code, lambdas = folder / "code", folder / "lambda"
        lambdas.mkdir()
        with zipfile.ZipFile(bundle) as archive:
            archive.extractall(code)
        for module in _IN_LAMBDAS_PYTHON:
            _link_module(module, lambdas)
        return min(_one_import_s(code, lambdas) for _ in range(_TRIES))


def _link_module(module: str, folder: Path) -> None:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise DeploymentError(
            f"The package {module}, which Lambda's Python has, is not installed here; run make setup."
        )
    source = Path(spec.origin)
    source = source.parent if source.name == "__init__.py" else source
    (folder / source.name).symlink_to(source)


def _one_import_s(code: Path, lambdas: Path) -> float:
    # -I -S: neither the environment nor this machine's packages can lend the zip what it lacks.
    command = [sys.executable, "-I", "-S", "-c", _IMPORT, str(code), str(lambdas)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=code)  # noqa: S603 - fixed
    if done.returncode != 0:
        raise DeploymentError(f"The zip cannot be imported by itself: {done.stderr.strip().splitlines()[-1]}")
    return float(done.stdout)
