"""Form fields and JSON members that several routes take: an entry's labels, `source` and `data_split`."""

from collections.abc import Mapping
from typing import Final

from chalicelib.api.requests.forms import Form
from chalicelib.api.requests.json_bodies import text_of
from chalicelib.domain.requests.client_texts import REORDERING, reorders_others
from chalicelib.errors import Invalid

LABELS: Final = ("source", "data_split")
_MAX_CHARACTERS = 255


def form_labels(form: Form) -> dict[str, str | None]:
    """Returns those of an entry's labels that the form has, as they are stored. Raises `Invalid` for a long one."""
    given = {name: form.fields.get(f"entry[{name}]") for name in LABELS}
    return {name: check_label(name, text) for name, text in given.items() if text is not None}


def json_labels(resource: Mapping[str, object]) -> dict[str, str | None]:
    """Does the same for the members of a JSON object."""
    return {name: check_label(name, text_of(resource, name)) for name in LABELS if name in resource}


def check_label(name: str, text: str | None) -> str | None:
    """A label as it is stored; an empty one is none. Raises `Invalid` for a long text."""
    if text and len(text) > _MAX_CHARACTERS:
        raise Invalid(f"The {name} has {len(text)} characters; at most {_MAX_CHARACTERS} are stored.")
    if text and reorders_others(text):
        raise Invalid(f"The {name} contains {REORDERING}; remove them.")
    return text or None
