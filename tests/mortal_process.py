"""A process that dies before any step that a test names, or is held up there. A step is a call of one of its ports."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Death(BaseException):
    """The process ends here, without a word to anyone."""


class MortalProcess:
    """Counts the steps of services whose ports went through `port`, and dies before step `dies_before` (from 0)."""

    def __init__(self) -> None:
        self.steps = 0
        self._dies_before: int | None = None
        self._held_up_before: int | None = None
        self._meanwhile: Callable[[], object] = lambda: None

    def port(self, real: T) -> T:
        """The port, as the process uses it."""
        return cast("T", _Port(real, self))

    def restart(self, dies_before: int | None = None) -> None:
        """Another process in its place."""
        self.steps, self._dies_before, self._held_up_before = 0, dies_before, None

    def hold_up(self, before: int, meanwhile: Callable[[], object]) -> None:
        """Calls `meanwhile` before that step. Others use the same ports in there; their steps do not count."""
        self._held_up_before, self._meanwhile = before, meanwhile

    def step(self) -> None:
        """Something is about to be done. Raises `Death`; a dead process does nothing more."""
        if self.steps == self._held_up_before:
            steps, dies_before = self.steps, self._dies_before
            self.restart()
            self._meanwhile()
            self.steps, self._dies_before = steps, dies_before
        if self._dies_before is not None and self.steps >= self._dies_before:
            raise Death
        self.steps += 1


class _Port:
    def __init__(self, real: object, process: MortalProcess) -> None:
        self._real = real
        self._process = process

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)

        def call(*arguments: object, **options: object) -> object:
            self._process.step()
            return method(*arguments, **options)

        return call
