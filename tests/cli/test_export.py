"""`mien export` against the whole stack, of a summary that is known."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from chalicelib.domain.requests.result_formats import SUMMARY_CONTENT_TYPE
from tests.cli.conftest import Mien
from tests.console.made_results import store_result
from tests.shared_stack import ApiUser


def _event(name: str, start_s: float, end_s: float) -> dict[str, Any]:
    return {"event": name, "start_s": start_s, "end_s": end_s, "peak": 97.6, "peak_time_s": start_s}


_FACES = [
    {"face_id": "0", "events": [_event("smile", 1.5, 3661.0004), _event("blink", 7, 7)]},
    {"face_id": "1", "events": [_event("head up", -0.02, 0.5), _event("a\t-->\n<b>", 2, 3)]},
]


def _store(api_user: ApiUser, summary: object) -> str:
    with requests.Session() as api:
        api.auth = (api_user.name, api_user.password)
        body = json.dumps(summary).encode()
        return store_result(api, api_user.index_url, "clip.mp4", body, {}, SUMMARY_CONTENT_TYPE)


@pytest.mark.parametrize("format_name", ["webvtt", "elan"])
def test_events_are_written_in_order(mien: Mien, api_user: ApiUser, tmp_path: Path, format_name: str) -> None:
    job = _store(api_user, {"faces": _FACES})
    done = mien("export", job, "--format", format_name, "--out", str(tmp_path / "new"))
    assert done.returncode == 0, done.stderr
    (path,) = (tmp_path / "new").iterdir()
    assert done.stdout == f"Result: {path}\n"
    lines = path.read_text(encoding="utf-8").split("\n")
    if format_name == "webvtt":
        assert path.name == "clip.mp4-events.vtt"
        assert lines == [
            *("WEBVTT", ""),
            *("00:00:00.000 --> 00:00:00.500", "face 1: head up (peak 98)", ""),
            *("00:00:01.500 --> 01:01:01.000", "face 0: smile (peak 98)", ""),
            *("00:00:02.000 --> 00:00:03.000", "face 1: a--b (peak 98)", ""),
            *("00:00:07.000 --> 00:00:07.001", "face 0: blink (peak 98)", ""),
        ]
    else:
        assert path.name == "clip.mp4-events.txt"
        assert [line.split("\t") for line in lines] == [
            ["Tier", "Begin Time - msec", "End Time - msec", "Annotation"],
            ["face 1 head up", "0", "500", "peak 98"],
            ["face 0 smile", "1500", "3661000", "peak 98"],
            ["face 1 a--b", "2000", "3000", "peak 98"],
            ["face 0 blink", "7000", "7001", "peak 98"],
            [""],
        ]


@pytest.mark.parametrize("summary", [{}, [], {"faces": [{"face_id": 1}]}, {"faces": [{"face_id": 1, "events": [3]}]}])
def test_what_is_no_summary_is_said(mien: Mien, api_user: ApiUser, tmp_path: Path, summary: object) -> None:
    done = mien("export", _store(api_user, summary), "--format", "webvtt", "--out", str(tmp_path))
    assert done.returncode == 1
    assert "none of Mien's" in done.stderr
    assert list(tmp_path.iterdir()) == []
