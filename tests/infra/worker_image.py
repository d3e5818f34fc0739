"""The worker image without Docker: its last stage laid out in a directory, as `infra/worker.Dockerfile` says.

Only what a COPY names and `.dockerignore` lets through is there. The packages are those of this environment that
`requirements/worker.txt` locks, and no others, by links.
"""

import json
import os
import re
import shlex
import shutil
import sys
from fnmatch import fnmatch
from importlib.metadata import distribution
from pathlib import Path

from infra.deployment.places import DOCKERFILE, ROOT

_IN_IMAGE = "/opt/mien"
_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", re.MULTILINE)


class WorkerImage:
    """Its files under `root`; `models` are those that it gets."""

    def __init__(self, root: Path, models: Path) -> None:
        self._root = root
        self._last_stage = stages()[-1]
        (root / "models").symlink_to(models.resolve())
        _link_packages(root / "packages")
        for source, target in self._copies():
            copy_from_context(source, root / Path(target).relative_to(_IN_IMAGE))

    @property
    def app(self) -> Path:
        """Returns where processes begin."""
        return self._root / Path(self._words("WORKDIR")[0]).relative_to(_IN_IMAGE)

    def environment(self) -> dict[str, str]:
        """The variables that the image sets, and nothing of this machine's but the path to its programs."""
        pairs = dict(word.split("=", 1) for word in self._words("ENV"))
        return {"PATH": os.environ["PATH"]} | {
            name: value.replace(_IN_IMAGE, str(self._root)) for name, value in pairs.items()
        }

    def command(self, *arguments: str) -> list[str]:
        """Returns what a container begins, by itself or with `arguments` in the place of its CMD."""
        python, *flags = json.loads(self._line("ENTRYPOINT"))
        assert python == "python"
        # -S: packages of this environment are as far away as they are in the image.
        return [sys.executable, "-S", *flags, *(arguments or json.loads(self._line("CMD")))]

    def _line(self, instruction: str) -> str:
        (found,) = (line.split(" ", 1)[1] for line in self._last_stage if line.startswith(f"{instruction} "))
        return found

    def _words(self, instruction: str) -> list[str]:
        return shlex.split(self._line(instruction))

    def _copies(self) -> list[tuple[str, str]]:
        lines = [line for line in self._last_stage if line.startswith("COPY ") and "--from=" not in line]
        return [(source, target) for _, source, target in map(str.split, lines)]


def stages() -> list[list[str]]:
    """The Dockerfile's instructions, one stage after the other, each on one line."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    begins = [index for index, line in enumerate(lines) if line.startswith("FROM ")]
    return [lines[begin:end] for begin, end in zip(begins, [*begins[1:], len(lines)], strict=True)]


def copy_from_context(source: str, target: Path) -> None:
    """Copies a file or folder of the repository as far as `.dockerignore` lets it through."""
    ignored = DOCKERFILE.with_name(f"{DOCKERFILE.name}.dockerignore").read_text().splitlines()
    allowed = [line[1:] for line in ignored if line.startswith("!")]
    refused = [line for line in ignored if line and not line.startswith(("!", "#", "*"))]
    assert any(source == path or source.startswith(f"{path}/") for path in allowed), f"{source} is kept outside"

    def ignore(folder: str, names: list[str]) -> set[str]:
        inside = Path(folder).relative_to(ROOT)
        return {name for name in names if fnmatch(name, "__pycache__") or str(inside / name) in refused}

    path = ROOT / source
    if path.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    else:
        shutil.copytree(path, target, ignore=ignore)


def _link_packages(folder: Path) -> None:
    folder.mkdir()
    for name in _PINNED.findall((ROOT / "requirements" / "worker.txt").read_text()):
        files = distribution(name).files or ()
        for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
            link = folder / top
            if not link.exists():
                link.symlink_to(Path(str(distribution(name).locate_file(top))))
