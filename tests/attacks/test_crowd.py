"""Hundreds of jobs at once: every one is accepted and done."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chalicelib.local.stack import DEFAULT_MODELS_DIR, Stack
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient
from tests.attacks.attack import MOST_WORKER_BYTES, Watch, report, sized, tracebacks
from tests.media_factory import write_video

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

JOBS = sized(300, 12)
_AT_ONCE = 50
_NAMES = ("multiface", "sdk-metrics", "current-pack", "ct-pack-hybrid", "no-op")


def test_every_job_of_a_crowd_is_done(tmp_path: Path) -> None:
    if not DEFAULT_MODELS_DIR.is_dir():
        pytest.skip("there are no models; run make setup")
    clip, log = write_video(tmp_path / "clip.mp4"), tmp_path / "worker.log"
    with Stack(log_path=log, workers=2) as stack, Watch(stack).running() as watch:

        def send(number: int) -> RemoteJob:
            with MediaApiClient(stack.index_url, stack.user, stack.password) as client:
                name = _NAMES[number % len(_NAMES)]
                send_one = client.upload_job if number % 7 == 0 else client.create_job
                return send_one(clip, name)

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            jobs = list(pool.map(send, range(JOBS)))
        with MediaApiClient(stack.index_url, stack.user, stack.password) as client:
            ended = [client.wait_for_job(job, lambda _: None, interval_s=0.5) for job in jobs]
            listed = {job.id for job in client.list_jobs(limit=None)}
    assert [job.error for job in ended if job.status != "done"] == []
    assert {job.id for job in jobs} == listed
    assert tracebacks(log) == 0
    assert watch.most_bytes < MOST_WORKER_BYTES
    report(f"{JOBS} jobs, {_AT_ONCE} requests at once, all done; largest worker {watch.most_bytes / 1e6:.0f} MB")
