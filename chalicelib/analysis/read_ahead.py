"""Doing the next step of a stream while its consumer is still at the last: one thread, a bounded number of items."""

from collections.abc import Generator, Iterable, Iterator
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import Generic, TypeVar

Item = TypeVar("Item")


def read_ahead(items: Iterable[Item], *, depth: int, name: str) -> Generator[Item]:
    """Yields the same items in the same order, taken from `items` by a thread named `name`.

    At most `depth` items, 1 or more, are waiting or being made at a time. What `items` raises is raised here, after the
    items before it. A caller that does not take all of them must close the generator: it comes back when the thread has
    ended, which has then closed `items` (if it is a generator). The thread starts with the first item asked for.
    """
    reader = _Reader(items, depth)
    thread = Thread(target=reader.run, name=name, daemon=True)
    thread.start()
    try:
        yield from reader.taken()
    finally:
        reader.stop()
        thread.join()


def in_step(items: Iterable[Item], *, depth: int, name: str) -> Generator[Item]:  # noqa: ARG001  # as `read_ahead`
    """The same without a thread: an item is taken from `items`, which are closed with it, when it is asked for."""
    yield from items


class _Reader(Generic[Item]):
    def __init__(self, items: Iterable[Item], depth: int) -> None:
        self._items = items
        self._ready: SimpleQueue[tuple[Item] | BaseException | None] = SimpleQueue()
        self._places = Semaphore(depth)
        self._stopped = False

    def run(self) -> None:
        end: BaseException | None = None
        try:
            self._read()
        except BaseException as error:  # noqa: BLE001  # raised again in the consumer
            end = error
        self._ready.put(end)

    def _read(self) -> None:
        iterator = iter(self._items)
        try:
            while self._has_place():
                try:
                    self._ready.put((next(iterator),))
                except StopIteration:
                    return
        finally:
            if isinstance(iterator, Generator):
                iterator.close()

    def _has_place(self) -> bool:
        self._places.acquire()
        return not self._stopped

    def taken(self) -> Iterator[Item]:
        while isinstance(entry := self._ready.get(), tuple):
            yield entry[0]
            del entry  # or it would be held while the next one is waited for
            self._places.release()
        if entry is not None:
            raise entry

    def stop(self) -> None:
        self._stopped = True
        self._places.release()
