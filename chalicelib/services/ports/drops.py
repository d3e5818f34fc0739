"""The drop-folder."""

from collections.abc import Callable
from typing import Protocol

from chalicelib.domain.intake.drops import DroppedObject


class DropStore(Protocol):
    """The drop-folder and the folder of its results."""

    def look(self, key: str, version_id: str | None) -> DroppedObject | None:
        """This version of the object, or the latest where none is named; None where it is gone."""

    def take(self, dropped: DroppedObject, media_key: str, content_type: str) -> None:
        """Makes these very bytes an object of the media store, without passing them through this process.

        Raises `NotFound` where they are gone, or replaced in a store without versions.
        """

    def publish(self, media_key: str, key: str, content_type: str, *, owner_id: str) -> None:
        """Puts a copy of an object of the media store under `key`, with `owner_id` as its metadata `OWNER`. Raises
        `NotFound` where there is none."""

    def say(self, key: str, sentence: str, *, owner_id: str) -> None:
        """Puts a text under `key`, likewise."""

    def unsay(self, key: str) -> None:
        """Takes a text away; none there is fine."""

    def delete_versions(self, key: str, is_own: Callable[[DroppedObject], bool]) -> None:
        """Removes for good those versions of exactly this object that `is_own`, which is shown them without tags; the
        others stay. None there is fine."""
