"""Half an hour of video through the array of segments and through one pass: the same frames, faces and numbers.

Some minutes: `make segments`. It prints what was measured. Two frames a second keep it to that; the finer grain is in
`tests/worker/test_segments.py`.
"""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest

from chalicelib.domain.measurements.metrics import METRICS, MetricGroup
from chalicelib.local.demo_clip import write_demo_clip
from chalicelib.local.stack import DEFAULT_MODELS_DIR, Stack
from chalicelib.settings import Settings
from mien.client.media_api import MediaApiClient

CLIP_S, LOOPS, RATE_HZ = 60.0, 30, 2
OVERLAP_S = 4.0
SEAM_S = 2.0
SCORES = {metric.name for metric in METRICS if metric.group in (MetricGroup.EMOTION, MetricGroup.EXPRESSION)}
# Points of a score. Each face's crop follows from the one before, and a segment begins that chain again.
TOLERANCE = 8.0


def _looped(clip: Path, target: Path) -> Path:
    """The clip `LOOPS` times in a row, packet by packet."""
    with av.open(str(target), "w") as out:
        stream = None
        for loop in range(LOOPS):
            with av.open(str(clip)) as source:
                pictures = source.streams.video[0]
                if stream is None:
                    stream = out.add_stream_from_template(pictures)
                base = pictures.time_base
                assert base is not None
                shift = round(loop * CLIP_S / base)
                for packet in source.demux(pictures):
                    if packet.pts is not None and packet.dts is not None:
                        packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, stream
                        out.mux(packet)
    return target


def _frames(media: Path, directory: Path, settings: dict[str, Any]) -> list[dict[str, Any]]:
    def configured(before: Settings) -> Settings:
        return replace(before, **settings)

    with (
        Stack(log_path=directory / "worker.log", configure=configured) as stack,
        MediaApiClient(stack.index_url, stack.user, stack.password) as client,
    ):
        job = client.wait_for_job(client.create_job(media, "multiface"), lambda _job: None, interval_s=1.0)
        assert job.status == "done", job.error
        client.download_results(job, directory)
    (path,) = directory.glob("*-metrics.json")
    frames: list[dict[str, Any]] = json.loads(path.read_text())["frames"]
    return frames


@pytest.mark.slow
@pytest.mark.skipif("MIEN_HALF_HOUR" not in os.environ, reason="it takes minutes; `make segments` runs it")
@pytest.mark.timeout(5400)
def test_half_an_hour_in_segments_is_half_an_hour_in_one_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not DEFAULT_MODELS_DIR.is_dir():
        pytest.skip("there are no models; run make setup")
    write_demo_clip(tmp_path / "clip.mp4", seconds=CLIP_S, fps=RATE_HZ, size_px=(320, 180))
    media = _looped(tmp_path / "clip.mp4", tmp_path / "half-hour.mp4")
    ways: dict[str, dict[str, Any]] = {
        "segments": {"segment_s": 130.0, "segment_overlap_s": OVERLAP_S},
        "one": {"batch_queue": None},
    }
    (tmp_path / "segments").mkdir()
    (tmp_path / "one").mkdir()
    segments, one = (_frames(media, tmp_path / way, settings) for way, settings in ways.items())
    assert len(one) == CLIP_S * LOOPS * RATE_HZ
    assert [frame["time"] for frame in segments] == [frame["time"] for frame in one]
    assert [sorted(frame["faces"]) for frame in segments] == [sorted(frame["faces"]) for frame in one]
    seams_s = [CLIP_S * LOOPS * index / 14 for index in range(1, 14)]
    worst = {"at a seam": 0.0, "elsewhere": 0.0}
    for ours, theirs in zip(segments, one, strict=True):
        is_near = any(0 <= ours["time"] - seam_s < SEAM_S for seam_s in seams_s)
        place = "at a seam" if is_near else "elsewhere"
        for face_id, values in theirs["faces"].items():
            for name in SCORES & set(values):
                worst[place] = max(worst[place], abs(values[name] - ours["faces"][face_id][name]))
    faces = {face_id for frame in one for face_id in frame["faces"]}
    figures = f"{len(one)} frames, {len(faces)} ids, 14 segments; largest difference of a score: {worst}"
    with capsys.disabled():
        sys.stdout.write(f"\n{figures}\n")
    assert max(worst.values()) <= TOLERANCE
