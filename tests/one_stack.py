"""Tells pytest-xdist to run all modules that share the stack in one process, so that it starts once."""

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadFileScheduling

_REPOSITORY = Path(__file__).resolve().parents[1]
_SHARED_STACK = re.compile(r"\b(?:api_user: ApiUser|mien: Mien)\b")


class OneStackScheduling(LoadFileScheduling):  # type: ignore[misc]  # pytest-xdist has no annotations
    """Gives each module to one process, as `--dist loadfile` does, and those that share the stack to the same."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return "the shared stack" if uses_shared_stack(file) else file


@cache
def uses_shared_stack(file: str) -> bool:
    """Reads the module at the path `file` in the repository; one that names no fixture on the stack does not use it."""
    return _SHARED_STACK.search((_REPOSITORY / file).read_text(encoding="utf-8")) is not None
