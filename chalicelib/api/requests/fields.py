"""Form fields that several routes take."""

from chalicelib.api.requests.forms import Form
from chalicelib.domain.retention import check_kept_s
from chalicelib.errors import Invalid

DATA_SPLIT = "entry[data_split]"
_MAX_DATA_SPLIT_CHARACTERS = 255
_EXPIRES_IN = "entry_job[expires_in]"


def data_split_of(form: Form) -> str | None:
    """What part of a data set the media belongs to, in the client's own words. Raises `Invalid` for a long text."""
    return check_data_split(form.fields.get(DATA_SPLIT))


def check_data_split(text: str | None) -> str | None:
    """A data_split as it is stored; an empty one is none. Raises `Invalid` for a long text."""
    if text and len(text) > _MAX_DATA_SPLIT_CHARACTERS:
        raise Invalid(f"The data_split has {len(text)} characters; at most {_MAX_DATA_SPLIT_CHARACTERS} are stored.")
    return text or None


def expires_in_of(form: Form) -> int | None:
    """For how many seconds the job is to be kept, None where the client does not say. Raises `Invalid`."""
    text = form.fields.get(_EXPIRES_IN)
    if not text:
        return None
    return check_expires_in(int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else -1)


def check_expires_in(seconds: int | None) -> int | None:
    """A time to be kept that can be. Raises `Invalid`."""
    return None if seconds is None else check_kept_s(seconds, "expires_in")
