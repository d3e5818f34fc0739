"""Batches over HTTP: many files or URLs as one job, and the files sent to the media store."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

from chalicelib.domain.batches import MAX_MEMBERS
from chalicelib.domain.ids import check_id
from chalicelib.domain.intake.media_types import content_type_of
from chalicelib.domain.requests.job_options import NO_OPTIONS, OptionValues
from mien.client.direct_upload import send_upload
from mien.client.http_session import ApiError
from mien.client.job_documents import ENDED
from mien.client.job_forms import once_only
from mien.client.media_api import MediaApiClient

Medium = str | Path
"""An https URL (a text), or the path of a file."""
Note = tuple[str, str]

_POLL_S = 2.0
_AT_ONCE = 32


def create_batch(
    client: MediaApiClient,
    media: Sequence[Medium],
    name: str,
    *,
    options: OptionValues = NO_OPTIONS,
    annotations: Iterable[Note] = (),
    once: str = "",
) -> dict[str, Any]:
    """Creates a batch, whose files are still to be sent, and returns the API's JSON of it. Calls with the same `once`
    make one batch. Raises `ApiError`, or OSError for an unreadable file."""
    notes = [{"key": key, "value": value} for key, value in annotations]
    inputs = [_input(each) for each in media]
    body = {"batch": {"inputs": inputs, "name": name, "annotations": notes, **options}}
    document = client.http.json("POST", client.service_url("batches"), json=body, headers=once_only(once))
    return _checked(document)


def get_batch(client: MediaApiClient, batch: Mapping[str, Any]) -> dict[str, Any]:
    """The batch as it is now. Raises `ApiError`."""
    return _checked(client.http.json("GET", str(batch["self"])))


def find_batch(client: MediaApiClient, batch_id: str) -> dict[str, Any]:
    """The batch with that id, or with a URL that ends in it. Raises `ApiError` or `MalformedRequest`."""
    last_part = check_id(batch_id.rstrip("/").rpartition("/")[2], "batch")
    return _checked(client.http.json("GET", f"{client.service_url('batches')}/{last_part}"))


def send_files(
    open_client: Callable[[], MediaApiClient],
    batch: Mapping[str, Any],
    media: Sequence[Medium],
    *,
    parallel: int,
    on_sent: Callable[[Path, str], None] = lambda _path, _error: None,
) -> None:
    """Sends the files that the batch waits for, `parallel` at a time, each from a client of its thread's own; files
    that an earlier call has sent are left out. Calls `on_sent` with each and its error, empty if there is none: its job
    is cancelled then. Raises `ApiError`."""
    own = threading.local()

    def send(path: Path, upload: Mapping[str, Any]) -> tuple[Path, str]:
        if not hasattr(own, "client"):
            own.client = open_client()
        try:
            send_upload(own.client.http, upload, path, lambda _sent, _all: None)
        except (ApiError, OSError) as error:
            return path, str(error)
        return path, ""

    begun: set[int] = set()
    with open_client() as client, ThreadPoolExecutor(parallel) as pool:
        for some in _awaited(client, batch, begun):
            begun |= {int(each["index"]) for each in some}
            pairs = [(Path(media[int(each["index"])]), each["upload"]) for each in some]
            for path, error in pool.map(lambda pair: send(*pair), pairs):
                on_sent(path, error)


def _awaited(client: MediaApiClient, batch: Mapping[str, Any], begun: set[int]) -> Iterator[list[Mapping[str, Any]]]:
    """Yields awaited files, some at a time with fresh addresses, until there are no others to come."""

    def is_new(awaited: Mapping[str, Any]) -> bool:
        return int(awaited["index"]) not in begun

    while True:
        listed = client.http.json("GET", f"{batch['uploads']}?limit={_AT_ONCE}")
        new = list(filter(is_new, listed))
        if listed and not new:  # what was sent is still listed, which is rare; the others are on further pages
            new = list(islice(filter(is_new, client.pages(str(batch["uploads"]))), _AT_ONCE))
        if new:
            yield new
            continue
        now = get_batch(client, batch)
        if now["status"] in ENDED or now["created"] == now["count"]:
            return
        time.sleep(_POLL_S)


def _input(medium: Medium) -> dict[str, Any]:
    if isinstance(medium, str):
        return {"input_url": medium}
    name = medium.name.encode(errors="replace").decode()  # a name on the disk need not be text
    return {
        "file_name": name,
        "content_type": content_type_of(medium.name, None),
        "size_bytes": medium.stat().st_size,
    }


def check_count(count: int) -> None:
    """Raises ValueError for more inputs than a batch may have, or none."""
    if not 1 <= count <= MAX_MEMBERS:
        raise ValueError(f"A batch has 1 to {MAX_MEMBERS} inputs, not {count}.")


def _checked(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict) or not {"self", "job", "jobs", "uploads", "states"} <= set(document):
        raise ApiError("The API did not return a batch.")
    return document
