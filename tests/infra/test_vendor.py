"""The console's libraries are what `vendor.json` pins."""

import hashlib
import io
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from infra.pages.vendor import FOLDER, Pin, VendorError, files_of, integrity_of, load_pins


@pytest.mark.parametrize("pin", load_pins(), ids=lambda pin: pin.package)
def test_what_is_in_the_package_is_what_was_pinned(pin: Pin) -> None:
    assert set(pin.sha256) == set(pin.files.values())
    for name, digest in pin.sha256.items():
        assert hashlib.sha256((pin.path / name).read_bytes()).hexdigest() == digest


def test_nothing_else_is_there_and_each_has_its_licence() -> None:
    folders = {pin.path for pin in load_pins()}
    assert FOLDER in folders
    for folder in folders:
        pinned = {name for pin in load_pins() if pin.path == folder for name in pin.files.values()}
        assert {path.name for path in folder.iterdir()} == pinned
    assert all(any(name.endswith(".LICENSE") for name in pin.files.values()) for pin in load_pins())


def test_another_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "package.tgz"
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("package/a.js")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"a()"))
    pin = Pin("a", "1.0.0", integrity_of(path.read_bytes()), {"a.js": "a.js"}, {})
    assert list(files_of(pin, path)) == [("a.js", b"a()")]
    with pytest.raises(VendorError, match="is pinned"):
        list(files_of(replace(pin, integrity="sha512-other"), path))
