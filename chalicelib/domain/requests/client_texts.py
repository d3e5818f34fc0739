"""Names and texts that clients give, and what in them deceives: a spreadsheet that takes a name for a formula, a reader
who sees its letters in another order than they are in."""

import re
from unicodedata import category, normalize

_FORMULA = re.compile("[=+\\-@\t\r\n\u2212]")
"""What formulas begin with. NFKC turns wide and small forms, of which some spreadsheets make formulas, into these."""
_OVERRIDES = frozenset("\u202d\u202e")
_OPENING = {"\u202a": "\u202c", "\u202b": "\u202c", "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}
_CLOSING = frozenset(_OPENING.values())
_REORDERING = frozenset((*_OVERRIDES, *_OPENING, *_CLOSING))
REORDERING = "controls that set the order of letters, such as U+202E"
"""What a message calls them."""
_SKIPPED = frozenset(("Cf", "Zs"))


def begins_as_formula(text: str) -> bool:
    """Returns True if a spreadsheet may take the text for a formula, also if spaces or invisible signs come first."""
    first = next((character for character in text if category(character) not in _SKIPPED), "")
    return _FORMULA.match(normalize("NFKC", first)) is not None


def text_cell(text: str) -> str:
    """Returns a client's text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if begins_as_formula(text) else text


def has_reordering(text: str) -> bool:
    """Returns True for a name with controls that set the order of letters (U+202A to U+202E, U+2066 to U+2069), which
    make `gpj.exe` of `exe.jpg`. Names from right to left need none; their letters and marks say how they run."""
    return not _REORDERING.isdisjoint(text)


def without_reordering(text: str) -> str:
    """Returns the name without such controls."""
    return "".join(character for character in text if character not in _REORDERING)


def reorders_others(text: str) -> bool:
    """Returns True for a text that reverses letters, or has a control that is not closed and so sets the order of what
    is written next to it. A text of its own may need closed ones."""
    waiting: list[str] = []
    for character in text:
        if character in _OVERRIDES:
            return True
        if character in _OPENING:
            waiting.append(_OPENING[character])
        elif character in _CLOSING and (not waiting or waiting.pop() != character):
            return True
    return bool(waiting)
