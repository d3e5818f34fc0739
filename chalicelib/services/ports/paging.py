"""Lists in pages."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list. `cursor` is an opaque text that continues it, None at the end."""

    items: tuple[T, ...]
    cursor: str | None
