"""Corrected faces of a result: `results.faces().merge(2, into=0).name(0, "Anna").wait()`, then `results.again()`."""

import time
from collections.abc import Mapping
from typing import Any, Self

from chalicelib.domain.requests.number_texts import plain_number
from mien.client.http_session import ApiError, HttpSession

POLL_S = 1.0

Correction = Mapping[str, Any]
"""As the API takes it: `{"action": "merge", "face_id": "2", "into": "0"}`."""


class RemoteFaces:
    """The faces of one result. `document` is the API's JSON of them when they were last looked at or changed.

    Every method that changes them returns the same object, and raises `ApiError` if the API refuses the change.
    """

    def __init__(self, http: HttpSession, url: str) -> None:
        """Looks at the faces. Raises `ApiError`."""
        self._http = http
        self.url = url
        self.document: Mapping[str, Any] = {}
        self.look()

    @property
    def status(self) -> str:
        """Returns `queued`, `done` or `error`: whether the files follow the corrections."""
        return str(self.document.get("status"))

    @property
    def corrections(self) -> list[Correction]:
        """The corrections, in order."""
        return list(self.document.get("corrections", ()))

    @property
    def faces(self) -> list[Mapping[str, Any]]:
        """The faces after all corrections: `face_id`, `name`, `first_seen_s`, `last_seen_s`, `frames`."""
        return list(self.document.get("faces", ()))

    def look(self) -> Self:
        """Looks at the faces again. Raises `ApiError`."""
        return self._took(self._http.json("GET", self.url))

    def name(self, face_id: int | str, name: str | None) -> Self:
        """Names a face; None takes its name away."""
        return self.correct({"action": "name", "face_id": str(face_id), "name": name})

    def merge(self, face_id: int | str, into: int | str) -> Self:
        """Makes a face part of another, under whose id it is from then on."""
        return self.correct({"action": "merge", "face_id": str(face_id), "into": str(into)})

    def split(self, face_id: int | str, at_s: float) -> Self:
        """Makes what is seen from a time on, in seconds, a face of its own; the last of `corrections` has its id."""
        return self.correct({"action": "split", "face_id": str(face_id), "at_s": at_s})

    def ignore(self, face_id: int | str) -> Self:
        """Leaves a face out."""
        return self.correct({"action": "ignore", "face_id": str(face_id)})

    def correct(self, *corrections: Correction) -> Self:
        """Adds corrections, all or none of them."""
        return self._took(self._http.json("PATCH", self.url, json={"corrections": list(corrections)}))

    def undo(self) -> Self:
        """Takes the last correction back."""
        return self._took(self._http.json("PUT", self.url, json={"corrections": self.look().corrections[:-1]}))

    def reset(self) -> Self:
        """Takes all corrections back: the files are as they were measured, at once."""
        self._http.request("DELETE", self.url)
        return self.look()

    def wait(self, timeout_s: float = 600.0) -> Self:
        """Waits until the files follow the corrections. Raises `ApiError` if they cannot be written, TimeoutError."""
        give_up = time.monotonic() + timeout_s
        while self.is_waiting(give_up, timeout_s):
            time.sleep(POLL_S)
            self.look()
        return self

    def is_waiting(self, give_up: float, timeout_s: float) -> bool:
        """Returns True if the files do not follow yet. Raises as `wait` does, TimeoutError if `time.monotonic()` is
        beyond `give_up`."""
        if self.status == "error":
            raise ApiError(str(self.document.get("error") or "The files could not be written."))
        if self.status == "done":
            return False
        if time.monotonic() > give_up:
            raise TimeoutError(f"The files do not follow the corrections after {plain_number(timeout_s)} s.")
        return True

    def _took(self, document: Any) -> Self:
        if not isinstance(document, dict) or "corrections" not in document:
            raise ApiError("The API did not return the faces of a result.")
        self.document = document
        return self
