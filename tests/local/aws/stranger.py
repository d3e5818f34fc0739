"""Tries what another user of this machine can try, with the standard library only: prints one status per attempt.

Arguments: the address of the AWS, that of Batch, a directory, a process id, and a file that must not come to be.
"""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path

_GUESS = (
    "AWS4-HMAC-SHA256 Credential=embedded/20260101/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=" + "0" * 64
)


def main() -> None:
    """Tries everything and tells."""
    aws, batch, directory, process_id, witness = sys.argv[1:]
    job = {
        "jobName": "x",
        "arrayProperties": {"size": 1},
        "containerOverrides": {"environment": [{"name": "PYTHONSTARTUP", "value": witness}]},
    }
    tried = {
        "submit": _ask(f"{batch}/v1/submitjob", json.dumps(job).encode(), "text/plain"),
        "submit signed": _ask(f"{batch}/v1/submitjob", json.dumps(job).encode(), authorization=_GUESS.format("batch")),
        "buckets": _ask(f"{aws}/"),
        "objects": _ask(f"{aws}/mien-media?list-type=2"),
        "object": _ask(f"{aws}/mien-media/secret"),
        "rows": _ask(f"{aws}/", b'{"TableName": "mien"}', target="DynamoDB_20120810.Scan"),
        "rows signed": _ask(
            f"{aws}/",
            b'{"TableName": "mien"}',
            target="DynamoDB_20120810.Scan",
            authorization=_GUESS.format("dynamodb"),
        ),
        "queues": _ask(f"{aws}/", b"Action=ListQueues&Version=2012-11-05", "application/x-www-form-urlencoded"),
        "reset": _ask(f"{aws}/moto-api/reset", b""),
        "everything": _ask(f"{aws}/moto-api/data.json"),
        "files": _read(lambda: [path.read_bytes() for path in Path(directory).rglob("*") if path.is_file()]),
        "directory": _read(lambda: list(Path(directory).iterdir())),
        "environment": _read(Path("/proc", process_id, "environ").read_bytes),
    }
    print(json.dumps(tried))  # noqa: T201  # this is what it is for


def _ask(
    url: str, body: bytes | None = None, kind: str = "application/json", target: str = "", authorization: str = ""
) -> int | str:
    headers = {"Content-Type": kind, "Origin": "https://elsewhere.example"}
    headers |= {"X-Amz-Target": target} if target else {}
    headers |= {"Authorization": authorization} if authorization else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=20) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError as error:
        return str(error)


def _read(action: object) -> str:
    try:
        found = action()  # type: ignore[operator]  # one of the two above
    except OSError as error:
        return type(error).__name__
    return "read" if found else "nothing"


if __name__ == "__main__":
    main()
