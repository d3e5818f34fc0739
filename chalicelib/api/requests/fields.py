"""Form fields that several routes take."""

from chalicelib.api.requests.forms import Form
from chalicelib.errors import Invalid

DATA_SPLIT = "entry[data_split]"
_MAX_DATA_SPLIT_CHARACTERS = 255


def data_split_of(form: Form) -> str | None:
    """Returns the client's label for a part of a data set. Raises `Invalid` if it is too long."""
    return check_data_split(form.fields.get(DATA_SPLIT))


def check_data_split(text: str | None) -> str | None:
    """A data_split as it is stored; an empty one is none. Raises `Invalid` for a long text."""
    if text and len(text) > _MAX_DATA_SPLIT_CHARACTERS:
        raise Invalid(f"The data_split has {len(text)} characters; at most {_MAX_DATA_SPLIT_CHARACTERS} are stored.")
    return text or None
