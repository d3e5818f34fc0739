"""The pages of `docs/recipes/`: each is run, and what it prints is compared with the summary."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from chalicelib.local.demo_clip import write_demo_clip
from chalicelib.local.workers.supervisor import REPOSITORY
from tests.shared_stack import ApiUser

_PAGES = {path.stem: path.read_text(encoding="utf-8") for path in (REPOSITORY / "docs" / "recipes").glob("*.md")}
_CODE = re.compile(r"```(?:python|r)\n(.*?)```", re.DOTALL)
_LINE = re.compile(r"face (\w+): smile ([\d.]+) in ([\d.]+) s")


@pytest.fixture(scope="module")
def environment(api_user: ApiUser) -> dict[str, str]:
    login = {"MIEN_URL": api_user.index_url, "MIEN_USER": api_user.name, "MIEN_PASSWORD": api_user.password}
    paths = filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")])
    return {"PYTHONPATH": ":".join(paths), "PATH": "/usr/local/bin:/usr/bin:/bin", **login}


@pytest.fixture(scope="module")
def measured(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the results of a clip."""
    directory = tmp_path_factory.mktemp("measured")
    clip = directory / "clip.mp4"
    write_demo_clip(clip)
    command = [sys.executable, "-m", "mien.cli", "submit", str(clip), "--out", str(directory / "results")]
    subprocess.run(command, check=True, env={**environment, "HOME": str(directory)}, capture_output=True)
    return directory


@pytest.fixture
def summary(measured: Path) -> Any:
    (path,) = (measured / "results").glob("*-summary.json")
    return json.loads(path.read_text())


def _run(name: str, measured: Path, environment: dict[str, str], directory: Path) -> str:
    """Runs the program of a page, and returns what it prints."""
    shutil.copytree(measured / "results", directory / "results")
    (code,) = _CODE.findall(_PAGES[name])
    (directory / "recipe").write_text(code)
    interpreter = shutil.which("Rscript") if name == "r" else sys.executable
    if interpreter is None:
        pytest.skip("there is no Rscript")
    if name in ("pandas", "polars", "duckdb") and importlib.util.find_spec(name) is None:
        pytest.skip(f"there is no {name}")
    ran = subprocess.run(
        [interpreter, "recipe"],
        cwd=directory,
        env={**environment, "HOME": str(directory)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_every_tool_has_its_page_and_is_in_the_list() -> None:
    assert set(_PAGES) == {"pandas", "polars", "duckdb", "r", "elan", "webvtt", "label-studio"}
    listed = (REPOSITORY / "docs" / "recipes.md").read_text(encoding="utf-8")
    assert all(f"(recipes/{name}.md)" in listed for name in _PAGES)


@pytest.mark.parametrize("name", ["pandas", "polars", "duckdb", "r"])
def test_means_are_those_of_the_summary(
    name: str, measured: Path, environment: dict[str, str], summary: Any, tmp_path: Path
) -> None:
    found = {
        face: (float(mean), float(seconds))
        for face, mean, seconds in _LINE.findall(_run(name, measured, environment, tmp_path))
    }
    faces = {face["face_id"]: face for face in summary["faces"] if face["valid_frames"]}
    assert set(found) == set(faces)
    for face_id, (mean, seconds) in found.items():
        assert mean == pytest.approx(faces[face_id]["metrics"]["smile"]["mean"], abs=0.05)
        if faces[face_id]["valid_frames"] == faces[face_id]["frames"]:
            assert seconds == pytest.approx(faces[face_id]["seconds"], abs=0.05)


@pytest.mark.parametrize(("name", "sign"), [("elan", "face {} {} "), ("webvtt", "face {}: {} (peak")])
def test_every_event_is_exported(
    name: str, sign: str, measured: Path, environment: dict[str, str], summary: Any, tmp_path: Path
) -> None:
    printed = _run(name, measured, environment, tmp_path)
    events = [(face["face_id"], event["event"]) for face in summary["faces"] for event in face["events"]]
    assert events
    for face_id, event in events:
        assert sign.format(face_id, event) in printed


def test_label_studio_gets_every_event_once_within_the_video(
    measured: Path, environment: dict[str, str], summary: Any, tmp_path: Path
) -> None:
    printed = _run("label-studio", measured, environment, tmp_path)
    (task,) = json.loads((tmp_path / "tasks.json").read_text())
    results = task["predictions"][0]["result"]
    count = sum(len(face["events"]) for face in summary["faces"])
    assert count > 0
    assert len(results) == count == int(printed.split()[0])
    interface = ET.parse(tmp_path / "label-studio.xml").getroot()  # noqa: S314  # just written
    labels = {label.attrib["value"] for label in interface.iter("Label")}
    controls = {node.attrib["name"]: node for node in interface if "name" in node.attrib}
    for result in results:
        assert controls[result["from_name"]].attrib["toName"] == result["to_name"] in controls
        assert set(result["value"]["timelinelabels"]) <= labels
        (span,) = result["value"]["ranges"]
        assert 1 <= span["start"] <= span["end"] <= summary["media"]["frames"] + 1
