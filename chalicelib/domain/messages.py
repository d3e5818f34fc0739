"""A job message as text, for the queue."""

import json

from chalicelib.domain.ids import check_id
from chalicelib.domain.jobs import JobMessage
from chalicelib.errors import MalformedRequest, translated

MESSAGE_VARIABLE = "MIEN_JOB_MESSAGE"
"""The environment variable in which a batch process is given its message."""

_KEYS = {"account_id", "job_id", "run"}


def encode_message(message: JobMessage) -> str:
    """`{"account_id": ..., "job_id": ..., "run": ...}` as JSON."""
    return json.dumps({"account_id": message.account_id, "job_id": message.job_id, "run": message.run})


def decode_message(text: str) -> JobMessage:
    """The inverse of `encode_message`. Raises ValueError for every other text."""
    with translated(RecursionError, into=ValueError("a job message is a flat JSON object, not a nested one")):
        content = json.loads(text, object_pairs_hook=_without_repeats)
    if not isinstance(content, dict) or set(content) != _KEYS:
        raise ValueError("a job message is a JSON object with account_id, job_id and run, and nothing else")
    account_id, job_id, run = content["account_id"], content["job_id"], content["run"]
    if not isinstance(account_id, str) or not account_id:
        raise ValueError("a job message's account_id is a text that is not empty")
    if type(run) is not int or run < 1:  # a bool is an int too, but no count
        raise ValueError("a job message's run is a whole number from 1")
    return JobMessage(account_id, _job_id(job_id), run)


def _job_id(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a job message's job_id is a text")  # noqa: TRY004  # one error for all that is no message
    with translated(MalformedRequest, into=ValueError("a job message's job_id is not an id")):
        return check_id(value, "job")


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a job message states each key once")
    return content
