"""The zip of the light functions is opened, not trusted."""

import zipfile
from pathlib import Path

import pytest

from infra.deployment.bundle import MAX_BUNDLE_BYTES, check_bundle
from infra.deployment.errors import DeploymentError

_LOCK = "some-package==1.2 \\\n    --hash=sha256:00\n    # via nothing\n"
_GOOD = {"app.py": "import some_package", "some_package.py": "", "some_package-1.2.dist-info/METADATA": ""}


def bundle(folder: Path, files: dict[str, str]) -> Path:
    path = folder / "deployment.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text(_LOCK)
    return path


def test_a_whole_zip_is_measured(tmp_path: Path, lock: Path) -> None:
    path = bundle(tmp_path, _GOOD)
    measures = check_bundle(path, lock)
    assert measures.size_bytes == path.stat().st_size
    assert measures.import_s > 0


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"app.py": "", "some_package.py": ""}, "left some_package 1.2 out"),
        ({**_GOOD, "some_package-1.2.dist-info/METADATA": "", "fast.cpython-311-x86_64-linux-gnu.so": ""}, "compiled"),
        ({**_GOOD, "app.py": "import numpy"}, "cannot be imported by itself.*numpy"),
        ({**_GOOD, "large": "x" * MAX_BUNDLE_BYTES}, "is to stay under"),
    ],
)
def test_what_would_fail_in_lambda_fails_here(tmp_path: Path, lock: Path, files: dict[str, str], sentence: str) -> None:
    with pytest.raises(DeploymentError, match=sentence):
        check_bundle(bundle(tmp_path, files), lock)
