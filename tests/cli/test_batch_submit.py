"""`mien submit --batch` against the whole stack."""

import csv
import json
from pathlib import Path

from PIL import Image

from mien.client.media_api import MediaApiClient
from tests.cli.conftest import Mien
from tests.media_factory import image_bytes


def _pictures(folder: Path, count: int) -> Path:
    folder.mkdir()
    for place in range(count):
        picture = image_bytes(Image.new("RGB", (64, 48), (40 * place, 90, 120)), "PNG")
        (folder / f"{place}.png").write_bytes(picture)
    return folder


def test_a_folder_becomes_one_batch_with_one_table(mien: Mien, client: MediaApiClient, tmp_path: Path) -> None:
    folder, out = _pictures(tmp_path / "shoot", 3), tmp_path / "out"
    (folder / "=bad.jpg").write_bytes(b"no picture")
    command = ("submit", str(folder), "--batch", "--annotate", "shoot=monday", "--out", str(out))
    done = mien(*command)
    assert done.returncode == 3, done.stderr  # one of the jobs has failed
    assert "3 done, 1 error" in done.stderr
    batch_id, result = done.stdout.splitlines()
    assert result == f"Result: {out / 'batch-table.csv'}"
    rows = list(csv.DictReader((out / "batch-table.csv").read_text().splitlines()))
    assert [(row["file"], row["state"]) for row in rows] == [
        ("0.png", "done"),
        ("1.png", "done"),
        ("2.png", "done"),
        ("'=bad.jpg", "error"),
    ]
    assert rows[3]["error"]
    assert len(client.find_annotated("shoot", "monday")[0]) == 4
    again = mien(*command)
    assert again.stdout.splitlines()[0] == batch_id  # a repeated command continues with the same batch
    assert mien("results", batch_id, "--out", str(tmp_path / "more")).returncode == 0
    assert mien("delete", batch_id, "--yes").returncode == 0
    assert {job.file_name for job in client.list_jobs(limit=20)} <= {""}


def test_machines_get_the_batch(mien: Mien, tmp_path: Path) -> None:
    done = mien("submit", str(_pictures(tmp_path / "shoot", 2)), "--batch", "--job", "no-op", "--wait", "--json")
    assert done.returncode == 0, done.stderr
    batch = json.loads(done.stdout)
    assert (batch["status"], batch["states"]["done"], batch["name"]) == ("done", 2, "no-op")


def test_too_many_inputs_are_wrong_usage(mien: Mien) -> None:
    urls = [f"https://example.org/{place}.mp4" for place in range(1001)]
    done = mien("submit", *urls, "--batch")
    assert done.returncode == 2
    assert "A batch has 1 to 1000 inputs, not 1001." in done.stderr
