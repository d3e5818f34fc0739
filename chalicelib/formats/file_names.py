"""The file names of results."""

import unicodedata

from chalicelib.domain.entries import MAX_FILE_NAME_CHARACTERS
from chalicelib.domain.requests.result_formats import PICTURE_CONTENT_TYPE, ResultVideo

_MAX_EXTENSION_CHARACTERS = 16
"""Longest text after the last dot that counts as an extension: `.mp4` does, several words do not."""


def result_file_name(input_file_name: str, suffix: str) -> str:
    """`input_file_name` followed by `suffix`, at most 255 characters.

    If that is too long, the stem of the input's name is shortened and its extension kept:
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


def film_file_name(input_file_name: str, video: ResultVideo, content_type: str) -> str:
    """The name of the film of this kind: `clip.mp4-annotated.mp4`, or of a still picture `face.png-annotated.jpg`."""
    ending = "jpg" if content_type == PICTURE_CONTENT_TYPE else "mp4"
    return result_file_name(input_file_name, f"-{video}.{ending}")


def _cut(text: str, length: int) -> str:
    """The first `length` characters, less a letter at the cut whose accents would be lost."""
    if len(text) <= length:
        return text
    end = length
    while end > 0 and unicodedata.category(text[end]).startswith("M"):
        end -= 1
    return text[: end or length]
