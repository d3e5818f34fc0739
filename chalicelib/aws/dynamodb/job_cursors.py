"""The cursors of job lists: the last position of a page, usable only by the account it was created for."""

from chalicelib.domain.ids import check_id, derived_id
from chalicelib.errors import MalformedRequest

_ID_CHARACTERS = 26


def encode_cursor(account_id: str, job_id: str) -> str:
    """The job's id, then 16 characters that follow from it and the account.

    They catch mistakes and are no signature: the account is never read from a cursor, so that a forged one can do
    no more than begin the caller's own list elsewhere.
    """
    return job_id + derived_id(job_id, "cursor", account_id)[-16:]


def decode_cursor(account_id: str, cursor: str) -> str:
    """The id of the last job before the cursor. Raises `MalformedRequest` for a text not made for this account."""
    job_id = check_id(cursor[:_ID_CHARACTERS], "cursor")
    if cursor != encode_cursor(account_id, job_id):
        raise MalformedRequest("This cursor does not continue this list; follow the Link header of the last page.")
    return job_id
