"""Something remembered of each face of a stream, in bounded memory."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Memory = TypeVar("Memory")

MAX_FACES = 200
"""Four times the most faces of a frame: who was not among the last two hundred faces is not coming back."""


class FaceMemories(Generic[Memory]):
    """A `Memory` per identity, created at first use; beyond `limit`, the least recently used one is dropped."""

    def __init__(self, make: Callable[[], Memory], *, limit: int = MAX_FACES) -> None:
        self._make = make
        self._limit = limit
        self._memories: OrderedDict[int, Memory] = OrderedDict()

    def __len__(self) -> int:
        return len(self._memories)

    def of(self, face_id: int) -> Memory:
        """Returns the memory of this face."""
        if face_id not in self._memories:
            self._memories[face_id] = self._make()
            if len(self._memories) > self._limit:
                self._memories.popitem(last=False)
        self._memories.move_to_end(face_id)
        return self._memories[face_id]
