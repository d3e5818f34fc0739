"""The drop-folder."""

from collections.abc import Callable
from typing import Protocol

from chalicelib.domain.intake.drops import DroppedObject


class DropStore(Protocol):
    """The drop-folder and the folder of its results."""

    def look(self, key: str, version_id: str | None) -> DroppedObject | None:
        """Returns this version of the object, or the latest if none is named; None if it no longer exists."""

    def take(self, dropped: DroppedObject, media_key: str, content_type: str) -> None:
        """Copies exactly these bytes to the media store, without passing them through this process.

        Raises `NotFound` if they were deleted, or replaced in a store without versions.
        """

    def publish(self, media_key: str, key: str, content_type: str, *, owner_id: str) -> None:
        """Copies an object of the media store to `key`, with `owner_id` as its metadata `OWNER`. Raises `NotFound` if
        there is no such object."""

    def say(self, key: str, sentence: str, *, owner_id: str) -> None:
        """Puts a text under `key`, likewise."""

    def unsay(self, key: str) -> None:
        """Takes a text away; none there is fine."""

    def delete_versions(self, key: str, is_own: Callable[[DroppedObject], bool]) -> None:
        """Removes for good those versions of exactly this object that `is_own`, which is shown them without tags; the
        others stay. None there is fine."""
