"""A batch of 500 pictures while workers are killed: all of them end, once each, in one table."""

import csv
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from chalicelib.local.stack import DEFAULT_MODELS_DIR, Stack
from mien.client.jobs_and_results import Mien
from tests.attacks.attack import report, sized
from tests.media_factory import image_bytes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

FILES = sized(500, 40)
KILLS = sized(40, 6)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if not DEFAULT_MODELS_DIR.is_dir():
        pytest.skip("there are no models; run make setup")
    log = tmp_path_factory.mktemp("log") / "worker.log"
    with Stack(log_path=log, workers=2, configure=lambda settings: replace(settings, max_attempts=15)) as stack:
        yield stack


def test_no_job_of_a_batch_is_lost(stack: Stack, tmp_path: Path) -> None:
    paths = [tmp_path / f"{place}.png" for place in range(FILES)]
    for place, path in enumerate(paths):
        path.write_bytes(image_bytes(Image.new("RGB", (64, 48), (place % 256, 90, 120)), "PNG"))
    over, killed = threading.Event(), [0]

    def kill() -> None:
        dice = random.Random(15)  # noqa: S311  # the same moments every time
        while killed[0] < KILLS and not over.wait(dice.uniform(0.5, 5.0)):
            with suppress(ProcessLookupError, IndexError):
                os.kill(dice.choice(stack.worker_process_ids), signal.SIGKILL)
                killed[0] += 1

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    began = time.monotonic()
    with Mien(stack.index_url, stack.user, stack.password) as api:
        batch = api.submit_batch(paths, annotations={"shoot": "monday"})
        results = batch.wait(timeout_s=3000)
        over.set()
        states, jobs = batch.states(), list(api.jobs())
        (table,) = results.save(tmp_path / "results")
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert [row["file"] for row in rows] == [path.name for path in paths]
    assert {row["state"] for row in rows} == {"done"}, {row["error"] for row in rows}
    assert states["done"] == FILES
    assert len({row["job"] for row in rows}) == FILES
    assert len(jobs) == FILES + 1
    report(f"a batch of {FILES}, {killed[0]} kills, none lost; {time.monotonic() - began:.0f} s")
