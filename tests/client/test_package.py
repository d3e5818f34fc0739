"""The wheel for clients: what is in it, what it needs, and the recipes that are run with it."""

import importlib.util
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from chalicelib import __version__
from chalicelib.local.workers.supervisor import REPOSITORY
from infra.client_package.build import build
from mien.client.http_session import ApiError
from mien.client.measured import _elements
from tests.shared_stack import ApiUser

_RECIPES = re.findall(
    r"## ([^\n]+)\n(?:(?!\n## ).)*?```python\n(.*?)```", (REPOSITORY / "docs/recipes.md").read_text(), flags=re.DOTALL
)
_HEAVY = {"boto3", "botocore", "numpy", "moto", "chalice", "chalicelib", "cv2", "onnxruntime", "av", "PIL"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


def _python(*arguments: str, wheel: Path, directory: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs Python with the wheel, from which modules are imported as they are, and without the repository."""
    return subprocess.run(
        [sys.executable, "-P", *arguments],
        cwd=directory,
        env={"PYTHONPATH": str(wheel), "PATH": "/usr/bin:/bin", "HOME": str(directory), **environment},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def test_the_wheel_is_small_and_holds_no_operators_commands(wheel: Path, tmp_path: Path) -> None:
    assert build(tmp_path).read_bytes() == wheel.read_bytes()
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        record = archive.read(next(name for name in names if name.endswith("RECORD"))).decode()
        texts = "".join(archive.read(name).decode() for name in names if name.endswith(".py"))
    assert wheel.stat().st_size < 200_000
    assert not [name for name in names if "operators" in name or "rendering" in name or name.startswith("chalicelib")]
    assert sorted(line.split(",")[0] for line in record.splitlines()) == sorted(names)
    assert not re.search(r"^\s*(from|import) chalicelib", texts, flags=re.MULTILINE)


def test_what_it_imports_is_light(wheel: Path, tmp_path: Path) -> None:
    code = "import sys, json, mien, mien.cli.__main__; print(json.dumps([mien.__file__, *sys.modules]))"
    ran = _python("-c", code, wheel=wheel, directory=tmp_path)
    assert ran.returncode == 0, ran.stderr
    place, *modules = json.loads(ran.stdout)
    assert str(wheel) in place
    assert _HEAVY.isdisjoint(modules)
    assert (
        f"mien, version {__version__}" in _python("-m", "mien.cli", "--version", wheel=wheel, directory=tmp_path).stdout
    )
    assert "dead-letters" not in _python("-m", "mien.cli", "--help", wheel=wheel, directory=tmp_path).stdout


@pytest.mark.slow
def test_it_is_python_3_10(wheel: Path, tmp_path: Path) -> None:
    """By mypy, which knows what each version of the standard library has."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--python-version", "3.10", "--ignore-missing-imports", "-p", "mien"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_frames_are_read_from_any_pieces(size: int) -> None:
    frames = [
        {"time": number / 8, "faces": {"0": {"smile": 1.5, "invalid reasons": ["\u00e9, ]"]}}} for number in range(5)
    ]
    text = json.dumps({"content_type": "x", "frames": frames, "more": 1}, separators=(",", ":"), ensure_ascii=False)
    body = text.encode()
    pieces = [body[place : place + size] for place in range(0, len(body), size)]
    assert list(_elements(pieces)) == frames
    assert list(_elements([b'{"frames":[]}'])) == []
    with pytest.raises(ApiError, match="ends early"):
        list(_elements([body[: -len(text.partition("}]")[2]) - 80]]))


def test_the_package_says_that_it_does_not_measure(wheel: Path, tmp_path: Path) -> None:
    ran = _python("-c", "from mien import measure", wheel=wheel, directory=tmp_path)
    assert "mien.measure is not in the package for clients" in ran.stderr


def test_what_loads_slowly_is_loaded_when_it_is_asked_for(wheel: Path, tmp_path: Path) -> None:
    code = (
        "import sys, mien; before = 'asyncio' in sys.modules; mien.AsyncMien; print(before, 'asyncio' in sys.modules)"
    )
    assert _python("-c", code, wheel=wheel, directory=tmp_path).stdout == "False True\n"


def test_there_are_recipes() -> None:
    assert len(_RECIPES) == 9
    assert _RECIPES[0][0] == "From results to a plot"


@pytest.mark.slow
@pytest.mark.parametrize(("title", "code"), _RECIPES, ids=[title for title, _ in _RECIPES])
def test_recipes_run(title: str, code: str, wheel: Path, api_user: ApiUser, clip: Path, tmp_path: Path) -> None:
    for package, sign in (("pandas", ".table()"), ("matplotlib", "matplotlib")):
        if sign in code and importlib.util.find_spec(package) is None:
            pytest.skip(f"this recipe needs {package}")
    (tmp_path / "recipe.py").write_text(code)
    login = {"MIEN_URL": api_user.index_url, "MIEN_USER": api_user.name, "MIEN_PASSWORD": api_user.password}
    place = REPOSITORY if "mien.measure(" in code else wheel
    ran = _python("recipe.py", wheel=place, directory=tmp_path, CLIP=str(clip), **login)
    assert ran.returncode == 0, ran.stderr
    is_drawn = (tmp_path / "smile.png").exists()
    assert ran.stdout or is_drawn or title == "What failed, and why"
