"""Builds the wheel of the client: `python -m infra.client_package.build [DIRECTORY]`.

The modules of `chalicelib` that `mien` imports are plain Python. In the wheel they are `mien._core`: a user may have an
application whose package is called chalicelib.
"""

import ast
import base64
import hashlib
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from chalicelib import __version__

ROOT = Path(__file__).resolve().parents[2]
README = Path(__file__).with_name("README.md")
LEFT_OUT = ("mien/operators", "mien/rendering", "mien/in_process.py")

_REQUIRES = ("click>=8.1,<9", "requests>=2.31,<3", "requests-toolbelt>=1,<2", "rich>=13,<16", "typing-extensions>=4.5")
_PYTHON = ">=3.10"
_NAMES_OF_3_11 = {"enum": ("StrEnum",), "typing": ("Self",), "datetime": ("UTC",)}
_OLDER = '''"""Names that Python 3.11 brought, for Python 3.10."""

import datetime
import enum
import sys

from typing_extensions import Self

if sys.version_info >= (3, 11):
    from enum import StrEnum
else:

    class StrEnum(str, enum.Enum):
        """A text that is one of a few."""

        __str__ = str.__str__

        def __format__(self, format_spec):
            return format(self.value, format_spec)

        @staticmethod
        def _generate_next_value_(name, start, count, last_values):
            return name.lower()


UTC = datetime.timezone.utc

__all__ = ["UTC", "Self", "StrEnum"]
'''


def build(directory: Path) -> Path:
    """Writes the wheel into `directory` and returns its path. The same sources give the same bytes."""
    directory.mkdir(parents=True, exist_ok=True)
    info = f"mien_client-{__version__}.dist-info"
    files = dict(_modules())
    files |= {
        f"{info}/METADATA": _metadata(),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: mien\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\nmien = mien.cli.__main__:main\n",
        f"{info}/licenses/LICENSE": (ROOT / "LICENSE").read_text(encoding="utf-8"),
    }
    record = f"{info}/RECORD"
    files[record] = (
        "".join(f"{name},{_digest(text)},{len(text.encode())}\n" for name, text in files.items()) + f"{record},,\n"
    )
    wheel = directory / f"mien_client-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return wheel


def _modules() -> Iterator[tuple[str, str]]:
    """Yields the files of the package `mien`, as they are in the wheel."""
    waiting = [path for path in sorted((ROOT / "mien").rglob("*.py")) if not _is_left_out(path)]
    seen = set(waiting)
    while waiting:
        path = waiting.pop()
        text = path.read_text(encoding="utf-8")
        for other in _imported(text):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
        name = path.relative_to(ROOT).as_posix().replace("chalicelib/", "mien/_core/", 1)
        yield name, _rewritten(text)
    yield "mien/_core/older_python.py", _OLDER
    yield "mien/py.typed", ""


def _is_left_out(path: Path) -> bool:
    return path.relative_to(ROOT).as_posix().startswith(LEFT_OUT)


def _imported(text: str) -> Iterator[Path]:
    """Yields the files of `chalicelib` that a module imports, with the packages that they are in."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "chalicelib":
            parts = node.module.split(".")
            for depth in range(1, len(parts) + 1):
                place = ROOT.joinpath(*parts[:depth])
                yield place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


def _rewritten(text: str) -> str:
    """Returns the module with its imports as the wheel needs them."""
    text = re.sub(r"^(\s*from )chalicelib\b", r"\1mien._core", text, flags=re.MULTILINE)
    for module, names in _NAMES_OF_3_11.items():
        for name in names:
            text = _without_name(text, module, name)
    return text


def _without_name(text: str, module: str, name: str) -> str:
    found = re.search(rf"^from {module} import ([\w, ]+)$", text, flags=re.MULTILINE)
    if found is None or name not in (names := [each.strip() for each in found[1].split(",")]):
        return text
    left = [each for each in names if each != name]
    kept = f"from {module} import {', '.join(left)}\n" if left else ""
    return text.replace(found[0], f"{kept}from mien._core.older_python import {name}", 1)


def _metadata() -> str:
    fields = [
        "Metadata-Version: 2.4",
        "Name: mien-client",
        f"Version: {__version__}",
        "Summary: A client and a command line for Mien, which measures facial expressions in recorded video",
        "License-Expression: Apache-2.0",
        "License-File: LICENSE",
        f"Requires-Python: {_PYTHON}",
        *(f"Requires-Dist: {each}" for each in _REQUIRES),
        "Description-Content-Type: text/markdown",
    ]
    return "\n".join(fields) + "\n\n" + README.read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    made = build(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "client"))
    print(f"{made.relative_to(Path.cwd()) if made.is_relative_to(Path.cwd()) else made}: {made.stat().st_size:,} bytes")
