"""Cursors of searches by annotation (the end of a page, in the order of the indexes: `<entry id>#<id>`), and of the
annotations of one entry."""

from chalicelib.domain.ids import check_id, derived_id
from chalicelib.errors import MalformedRequest

_ID_CHARACTERS = 26
_FIRST_ID = "0" * _ID_CHARACTERS


def entry_of(position: str) -> str:
    """The entry at a position of the indexes."""
    return position[:_ID_CHARACTERS]


def end_of(entry_id: str) -> str:
    """The position behind all annotations of an entry, as the indexes are read from the newest on."""
    return f"{entry_id}#{_FIRST_ID}"


def encode_cursor(account_id: str, position: str) -> str:
    """Both ids, then 16 characters that follow from them and the account; see `lists`."""
    entry_id, annotation_id = position.split("#")
    return entry_id + annotation_id + derived_id(entry_id, "annotation cursor", annotation_id, account_id)[-16:]


def decode_cursor(account_id: str, cursor: str) -> str:
    """The position. Raises `MalformedRequest` for a text not made for this account."""
    entry_id = check_id(cursor[:_ID_CHARACTERS], "cursor")
    annotation_id = check_id(cursor[_ID_CHARACTERS : 2 * _ID_CHARACTERS], "cursor")
    position = f"{entry_id}#{annotation_id}"
    if cursor != encode_cursor(account_id, position):
        raise _foreign()
    return position


def encode_list_cursor(account_id: str, entry_id: str, annotation_id: str) -> str:
    """The id of the page's last annotation, then 16 characters that follow from it, the entry and the account."""
    return annotation_id + derived_id(annotation_id, "annotations cursor", entry_id, account_id)[-16:]


def decode_list_cursor(account_id: str, entry_id: str, cursor: str) -> str:
    """The id of the last annotation before the cursor. Raises `MalformedRequest` for a text not made for this list."""
    annotation_id = check_id(cursor[:_ID_CHARACTERS], "cursor")
    if cursor != encode_list_cursor(account_id, entry_id, annotation_id):
        raise _foreign()
    return annotation_id


def _foreign() -> MalformedRequest:
    return MalformedRequest("This cursor does not continue this list; follow the Link header of the last page.")
