"""Workers killed at random moments: no job is lost, and each result is that of an undisturbed run."""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.local.demo_clip import write_demo_clip
from chalicelib.local.stack import DEFAULT_MODELS_DIR, Stack
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient
from tests.attacks.attack import MOST_WORKER_BYTES, Watch, report, sized, tracebacks

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

KILLS = sized(100, 4)
JOBS = sized(40, 3)
_PATIENCE_S = 1800.0


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "worker.log"


@pytest.fixture(scope="module")
def stack(log: Path) -> Iterator[Stack]:
    if not DEFAULT_MODELS_DIR.is_dir():
        pytest.skip("there are no models; run make setup")
    # More attempts than any job can be killed: what is tried is that nothing is lost, not when Mien gives up.
    with Stack(log_path=log, workers=2, configure=lambda settings: replace(settings, max_attempts=15)) as stack:
        yield stack


def test_no_job_is_lost(stack: Stack, log: Path, tmp_path: Path) -> None:
    dice, clip = random.Random(15), tmp_path / "clip.mp4"  # noqa: S311  # the same moments every time
    write_demo_clip(clip, seconds=2)
    with Watch(stack).running() as watch, MediaApiClient(stack.index_url, stack.user, stack.password) as client:
        reference = _results(client, _ended(client, client.create_job(clip, "multiface")), tmp_path / "reference")
        jobs = [client.create_job(clip, "multiface") for _ in range(JOBS)]
        killed = 0
        while killed < KILLS:
            time.sleep(dice.uniform(0.0, 3.0))
            if all(client.get_job(job).has_ended for job in jobs):
                jobs += [client.create_job(clip, "multiface") for _ in range(3)]
            process_ids = stack.worker_process_ids
            if process_ids:
                with suppress(ProcessLookupError):
                    os.kill(dice.choice(process_ids), signal.SIGKILL)
                    killed += 1
        ended = [_ended(client, job) for job in jobs]
        listed = {job.url for job in client.list_jobs(limit=None)}
    assert {job.status for job in ended} == {"done"}, {job.error for job in ended}
    assert {job.url for job in jobs} <= listed
    with MediaApiClient(stack.index_url, stack.user, stack.password) as client:
        for number, job in enumerate(ended):
            assert _results(client, job, tmp_path / str(number)) == reference
    assert tracebacks(log) == 0
    assert watch.most_bytes < MOST_WORKER_BYTES
    report(f"{killed} kills, {len(jobs)} jobs, none lost; largest worker {watch.most_bytes / 1e6:.0f} MB")


def _ended(client: MediaApiClient, job: RemoteJob) -> RemoteJob:
    began = time.monotonic()

    def check(current: RemoteJob) -> None:
        assert time.monotonic() - began < _PATIENCE_S, f"{current.id} is {current.status}"

    return client.wait_for_job(job, check, interval_s=0.5)


def _results(client: MediaApiClient, job: RemoteJob, directory: Path) -> dict[str, bytes]:
    directory.mkdir()
    files = client.download_results(job, directory)
    return {path.name: path.read_bytes().replace(job.id.encode(), b"") for path in files}  # the summary names its job
