"""Lambda functions that the worker process runs in the tests. Each writes what it sees into a diary file."""

import json
import os
import time
from pathlib import Path
from typing import Any

DIARY_VARIABLE = "TEST_DIARY"


def succeed(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Processes everything."""
    _note("done", event)
    return {"batchItemFailures": []}


def fail(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Asks for every message again."""
    _note("failed", event)
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in event["Records"]]}


def hang_once(event: dict[str, Any], _context: object) -> None:
    """Never comes back from the first delivery; processes the second."""
    if _receives(event) > 1:
        _note("done", event)
        return
    _note("started", event)
    try:
        time.sleep(600)
    finally:
        _note("unwound", event)


def take_four_seconds(event: dict[str, Any], _context: object) -> None:
    """Works for longer than the tests' visibility timeout."""
    _note("started", event)
    time.sleep(4)
    _note("done", event)


def warm_up() -> None:
    """Stands for the loading of models."""
    _write({"what": "warm"})


def read_diary(path: Path) -> list[dict[str, Any]]:
    """Returns what the functions wrote, in order; a line that is still being written is left out."""
    if not path.exists():
        return []
    text = path.read_text()
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def _note(what: str, event: dict[str, Any]) -> None:
    for record in event["Records"]:
        _write({"what": what, "body": record["body"], "receives": _receives(event), "source": record["eventSource"]})


def _receives(event: dict[str, Any]) -> int:
    return int(event["Records"][0]["attributes"]["ApproximateReceiveCount"])


def _write(line: dict[str, Any]) -> None:
    with Path(os.environ[DIARY_VARIABLE]).open("a") as diary:
        diary.write(json.dumps({**line, "pid": os.getpid()}) + "\n")
