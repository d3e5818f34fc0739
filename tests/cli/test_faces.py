"""`mien faces`, against the embedded stack."""

import json
import re
from pathlib import Path

import pytest

from chalicelib.local.demo_clip import write_demo_clip
from tests.cli.conftest import Mien


@pytest.fixture(scope="module")
def job_id(mien: Mien, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A finished job with a face."""
    clip = tmp_path_factory.mktemp("media") / "face.mp4"
    write_demo_clip(clip, seconds=1, fps=10)
    return mien("submit", str(clip), "--wait").stdout.strip()


def test_faces_are_shown_corrected_and_reset(mien: Mien, job_id: str) -> None:
    shown = mien("faces", job_id)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("face 0: ")
    named = mien("faces", job_id, "name", "0", "Ada Lovelace")
    assert named.stdout.startswith("face 0 Ada Lovelace: ")
    assert named.stdout.endswith("correction 1: face 0 is called Ada Lovelace\n")
    assert named.stderr == ""
    split = mien("faces", job_id, "split", "0", "0.5", "--no-wait", "--json")
    document = json.loads(split.stdout)
    new = document["corrections"][-1]["new_face_id"]
    assert mien("faces", job_id, "ignore", new).stdout.endswith(f"face {new} is left out\n")
    assert mien("faces", job_id, "undo").stdout.endswith(f"correction 2: face 0 is face {new} from 0.5 s on\n")
    assert mien("faces", job_id, "merge", new, "0").stdout.endswith(f"correction 3: face {new} is face 0\n")
    assert mien("faces", job_id, "name", "0", "").stdout.endswith("correction 4: face 0 has no name\n")
    assert mien("faces", job_id, "reset").stdout == shown.stdout


def test_a_film_without_a_face_says_so(mien: Mien, clip: Path, tmp_path: Path) -> None:
    submitted = mien("submit", str(clip), "--out", str(tmp_path))
    sentence = re.search(r"^a clip\.mp4: (No face was found in [0-9]+ frames\.)$", submitted.stdout, re.MULTILINE)
    assert sentence, submitted.stdout
    record = json.loads((tmp_path / "mien-manifest.jsonl").read_text().splitlines()[-1])
    assert mien("faces", record["job"]).stdout == f"{sentence[1]}\n"


def test_when_every_face_is_ignored_none_is_left(mien: Mien, job_id: str) -> None:
    for face in json.loads(mien("faces", job_id, "--json").stdout)["faces"]:
        shown = mien("faces", job_id, "ignore", face["face_id"])
    assert shown.stdout.startswith("No face is left.\ncorrection 1: face 0 is left out\n")
    assert mien("faces", job_id, "reset").returncode == 0


def test_an_ignored_face_is_not_left_uncovered(mien: Mien, job_id: str) -> None:
    assert mien("faces", job_id, "ignore", "0").returncode == 0
    refused = mien("render", job_id, "--video", "anonymized")
    assert refused.returncode == 1
    assert "Face 0" in refused.stderr
    assert "would not be covered" in refused.stderr
    assert mien("faces", job_id, "reset").returncode == 0


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("merge", "0"), 2, "mien faces JOB merge FACE INTO"),
        (("split", "0", "soon"), 2, "soon is no time in seconds"),
        (("rename", "0"), 2, "'rename' is not one of"),
        (("ignore", "77"), 1, "There is no face 77"),
        (("ignore", "x"), 1, "must be the id of a face"),
    ],
)
def test_what_is_wrong_is_said(mien: Mien, job_id: str, words: tuple[str, ...], status: int, sentence: str) -> None:
    refused = mien("faces", job_id, *words)
    assert (refused.returncode, refused.stdout) == (status, "")
    assert sentence in refused.stderr
