"""Every route with the ids of another account, driven by the table of routes: a new route is covered by being there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests

from chalicelib.api.application import ROUTES
from chalicelib.api.routes import Route
from tests.api.api_server import Client

_PARAMETER = re.compile(r"\{(\w+)\}")

# A body of each kind, as any route asks for it: what a view reads before it looks for the thing itself is right in one
# of them.
_FIELDS = {
    "entry_job[name]": "no-op",
    "entry[data_split]": "theirs",
    "annotation[key]": "theirs",
    "annotation[value]": "theirs",
    "correction[action]": "ignore",
    "correction[face_id]": "0",
}
_FILES = ("entry_job[input]", "entry_job[result]", "entry[media]", "media")
_JSON = {
    "entry_job": {"name": "no-op"},
    "entry": {"data_split": "theirs"},
    "annotation": {"key": "theirs", "value": "theirs"},
    "batch": {"status": "cancelled"},
    "corrections": [{"action": "ignore", "face_id": "0"}],
    "parts": [{"number": 1, "etag": '"0"'}],
}


def _bodies() -> Iterator[dict[str, Any]]:
    yield {}
    yield {"data": _FIELDS}
    yield {"data": _FIELDS, "files": dict.fromkeys(_FILES, ("theirs.mp4", b"abc"))}
    yield from ({"json": {name: resource}} for name, resource in _JSON.items())


@dataclass(frozen=True)
class Probe:
    """One method of one route whose path names things."""

    method: str
    route: Route

    def __str__(self) -> str:
        return f"{self.method} {self.route.path}"

    def path(self, ids: dict[str, str]) -> str:
        """The route's path to the things that `ids` name."""
        return _PARAMETER.sub(lambda match: ids[match[1]], self.route.path)

    def answers(self, client: Client, ids: dict[str, str]) -> list[requests.Response]:
        """Returns what the client gets, for each kind of body."""
        return [client.call(self.method, self.path(ids), **body) for body in _bodies()]


PROBES = [Probe(method, route) for route in ROUTES if _PARAMETER.search(route.path) for method in route.methods]


def make_things(owner: Client) -> dict[str, str]:
    """One of everything that a path can name, by the name of the parameter."""
    job = owner.call("PATCH", owner.send_job().json()["self"], files={"entry_job[result]": ("r.json", b"{}")}).json()
    (file,) = job["input"]["representations"]
    note = {"annotation": {"key": "mine", "value": "mine"}}
    annotation = owner.call("POST", job["input"]["annotations"], json=note).json()
    announced = {"batch": {"inputs": [{"file_name": "clip.mp4", "size_bytes": 5}]}}
    batch = owner.call("POST", "/batches", json=announced).json()
    named = {"job": job, "entry": job["input"], "representation": file, "annotation": annotation, "batch": batch}
    return {f"{noun}_id": document["self"].rpartition("/")[2] for noun, document in named.items()}


def seen_by(owner: Client, ids: dict[str, str]) -> list[object]:
    """All that the owner sees of them."""
    paths = ("/jobs", "/entries/{entry_id}", "/entries/{entry_id}/annotations", "/jobs/{job_id}", "/batches/{batch_id}")
    return [owner.call("GET", path.format(**ids)).json() for path in paths]
