"""`mien.measure`, compared with a job of the embedded stack."""

import sys
from pathlib import Path

import pytest

import mien
from chalicelib.domain.requests.result_formats import CSV_CONTENT_TYPE
from chalicelib.errors import Invalid, MediaError
from mien.client.http_session import ApiError
from mien.client.jobs_and_results import Mien
from tests.media_factory import image_bytes, rgb_corners
from tests.shared_stack import ApiUser


def test_a_file_is_measured_as_a_job_measures_it(api_user: ApiUser, clip: Path, tmp_path: Path) -> None:
    here = mien.measure(clip, "sdk-metrics", neutral_baseline="off")
    with Mien(api_user.index_url, api_user.name, api_user.password) as api:
        there = api.submit(clip, "sdk-metrics", neutral_baseline="off").wait()
        assert list(here.frames()) == list(there.frames())
        assert b"".join(here.stream(CSV_CONTENT_TYPE)) == b"".join(there.stream(CSV_CONTENT_TYPE))
        assert here.summary() | {"source": None} == there.summary() | {"source": None}
    assert here.summary()["source"] == {"file": "clip.mp4"}
    assert sorted(path.name for path in here.save(tmp_path / "new")) == sorted(
        file.file_name for file in there.job.files
    )


def test_options_and_the_environment_count_as_for_a_job(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIEN_EXPRESSIONS_ONLY", "on")
    measured = mien.measure(clip, frames_per_second=2, video="annotated", sides=True, gaze=False)
    frames = list(measured.frames())
    assert "smile left" in frames[0].faces["0"]
    assert [frame.time_s for frame in frames] == [0.0, 0.5]
    assert "smile" in frames[0].faces["0"]
    assert "joy" not in frames[0].faces["0"]
    assert "clip.mp4-annotated.mp4" in [path.name for path in measured.save(tmp_path)]


def test_a_table_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    still = tmp_path / "still.png"
    still.write_bytes(image_bytes(rgb_corners(), "PNG"))
    for package in ("pandas", "polars"):
        monkeypatch.setitem(sys.modules, package, None)  # an import of it fails, installed or not
    with pytest.raises(ApiError, match=r"^table\(\) needs pandas or polars: pip install pandas$"):
        mien.measure(still).table()


def test_what_cannot_be_measured_is_told_why(clip: Path, tmp_path: Path) -> None:
    still = tmp_path / "still.png"
    still.write_bytes(image_bytes(rgb_corners(), "PNG"))
    with pytest.raises(MediaError, match="takes video only"):
        mien.measure(still, "current-pack")
    with pytest.raises(TypeError, match="no option expires_in"):
        mien.measure(clip, expires_in=60)
    for job in ("no-op", "emotions"):
        with pytest.raises(Invalid):
            mien.measure(clip, job)
    with pytest.raises(ApiError, match="among the results"):
        list(mien.measure(still).stream("text/plain"))
