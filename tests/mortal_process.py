"""A process that dies before any step that a test names. A step is a call of one of its ports."""

from typing import Any, TypeVar, cast

T = TypeVar("T")


class Death(BaseException):
    """The process ends here, without a word to anybody."""


class MortalProcess:
    """Counts the steps of services whose ports went through `port`, and dies before step `dies_before` (from 0)."""

    def __init__(self) -> None:
        self.steps = 0
        self.dies_before: int | None = None

    def port(self, real: T) -> T:
        """The port, as the process uses it."""
        return cast("T", _Port(real, self))

    def restart(self, dies_before: int | None = None) -> None:
        """Another process in its place."""
        self.steps, self.dies_before = 0, dies_before

    def step(self) -> None:
        """Something is about to be done. Raises `Death`; a dead process does nothing more."""
        if self.dies_before is not None and self.steps >= self.dies_before:
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
