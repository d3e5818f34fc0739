"""Clients that generators make of `/openapi.json`: generated without a warning, compiled, and used for one job each.

`make generators` installs the generators in `.venv-generators` (and, with node, in its folder `node`) and runs this.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import requests

from chalicelib.local.workers.supervisor import REPOSITORY
from tests.shared_stack import ApiUser

_PROGRAMS = Path(__file__).with_name("programs")
_ENVIRONMENT = REPOSITORY / ".venv-generators"
_NODE = _ENVIRONMENT / "node"
_PATIENCE_S = 240


def _tool(path: Path) -> str:
    if not path.exists():
        pytest.skip(f"{path.name} is not installed; run make generators")
    return str(path)


def _run(*command: str, directory: Path) -> str:
    environment = {"PATH": f"{_ENVIRONMENT / 'bin'}:/usr/local/bin:/usr/bin:/bin", "HOME": str(directory)}
    ended = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, timeout=_PATIENCE_S, check=False
    )
    assert ended.returncode == 0, f"{command[0]}: {ended.stdout[-3000:]}{ended.stderr[-3000:]}"
    return ended.stdout + ended.stderr


@pytest.fixture
def arguments(api_user: ApiUser, tmp_path: Path) -> tuple[str, str, str, str]:
    """The arguments of each program."""
    (tmp_path / "a clip.mp4").write_bytes(b"not a video, and a no-op job does not mind")
    return api_user.index_url, api_user.name, api_user.password, str(tmp_path / "a clip.mp4")


@pytest.fixture
def description(api_user: ApiUser, tmp_path: Path) -> Path:
    path = tmp_path / "openapi.json"
    path.write_bytes(requests.get(f"{api_user.index_url}openapi.json", timeout=20).content)
    return path


def test_openapi_python_client(description: Path, arguments: tuple[str, ...], tmp_path: Path) -> None:
    tool = _tool(_ENVIRONMENT / "bin/openapi-python-client")
    (tmp_path / "config.json").write_text(json.dumps({"post_hooks": []}))
    options = ("--meta", "none", "--output-path", "mien_client", "--config", "config.json", "--fail-on-warning")
    said = _run(tool, "generate", "--path", str(description), *options, directory=tmp_path)
    assert "WARNING" not in said
    shutil.copy(_PROGRAMS / "openapi_python_client.py", tmp_path / "use.py")
    assert _run(_tool(_ENVIRONMENT / "bin/python"), "use.py", *arguments, directory=tmp_path) == "done a clip.mp4\n"


def test_openapi_generator_for_python(description: Path, arguments: tuple[str, ...], tmp_path: Path) -> None:
    _generate("python", description, tmp_path, "--package-name", "mien_openapi")
    shutil.copy(_PROGRAMS / "openapi_generator_python.py", tmp_path / "client/use.py")
    ran = _run(_tool(_ENVIRONMENT / "bin/python"), "client/use.py", *arguments, directory=tmp_path)
    assert ran == "done a clip.mp4\n"


def test_openapi_generator_for_typescript(description: Path, arguments: tuple[str, ...], tmp_path: Path) -> None:
    _tool(_NODE / "node_modules/.bin/tsc")
    _generate("typescript-fetch", description, tmp_path)
    assert _compiled_and_run("openapi_generator_typescript.ts", arguments, tmp_path) == "done a clip.mp4\n"


def test_openapi_typescript(description: Path, arguments: tuple[str, ...], tmp_path: Path) -> None:
    tool = _tool(_NODE / "node_modules/.bin/openapi-typescript")
    _run(tool, str(description), "-o", "schema.ts", directory=tmp_path)
    assert _compiled_and_run("openapi_typescript.ts", arguments, tmp_path) == "done a clip.mp4\n"


def _generate(language: str, description: Path, directory: Path, *options: str) -> None:
    tool = _tool(_ENVIRONMENT / "bin/openapi-generator-cli")
    if shutil.which("java") is None:
        pytest.skip("there is no java for openapi-generator")
    _run(tool, "generate", "-i", str(description), "-g", language, "-o", "client", *options, directory=directory)


def _compiled_and_run(program: str, arguments: tuple[str, ...], directory: Path) -> str:
    shutil.copy(_PROGRAMS / program, directory / "use.ts")
    (directory / "package.json").write_text(json.dumps({"type": "commonjs"}))
    (directory / "node_modules").symlink_to(_NODE / "node_modules")
    options = ["--outDir", "built", "--target", "es2022", "--module", "node16", "--moduleResolution", "node16"]
    options += ["--strict", "--types", "node"]
    _run(_tool(_NODE / "node_modules/.bin/tsc"), "use.ts", *options, directory=directory)
    return _run("node", "built/use.js", *arguments, directory=directory)
