"""The members of JSON objects that clients send: one that does not exist is refused, not ignored in silence."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from chalicelib.errors import Invalid

_SHOWN_CHARACTERS = 60


def check_members(owner: str, given: Iterable[str], known: Collection[str], *, only_new: Collection[str] = ()) -> None:
    """Raises `Invalid` for the first of `given` that is not `known`, with the name that was perhaps meant, or all.
    `only_new`: members that such an object has while it is created, but that cannot be changed."""
    for name in given:
        if name not in known and name in only_new:
            raise Invalid(f'The member "{name}" is for new jobs only; it cannot be changed afterwards.')
        if name not in known:
            shown = name[:_SHOWN_CHARACTERS]
            near = get_close_matches(shown, known, n=1)
            hint = f'perhaps you mean "{near[0]}".' if near else f"use one of: {', '.join(known)}."
            raise Invalid(f'{owner} has no member "{shown}"; {hint}')
