"""Each package's `__init__.py` is its map: it names all that is in the package. No folder and no file is too large."""

import ast
import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[1]
_PACKAGES = sorted(
    path.parent.relative_to(_ROOT).as_posix()
    for top in ("chalicelib", "infra", "lab", "mien")
    for path in (_ROOT / top).rglob("__init__.py")
)
# `sections` list their members in code, in the order in which they are reported.
_MAPPED = [package for package in _PACKAGES if not package.endswith("/sections")]
_MOST_MODULES = 20
_MOST_LINES = 250


def _modules(package: str) -> list[str]:
    folder = _ROOT / package
    files = [path.stem for path in folder.glob("*.py") if not path.stem.startswith("__")]
    return sorted([*files, *(path.parent.name for path in folder.glob("*/__init__.py"))])


def test_packages_are_found() -> None:
    assert {"chalicelib", "chalicelib/analysis/media", "lab/evaluation"} <= set(_PACKAGES)


@pytest.mark.parametrize("package", _MAPPED)
def test_the_map_names_every_module(package: str) -> None:
    text = ast.get_docstring(ast.parse((_ROOT / package / "__init__.py").read_text())) or ""
    missing = [name for name in _modules(package) if not re.search(rf"(?<!\w){name}(?!\w)", text)]
    assert missing == []


@pytest.mark.parametrize("package", [package for package in _PACKAGES if package.startswith(("chalicelib", "mien"))])
def test_no_room_is_overfull(package: str) -> None:
    assert len(_modules(package)) <= _MOST_MODULES


@pytest.mark.parametrize("top", ["chalicelib", "infra", "lab", "mien"])
def test_no_file_is_too_long(top: str) -> None:
    lengths = {
        path.relative_to(_ROOT).as_posix(): len(path.read_text().splitlines()) for path in (_ROOT / top).rglob("*.py")
    }
    assert {name: lines for name, lines in lengths.items() if lines > _MOST_LINES} == {}
