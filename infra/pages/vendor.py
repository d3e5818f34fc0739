"""`make vendor`: puts the libraries of the console and of its tests into their folders, as npm has them.

`vendor.json` next to this file pins each package by version and by the integrity that npm states (SHA-512 of its
archive); nothing is accepted without it. Needs the `npm` client; the product does not.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PINS = Path(__file__).with_name("vendor.json")
ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "chalicelib" / "console" / "vendor"


class VendorError(Exception):
    """A package is not what was pinned."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A package: name and version on npm, integrity of its archive, which of its files are taken as what, their
    digests, and their folder in the repository."""

    package: str
    version: str
    integrity: str
    files: dict[str, str]
    sha256: dict[str, str]
    folder: str = "chalicelib/console/vendor"

    @property
    def path(self) -> Path:
        """Returns the folder of its files."""
        return ROOT / self.folder


def load_pins(path: Path = PINS) -> tuple[Pin, ...]:
    """Returns what is pinned."""
    return tuple(Pin(**each) for each in json.loads(path.read_text(encoding="utf-8")))


def integrity_of(archive: bytes) -> str:
    """Returns the Subresource Integrity text of an archive, as npm states it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()


def files_of(pin: Pin, archive_path: Path) -> Iterator[tuple[str, bytes]]:
    """Yields the wanted files with their new names. Raises `VendorError` for another archive or a missing file."""
    found = integrity_of(archive_path.read_bytes())
    if found != pin.integrity:
        raise VendorError(f"{pin.package} {pin.version} has the integrity {found}, but {pin.integrity} is pinned.")
    with tarfile.open(archive_path) as archive:
        for inside, name in pin.files.items():
            member = archive.extractfile(f"package/{inside}")
            if member is None:
                raise VendorError(f"{pin.package} {pin.version} has no file {inside}.")
            yield name, member.read()


def fetch(pin: Pin, folder: Path) -> Path:
    """Returns the archive of a package, fetched by npm. Raises `VendorError`."""
    command = ["npm", "pack", "--silent", f"{pin.package}@{pin.version}"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - fixed
    except OSError as error:
        raise VendorError(f"npm cannot be started ({error}); install Node.js with npm.") from error
    if done.returncode != 0:
        raise VendorError(f"npm could not fetch {pin.package} {pin.version}: {done.stderr.strip()}")
    return folder / done.stdout.strip()


def main() -> int:
    """Runs the command; returns 0, or 1 after an error's message on stderr."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            for pin in load_pins():
                pin.path.mkdir(exist_ok=True)
                for name, content in files_of(pin, fetch(pin, Path(folder))):
                    (pin.path / name).write_bytes(content)
                    print(f"{name}: {len(content):,} bytes of {pin.package} {pin.version}")
    except VendorError as error:
        print(f"The libraries were not updated: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
