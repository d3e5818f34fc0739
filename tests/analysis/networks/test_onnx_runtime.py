import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
MODELS_DIR = REPOSITORY / "models"

_OPEN_EVERY_MODEL = """
import sys
from pathlib import Path
from chalicelib.analysis.networks.models import ModelFile, Models
models = Models(Path(sys.argv[1]))
for file_name in ModelFile:
    models.session(file_name)
"""


def test_opening_models_leaves_nothing_in_the_home_directory(tmp_path: Path) -> None:
    if not MODELS_DIR.is_dir():
        pytest.skip("there are no models; run make setup")
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", _OPEN_EVERY_MODEL, str(MODELS_DIR)]
    subprocess.run(command, check=True, cwd=REPOSITORY, env=environment, timeout=120)
    assert list(tmp_path.rglob("*")) == []


def test_one_module_alone_imports_the_library() -> None:
    imports = re.compile(r"^\s*(import|from) onnxruntime", re.MULTILINE)
    importers = [
        path.relative_to(REPOSITORY).as_posix()
        for folder in ("chalicelib", "infra", "tests")
        for path in (REPOSITORY / folder).rglob("*.py")
        if imports.search(path.read_text())
    ]
    assert importers == ["chalicelib/analysis/networks/onnx_runtime.py"]
