"""What clients see a result called."""

import unicodedata

from chalicelib.domain.entries import MAX_FILE_NAME_CHARACTERS

_MAX_EXTENSION_CHARACTERS = 16
"""What follows the last dot counts as an extension up to this length; `.mp4` does, half a sentence does not."""


def result_file_name(input_file_name: str, suffix: str) -> str:
    """`input_file_name` followed by `suffix`, at most 255 characters.

    Where that is too long the input's name loses characters at the end of its stem, so that its extension stays:
    `<long stem>.mp4-metrics.json`.
    """
    room = MAX_FILE_NAME_CHARACTERS - len(suffix)
    if len(input_file_name) <= room:
        return input_file_name + suffix
    stem, dot, extension = input_file_name.rpartition(".")
    if len(extension) > _MAX_EXTENSION_CHARACTERS:  # without a dot it is the whole name
        return _cut(input_file_name, room) + suffix
    ending = dot + extension
    return _cut(stem, room - len(ending)) + ending + suffix


def _cut(text: str, length: int) -> str:
    """The first `length` characters, less a letter at the cut whose accents would be lost."""
    if len(text) <= length:
        return text
    end = length
    while end > 0 and unicodedata.category(text[end]).startswith("M"):
        end -= 1
    return text[: end or length]
