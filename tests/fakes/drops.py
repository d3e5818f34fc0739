"""The drop-folder."""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

from chalicelib.domain.intake.drops import OWNER, DroppedObject
from tests.fakes.kept import found_row
from tests.fakes.media import FakeMedia, FakeObject


class FakeDrops:
    """The port `DropStore`, over the objects of `media`. `put` is what someone does who drops a file."""

    def __init__(self, media: FakeMedia, clock: Callable[[], datetime]) -> None:
        self._media = media
        self._clock = clock
        self._versions: dict[str, list[DroppedObject]] = {}
        self._bodies: dict[tuple[str, str | None], FakeObject] = {}
        self._numbers = count()
        self._lock = threading.Lock()

    def put(
        self,
        key: str,
        body: bytes,
        *,
        content_type: str | None = None,
        metadata: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> str:
        """Writes the object and returns its version."""
        with self._lock:
            versions = self._versions.setdefault(key, [])
            version_id = f"version-{next(self._numbers)}"
            etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
            versions.append(
                DroppedObject(
                    key,
                    version_id,
                    etag,
                    len(body),
                    content_type,
                    self._clock(),
                    dict(metadata or {}),
                    dict(tags or {}),
                )
            )
            self._bodies[key, version_id] = FakeObject(body, content_type or "")
            return version_id

    def kept(self, key: str) -> tuple[DroppedObject, ...]:
        """Every version of the object, dropped or shown, oldest first; also what is hidden."""
        with self._lock:
            return tuple(self._versions.get(key, ()))

    def remove(self, key: str) -> None:
        """Removes the object with all versions."""
        with self._lock:
            self._versions.pop(key, None)
            self._bodies = {place: body for place, body in self._bodies.items() if place[0] != key}

    def look(self, key: str, version_id: str | None) -> DroppedObject | None:
        with self._lock:
            versions = self._versions.get(key, [])
            return next((each for each in reversed(versions) if version_id in (None, each.version_id)), None)

    def take(self, dropped: DroppedObject, media_key: str, content_type: str) -> None:
        with self._lock:
            found = found_row(self._bodies.get((dropped.key, dropped.version_id)), "file")
            self._media.objects[media_key] = FakeObject(found.body, content_type)

    def publish(self, media_key: str, key: str, content_type: str, *, owner_id: str) -> None:
        found = found_row(self._media.objects.get(media_key), "result")
        self._show(key, found.body, content_type, owner_id)

    def say(self, key: str, sentence: str, *, owner_id: str) -> None:
        self._show(key, f"{sentence}\n".encode(), "text/plain; charset=utf-8", owner_id)

    def _show(self, key: str, body: bytes, content_type: str, owner_id: str) -> None:
        version_id = self.put(key, body, content_type=content_type, metadata={OWNER: owner_id})
        with self._lock:
            self._media.objects[key] = self._bodies[key, version_id]

    def unsay(self, key: str) -> None:
        with self._lock:
            self._media.objects.pop(key, None)

    def delete_versions(self, key: str, is_own: Callable[[DroppedObject], bool]) -> None:
        with self._lock:
            versions = self._versions.get(key, [])
            left = [each for each in versions if not is_own(replace(each, tags={}))]
            for gone in set(self._ids(versions)) - set(self._ids(left)):
                del self._bodies[key, gone]
            self._versions[key] = left
            if key in self._media.objects and left:
                self._media.objects[key] = self._bodies[key, left[-1].version_id]
            elif not left:
                self._media.objects.pop(key, None)

    def _ids(self, versions: Sequence[DroppedObject]) -> list[str | None]:
        return [each.version_id for each in versions]
