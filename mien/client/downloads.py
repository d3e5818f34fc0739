"""Result files onto the disk, whole or not at all."""

import hashlib
import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import BinaryIO

import requests

from mien.client.download_names import safe_file_name
from mien.client.http_session import ApiError, HttpSession
from mien.client.job_documents import RemoteFile

_CHUNK_BYTES = 256 * 1024


def download_files(
    http: HttpSession, files: Iterable[RemoteFile], directory: Path, taken: Collection[str] = ()
) -> dict[Path, RemoteFile]:
    """Writes every file into `directory`, replacing files of the same name, and returns their paths. A file gets its
    name once it is complete; one whose name is `taken` gets a number. Raises `ApiError`, or OSError of the disk."""
    directory.mkdir(parents=True, exist_ok=True)
    downloaded: dict[Path, RemoteFile] = {}
    for file in files:
        target = directory / safe_file_name(file.file_name, {*taken, *(path.name for path in downloaded)})
        download_file(http, file, target)
        downloaded[target] = file
    return downloaded


def download_file(http: HttpSession, file: RemoteFile, target: Path) -> None:
    """Writes one file; it gets its name once it is complete. Raises as `download_files` does."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".download-") as directory:
        part = Path(directory, "part")
        with part.open("wb") as stream:
            sha256 = _stream(http, file.media_url, stream)
        if file.sha256 and sha256 != file.sha256:
            raise ApiError(f"{file.file_name} arrived damaged; download it again.")
        part.replace(target)


def _stream(http: HttpSession, url: str, target: BinaryIO) -> str:
    """Follows the redirect to the bytes and returns their SHA-256."""
    digest = hashlib.sha256()
    with http.request("GET", url, stream=True) as answer:
        try:
            for chunk in answer.iter_content(_CHUNK_BYTES):
                digest.update(chunk)
                target.write(chunk)
        except requests.RequestException as failure:
            raise ApiError("The connection was lost during the download; try again.") from failure
    return digest.hexdigest()
