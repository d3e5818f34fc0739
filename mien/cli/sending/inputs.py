"""The inputs of `mien submit`: files, folders, https URLs; each with the place of its results."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePath

import click

from chalicelib.domain.intake.media_types import content_type_of


@dataclass(frozen=True, slots=True)
class Input:
    """One file or URL. `path` is None for a URL; `folder` is where its results go below the directory for results."""

    medium: str
    path: Path | None
    folder: PurePath

    def fingerprint(self, request: Mapping[str, object]) -> str:
        """SHA-256 in hex: the same for the same file, unchanged, with the same request."""
        about: list[object] = [self.medium, dict(request)]
        if self.path is not None:
            found = self.path.stat()
            about = [str(self.path.resolve()), found.st_size, found.st_mtime_ns, dict(request)]
        return hashlib.sha256(json.dumps(about, sort_keys=True, default=str).encode()).hexdigest()


def find_inputs(media: Iterable[str], include: tuple[str, ...], exclude: tuple[str, ...]) -> list[Input]:
    """Returns the inputs, each file once. Of a folder: every picture and video below it, or what `include` names.

    The tree of a folder is kept for its results, under the folder's name if there are several. Raises `UsageError` for
    what is not there, and for folders without any input.
    """
    media = list(dict.fromkeys(media))
    folders = [each for each in media if not is_url(each) and Path(each).is_dir()]
    found: dict[str, Input] = {}
    for medium in media:
        if is_url(medium):
            found[medium] = Input(medium, None, PurePath())
        elif medium in folders:
            below = PurePath(Path(medium).resolve().name) if len(folders) > 1 else PurePath()
            for path in _files_in(Path(medium), include, exclude):
                found.setdefault(str(path.resolve()), Input(str(path), path, below / path.parent.relative_to(medium)))
        elif Path(medium).is_file():
            found.setdefault(str(Path(medium).resolve()), Input(medium, Path(medium), PurePath()))
        else:
            raise click.UsageError(f"There is no file {medium}.")
    if not found:
        raise click.UsageError(f"There is no picture or video in {', '.join(folders)}; name others with --include.")
    return list(found.values())


def is_url(medium: str) -> bool:
    """Returns True for what the API is to fetch."""
    return medium.lower().startswith(("https://", "http://"))


def _files_in(folder: Path, include: tuple[str, ...], exclude: tuple[str, ...]) -> Iterator[Path]:
    """In the order of their names; neither hidden files nor links that lead elsewhere."""
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder)
        if any(part.startswith(".") for part in below.parts) or path.is_symlink() or not path.is_file():
            continue
        is_wanted = any(_matches(below, pattern) for pattern in include) if include else _is_media(path.name)
        if is_wanted and not any(_matches(below, pattern) for pattern in exclude):
            yield path


def _matches(below: PurePath, pattern: str) -> bool:
    return fnmatch(below.name, pattern) or fnmatch(below.as_posix(), pattern)


def _is_media(name: str) -> bool:
    return content_type_of(name, None).startswith(("video/", "image/"))
