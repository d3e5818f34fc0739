"""`mien render` against the whole stack, with the real analysis."""

import json
from pathlib import Path

import numpy as np
import pytest
import requests

from chalicelib.analysis.media.open_media import open_media
from chalicelib.domain.requests.result_formats import SUMMARY_CONTENT_TYPE
from chalicelib.local.demo_clip import write_demo_clip
from mien.client.media_api import MediaApiClient
from tests.cli.conftest import Mien
from tests.console.made_results import store_result
from tests.media_factory import write_video
from tests.shared_stack import ApiUser


@pytest.mark.parametrize("video", ["annotated", "anonymized"])
def test_a_finished_job_gets_the_video_that_the_worker_would_have_made(mien: Mien, tmp_path: Path, video: str) -> None:
    clip, results, rendered = tmp_path / "clip.mp4", tmp_path / "results", tmp_path / "rendered"
    write_demo_clip(clip, seconds=2.0)
    shown = ("--video-scores", "smile, mouth open") if video == "annotated" else ()
    options = ("--video", video, *shown, "--start-s", "0.4", "--frames-per-second", "10")
    done = mien("submit", str(clip), *options, "--out", str(results))
    assert done.returncode == 0, done.stderr
    record = json.loads((results / "mien-manifest.jsonl").read_text().splitlines()[-1])
    done = mien("render", record["job"], "--video", video, *shown, "--out", str(rendered))
    assert done.returncode == 0, done.stderr
    assert [path.name for path in rendered.iterdir()] == [f"clip.mp4-{video}.mp4"]
    pictures = []
    for folder in (results, rendered):
        with open_media(folder / f"clip.mp4-{video}.mp4") as film:
            pictures.append(list(film.frames()))
    assert [frame.time_s for frame in pictures[0]] == pytest.approx([frame.time_s for frame in pictures[1]])
    assert len(pictures[0]) == 16
    for one, two in zip(*pictures, strict=True):
        # Numbers of a timeline are rounded: a line may be a pixel off, a digit another.
        assert np.abs(one.image.astype(int) - two.image).mean() < 4


def test_another_film_gets_no_boxes_of_this_one(mien: Mien, client: MediaApiClient, tmp_path: Path) -> None:
    clip, longer, larger, out = (tmp_path / name for name in ("clip.mp4", "longer.mp4", "larger.mp4", "out"))
    write_demo_clip(clip, seconds=0.6, fps=10)
    write_demo_clip(longer, seconds=0.8, fps=10)
    write_video(larger)
    job = mien("submit", str(clip), "--wait").stdout.strip()

    def check() -> None:
        for other in (longer, larger):
            refused = mien("render", job, "--media", str(other), "--out", str(out))
            assert refused.returncode == 1
            assert refused.stderr.startswith(f"{other} is not the file that job {job} has measured")
            assert list(out.iterdir()) == []
        rendered = mien("render", job, "--media", str(clip), "--out", str(out))
        assert rendered.returncode == 0, rendered.stderr
        (out / "clip.mp4-annotated.mp4").unlink()

    check()  # by the SHA-256 of the input
    client.delete_entry(client.find_job(job).document["input"]["self"])
    check()  # by size, number and times of the frames


def test_a_job_without_a_timeline_cannot_be_rendered(mien: Mien, api_user: ApiUser, tmp_path: Path) -> None:
    with requests.Session() as api:
        api.auth = (api_user.name, api_user.password)
        job = store_result(api, api_user.index_url, "clip.mp4", b"{}", {}, SUMMARY_CONTENT_TYPE)
    done = mien("render", job, "--out", str(tmp_path / "new"))
    assert done.returncode == 1
    assert "has no timeline among its results" in done.stderr
    assert list((tmp_path / "new").iterdir()) == []


def test_scores_that_do_not_exist_are_refused(mien: Mien, tmp_path: Path) -> None:
    done = mien("render", "a-job", "--video-scores", "grin", "--out", str(tmp_path))
    assert done.returncode in {1, 2}
    assert "video_scores must be 1 to 4 of these" in done.stderr


def test_scores_are_refused_for_a_video_that_does_not_show_them(mien: Mien, tmp_path: Path) -> None:
    given = ("--video", "anonymized", "--video-scores", "smile")
    done = mien("render", "a-job", *given, "--out", str(tmp_path))
    assert done.returncode in {1, 2}
    assert "video_scores need an annotated video" in done.stderr
