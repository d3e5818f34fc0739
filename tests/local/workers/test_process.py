"""Worker processes against the embedded queue: deliveries, deaths and endings."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.aws.clients import AwsClients
from chalicelib.local.aws.embedded import EmbeddedAws
from chalicelib.local.workers.supervisor import WorkerSupervisor
from tests.local.handlers import DIARY_VARIABLE, read_diary
from tests.local.waiting import is_running, wait_until

VISIBILITY_S = 2


class Bench:
    """An embedded AWS, a diary, and workers that run a function of `handlers`."""

    def __init__(self, aws: EmbeddedAws, directory: Path) -> None:
        self.aws = aws
        self.diary_path = directory / "diary"
        self.log_path = directory / "worker.log"
        self.sqs = AwsClients().sqs

    def workers(
        self, handler: str, *, count: int = 1, warm_up: str = "", max_early_deaths: int = 5
    ) -> WorkerSupervisor:
        environment = self.aws.environment | {DIARY_VARIABLE: str(self.diary_path)}
        return WorkerSupervisor(
            count, environment, self.log_path, handler=handler, warm_up=warm_up, max_early_deaths=max_early_deaths
        )

    def send(self, body: str) -> None:
        self.sqs.send_message(QueueUrl=self.aws.settings.job_queue_url, MessageBody=body)

    def wait_for(self, what: str) -> dict[str, Any]:
        wait_until(lambda: bool(self.lines(what)), f"{what!r} in the diary")
        return self.lines(what)[0]

    def lines(self, what: str) -> list[dict[str, Any]]:
        return [line for line in read_diary(self.diary_path) if line["what"] == what]

    def held(self) -> int:
        """Messages in the job queue, hidden or not."""
        url = self.aws.settings.job_queue_url
        counts = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return int(counts["ApproximateNumberOfMessages"]) + int(counts["ApproximateNumberOfMessagesNotVisible"])

    def dead_letters(self) -> int:
        url = self.aws.dead_letter_queue_url
        counts = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return int(counts["ApproximateNumberOfMessages"])


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with EmbeddedAws(visibility_timeout_s=VISIBILITY_S, max_receives=2) as aws:
        yield Bench(aws, tmp_path)


def test_a_processed_message_is_deleted(bench: Bench) -> None:
    with bench.workers("tests.local.handlers:succeed", warm_up="tests.local.handlers:warm_up"):
        bench.wait_for("warm")
        bench.send("one")
        bench.send("two")
        wait_until(lambda: len(bench.lines("done")) == 2, "both messages")
        wait_until(lambda: bench.held() == 0, "their deletion")
    assert sorted(line["body"] for line in bench.lines("done")) == ["one", "two"]
    assert {(line["receives"], line["source"]) for line in bench.lines("done")} == {(1, "aws:sqs")}


def test_a_message_that_keeps_failing_ends_in_the_dead_letter_queue(bench: Bench) -> None:
    with bench.workers("tests.local.handlers:fail"):
        bench.send("poison")
        wait_until(lambda: bench.dead_letters() == 1, "the dead letter")
    assert [line["receives"] for line in bench.lines("failed")] == [1, 2]
    assert bench.held() == 0


def test_a_message_whose_worker_was_killed_is_delivered_to_the_next(bench: Bench) -> None:
    with bench.workers("tests.local.handlers:hang_once") as workers:
        bench.send("one")
        started = bench.wait_for("started")
        assert workers.process_ids == (started["pid"],)
        os.kill(started["pid"], signal.SIGKILL)
        done = bench.wait_for("done")
        assert (done["body"], done["receives"]) == ("one", 2)
        assert done["pid"] != started["pid"]
        wait_until(lambda: bench.held() == 0, "the deletion")
    assert bench.lines("unwound") == []


def test_a_worker_told_to_end_unwinds_and_its_message_comes_back_at_once(bench: Bench) -> None:
    with bench.workers("tests.local.handlers:hang_once"):
        bench.send("one")
        first = bench.wait_for("started")["pid"]
    assert not is_running(first)
    assert [line["body"] for line in bench.lines("unwound")] == ["one"]
    received = bench.sqs.receive_message(QueueUrl=bench.aws.settings.job_queue_url)
    assert [message["Body"] for message in received["Messages"]] == ["one"]


def test_a_message_stays_hidden_while_its_worker_is_at_it(bench: Bench) -> None:
    with bench.workers("tests.local.handlers:take_four_seconds", count=2) as workers:
        wait_until(lambda: len(workers.process_ids) == 2, "two workers")
        bench.send("long")
        bench.wait_for("done")
        wait_until(lambda: bench.held() == 0, "the deletion")
    assert len(bench.lines("started")) == 1


def test_workers_die_with_a_parent_that_is_killed(bench: Bench) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.local.orphaning_parent", str(bench.log_path)],
        env=bench.aws.environment | {DIARY_VARIABLE: str(bench.diary_path)},
    )
    with parent:
        bench.send("one")
        worker = bench.wait_for("started")["pid"]
        parent.kill()
    wait_until(lambda: not is_running(worker), "the worker's end")
    assert bench.lines("unwound")[0]["pid"] == worker


def test_a_worker_that_cannot_start_is_given_up(bench: Bench) -> None:
    with bench.workers("tests.local.handlers:there_is_none", max_early_deaths=2) as workers:
        wait_until(lambda: workers.has_given_up, "giving up")
    assert "there_is_none is no function" in bench.log_path.read_text()
