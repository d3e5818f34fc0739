"""`mien compare` against the whole stack."""

import csv
from pathlib import Path

import requests

from tests.cli.conftest import Mien
from tests.console.made_results import made_timeline, store_result
from tests.shared_stack import ApiUser


def test_two_groups_are_compared(mien: Mien, api_user: ApiUser, tmp_path: Path) -> None:
    with requests.Session() as api:
        api.auth = (api_user.name, api_user.password)
        for index, faces in enumerate((1, 1, 0, 1)):
            timeline = made_timeline(300, seed=index, faces=faces)
            store_result(api, api_user.index_url, "clip.mp4", timeline, {"spot": "A" if index < 3 else "B"})
    done = mien("compare", "spot=A", "spot=B", "--metric", "joy", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    table, about = tmp_path / "joy-compared.csv", tmp_path / "joy-comparison.json"
    assert done.stdout.splitlines() == [
        "spot=A: 2 recordings compared",
        "  1 without a curve: It has no valid face.",
        "spot=B: 1 recording compared",
        f"Result: {table}",
        f"Result: {about}",
    ]
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 100
    assert {row["spot=A: valid faces"] for row in rows} == {"0", "2"}


def test_what_the_api_refuses_is_said(mien: Mien, tmp_path: Path) -> None:
    done = mien("compare", "spot=C", "--out", str(tmp_path))
    assert (done.returncode, list(tmp_path.iterdir())) == (1, [])
    assert "No job has the annotation spot=C." in done.stderr
    assert mien("compare", "a", "b", "c").returncode == 2
