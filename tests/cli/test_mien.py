"""`mien` against the whole stack."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from chalicelib.local.demo_clip import write_demo_clip
from chalicelib.local.workers.supervisor import REPOSITORY
from mien.cli.job_display import SilentDisplay
from mien.cli.watch import deleted_text, wait_for_job
from mien.client.http_session import ApiError
from mien.client.media_api import MediaApiClient
from tests.cli.conftest import COMMAND, PATIENCE_S, Mien
from tests.client.small_api import small_api
from tests.shared_stack import ApiUser

JOB_ID = re.compile(r"[0-9a-z]{26}")


def _lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_submit_prints_the_id_and_nothing_else(mien: Mien, clip: Path, client: MediaApiClient) -> None:
    done = mien("submit", str(clip), "--job", "no-op")
    assert (done.returncode, JOB_ID.fullmatch(done.stdout.strip()) is not None) == (0, True)
    assert client.find_job(done.stdout.strip()).name == "no-op"


def test_submit_downloads_results_and_annotates_the_medium(
    mien: Mien, clip: Path, client: MediaApiClient, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "out"
    done = mien(
        "submit",
        str(clip),
        "--out",
        str(out),
        "--table",
        "parquet",
        "--neutral-baseline",
        "off",
        "--annotate",
        "scene=at home",
        "--annotate",
        "é=a=b",
    )
    assert done.returncode == 0, done.stderr
    endings = ("metrics.json", "metrics.csv", "summary.json", "timeline.bin", "metrics.parquet")
    paths = [out / f"a clip.mp4-{ending}" for ending in endings]
    assert done.stdout.splitlines()[-5:] == [f"Result: {path}" for path in paths]
    assert "a clip.mp4: No face was found in" in done.stdout
    assert all(path.stat().st_size for path in paths)
    assert "uploading: " in done.stderr
    assert done.stderr.splitlines()[-1].startswith("done: ")
    job = client.find_job(done.stdout.splitlines()[0])
    notes = [(note["key"], note["value"]) for note in client.annotations(job.input_annotations_url)]
    assert notes == [("scene", "at home"), ("é", "a=b")]
    assert job.document["neutral_baseline"] == "off"


def test_submit_passes_options_on(mien: Mien, clip: Path) -> None:
    options = ("--job", "no-op", "--expires-in", "86400", "--callback-url", "https://hooks.example.invalid/mien")
    for way in ((), ("--wait",)):
        done = mien("submit", str(clip), "--json", *options, *way)
        assert done.returncode == 0, done.stderr
        (line,) = _lines(done.stdout)
        assert line["job"]["callback_url"] == "https://hooks.example.invalid/mien"
        assert line["job"]["expires"] > line["job"]["published"]
    refused = mien("submit", str(clip), "--callback-url", "http://localhost/")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "callback_url" in refused.stderr
    assert mien("submit", str(clip), "--expires-in", "0").returncode == 2


def test_submit_of_several_media_speaks_json_to_machines(mien: Mien, clip: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("no film")
    twin = tmp_path / clip.name
    shutil.copyfile(clip, twin)
    empty = tmp_path / "empty.mp4"
    empty.touch()
    media = [str(path) for path in (clip, twin, text, empty)]
    done = mien("submit", *media, "--json", "--out", str(tmp_path / "out"))
    lines = {line["media"]: line for line in _lines(done.stdout)}  # in the order in which they end
    first, second, third, fourth = (lines[medium] for medium in media)
    assert (done.returncode, done.stderr) == (1, "")
    assert (first["job"]["status"], second["job"]["status"], third["job"]["status"]) == ("done", "done", "error")
    kinds = ("metrics{}.json", "metrics{}.csv", "summary{}.json", "timeline{}.bin")
    endings = [kind.format(number) for kind in kinds for number in ("", "-2")]
    names = [Path(path).name for path in (*first["files"], *second["files"])]
    assert sorted(names) == sorted(f"a clip.mp4-{ending}" for ending in endings)
    record = str(tmp_path / "out" / "mien-manifest.jsonl")
    assert sorted(map(str, (tmp_path / "out").iterdir())) == sorted([*first["files"], *second["files"], record])
    assert "empty" in fourth["error"]
    assert "job" not in fourth


def test_a_job_that_fails_is_told_by_its_sentence_and_status(mien: Mien, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no film")
    failed = mien("submit", str(tmp_path / "text.mp4"), "--wait")
    assert failed.returncode == 3
    assert failed.stderr.splitlines()[-1].startswith(f"{tmp_path / 'text.mp4'}: The file is neither")
    job_id = failed.stdout.strip()
    watched = mien("watch", job_id)
    assert (watched.returncode, watched.stdout) == (3, f"{job_id} error\n")
    refused = mien("results", job_id)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "has no results" in refused.stderr
    for command in (("export", "--format", "webvtt"), ("render",), ("faces",)):
        refused = mien(*command, job_id)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith(f"Job {job_id} has no ")
        assert ": The file is neither" in refused.stderr
        assert "MIEN_URL" not in refused.stderr


def test_watch_shows_what_has_ended_at_once(mien: Mien, finished: str, client: MediaApiClient) -> None:
    url = client.find_job(finished).url
    assert mien("watch", url).stdout == f"{finished} done\n"
    (line,) = _lines(mien("watch", finished, "--json").stdout)
    assert (line["self"], line["status"]) == (url, "done")


def test_jobs_are_columns_with_tabs_or_documents(mien: Mien, finished: str, client: MediaApiClient) -> None:
    everything = [job.id for job in client.list_jobs(limit=None, page_size=1)]
    assert everything == [job.id for job in client.list_jobs(limit=None)]
    plain = mien("jobs", "--all", "--status", "done")
    rows = [line.split("\t") for line in plain.stdout.splitlines()]
    assert {row[1] for row in rows} == {"done"}
    assert {row[0] for row in rows} <= set(everything)
    assert finished in {row[0] for row in rows}
    (newest,) = _lines(mien("jobs", "--json", "--limit", "1").stdout)
    assert newest["self"].endswith(everything[0])
    assert mien("jobs", "--job", "ct-pack-linear", "--json").stdout == ""


def test_jobs_are_cancelled_and_run_again(
    mien: Mien, clip: Path, finished: str, client: MediaApiClient, api_user: ApiUser
) -> None:
    job = mien("submit", str(clip), "--job", "no-op", "--wait").stdout.strip()
    again = mien("requeue", job)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == f"{job} queued\n"
    refused = mien("cancel", finished)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "This job is done and can no longer be cancelled.\n"
    announced = {"entry_job": {"file_name": "clip.mp4", "size_bytes": 3}}
    waiting = requests.post(
        f"{api_user.index_url}jobs", json=announced, auth=(api_user.name, api_user.password), timeout=30
    ).json()["self"]
    both = mien("cancel", "--json", waiting, finished, waiting.rpartition("/")[2])
    assert both.returncode == 1
    assert [(line["self"], line["status"]) for line in _lines(both.stdout)] == [(waiting, "cancelled")] * 2
    assert both.stderr.startswith(f"{finished}: This job is done")
    assert client.find_job(waiting).status == "cancelled"
    assert mien("delete", "--yes", waiting).stdout.endswith(" deleted (0 entries, 0 files)\n")
    assert "There is no such job" in mien("delete", "--yes", waiting).stderr


def test_a_job_without_an_input_cannot_run_again(mien: Mien, api_user: ApiUser) -> None:
    announced = {"entry_job": {"file_name": "clip.mp4", "size_bytes": 3}}
    waiting = requests.post(
        f"{api_user.index_url}jobs", json=announced, auth=(api_user.name, api_user.password), timeout=30
    ).json()["self"]
    nothing = mien("requeue", waiting)
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert "has no input yet" in nothing.stderr


def test_results_are_downloaded_all_or_some(mien: Mien, finished: str, tmp_path: Path) -> None:
    done = mien("results", finished, "--out", str(tmp_path), "--only", "summary", "--only", "csv", "--json")
    names = ["a clip.mp4-metrics.csv", "a clip.mp4-summary.json"]
    assert [line["path"] for line in _lines(done.stdout)] == [str(tmp_path / name) for name in names]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert len(mien("results", finished, "--out", str(tmp_path)).stdout.splitlines()) == 4
    assert len(list(tmp_path.iterdir())) == 4
    missing = mien("results", finished, "--out", str(tmp_path), "--only", "parquet")
    assert missing.returncode == 1
    assert missing.stderr == f"Job {finished} has no parquet among its results; send it with --table parquet.\n"


def test_notes_are_added_and_shown(mien: Mien, finished: str) -> None:
    assert mien("annotate", finished, "mood=😀 bright", "take=2", "--source", "me").stdout == "mood=😀 bright\ntake=2\n"
    shown = _lines(mien("annotate", finished, "--json").stdout)
    assert [(note["key"], note["value"], note["source"]) for note in shown] == [
        ("mood", "😀 bright", "me"),
        ("take", "2", "me"),
    ]
    assert mien("annotate", finished, "--result").stdout == ""
    assert mien("annotate", finished, "checked=yes", "--result").returncode == 0
    assert mien("annotate", finished, "--result").stdout == "checked=yes\n"


def test_an_annotation_that_the_api_refuses(mien: Mien, finished: str) -> None:
    refused = mien("annotate", finished, f"{'k' * 256}=v")
    assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (1, "", 1)


@pytest.mark.parametrize(
    ("arguments", "changes", "status", "words"),
    [
        (("jobs",), {"MIEN_PASSWORD": "wrong"}, 1, "check MIEN_USER and MIEN_PASSWORD"),
        (("jobs",), {"MIEN_PASSWORD": None}, 2, "Set MIEN_PASSWORD"),
        (("jobs",), {"MIEN_USER": None}, 2, "--user or MIEN_USER"),
        (("jobs",), {"MIEN_URL": "ftp://example.org"}, 2, "not the URL of an API"),
        (("jobs",), {"MIEN_URL": "http://me:secret@127.0.0.1/"}, 2, "must not contain a user or password"),
        (("jobs", "--password", "x"), {}, 2, "No such option"),
        (("jobs", "--status", "asleep"), {}, 2, "asleep"),
        (("submit",), {}, 2, "MEDIA"),
        (("submit", "nothing.mp4", "--video-scores", "smile"), {}, 2, "video_scores need an annotated video"),
        (("submit", "nothing.mp4", "--neutral", "0-2", "--job", "ct-pack-linear"), {}, 2, "not ct-pack, nor with"),
        (("submit", "nothing.mp4", "--neutral", "2-1"), {}, 2, "must be a range in seconds"),
        (("submit", "nothing.mp4"), {}, 2, "There is no file nothing.mp4"),
        (("submit", "nothing.mp4", "--annotate", "novalue"), {}, 2, "key=value"),
        (("watch", "7"), {}, 1, "not a valid job id"),
        (("watch", "0" * 26), {}, 1, "no such job"),
        (("results", "https://elsewhere.example.org/jobs/" + "0" * 26), {}, 1, "no such job"),
    ],
)
def test_what_goes_wrong_is_one_sentence_and_a_status(
    mien: Mien, arguments: tuple[str, ...], changes: dict[str, str | None], status: int, words: str
) -> None:
    failed = mien(*arguments, **changes)
    assert (failed.returncode, failed.stdout) == (status, "")
    assert words in failed.stderr.splitlines()[-1]
    assert "Traceback" not in failed.stderr


def test_nobody_at_the_url(mien: Mien) -> None:
    failed = mien("jobs", MIEN_URL="http://127.0.0.1:9/")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("The API at http://127.0.0.1:9 does not answer. MIEN_URL or --url names it")


def test_a_password_over_plain_http_is_warned_about(mien: Mien) -> None:
    failed = mien("jobs", MIEN_URL="http://media.invalid/", no_proxy="*")
    assert failed.returncode == 1
    assert failed.stderr.startswith("Warning: http sends the password unencrypted")


def test_a_reader_that_leaves_is_no_error(mien: Mien, finished: str) -> None:
    command = f'{" ".join(COMMAND)} jobs --all --json | head -c 1; echo " ${{PIPESTATUS[0]}}"'
    done = subprocess.run(
        ["bash", "-c", command],  # noqa: S607  # the bash of the PATH
        env=mien.environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.split() in (["{", "1"], ["{", "0"])  # 0: it was done before


def test_ctrl_c_stops_the_waiting_and_not_the_job(mien: Mien, client: MediaApiClient, tmp_path: Path) -> None:
    film = tmp_path / "long.mp4"
    write_demo_clip(film, seconds=11, fps=10)  # too short to be worth a second process of the worker
    with subprocess.Popen(
        [*COMMAND, "submit", str(film), "--wait"],
        env=mien.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        while not process.stderr.readline().startswith("working"):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=PATIENCE_S)
    job_id = stdout.strip()
    assert process.returncode == 130
    assert stderr.splitlines()[-1] == "Stopped."
    assert f"mien watch {job_id}" in stderr
    assert "Traceback" not in stderr
    watched = mien("watch", job_id)
    assert (watched.returncode, watched.stdout) == (0, f"{job_id} done\n")


@pytest.mark.parametrize("options", [("--wait",), ("--out", "out")])
def test_jobs_that_the_api_has_lost_are_not_said_to_continue(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    with small_api() as api:
        api.statuses = ["queued", "lost"]
        failed = Mien(f"{api.api_url}/", "me@example.org", "secret")("submit", str(clip), *options)
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1] == f"{clip}: {deleted_text('7')}"
    assert "continue" not in failed.stderr


def test_no_job_that_is_watched_is_said_to_continue_without_the_api(
    clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with small_api() as api, MediaApiClient(f"{api.api_url}/", "me@example.org", "secret") as client:
        api.statuses = ["queued", "lost"]
        job = client.create_job(clip, "no-op")
        with pytest.raises(ApiError, match="Nothing is left"):
            wait_for_job(client, job, SilentDisplay())
    assert capsys.readouterr().err == f"{deleted_text('7')}\n"


def test_a_password_is_asked_for_at_a_terminal_and_not_shown(mien: Mien, finished: str) -> None:
    """`script`-like: a terminal of its own, whose output and input are pipes here."""
    terminal = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
    with subprocess.Popen(
        [sys.executable, "-c", terminal, *COMMAND, "jobs"],
        env=mien.environment(MIEN_PASSWORD=None, TERM="xterm", COLUMNS="160"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        seen = b""
        while b"Password" not in seen:
            seen += os.read(process.stdout.fileno(), 1000)
        process.stdin.write(mien.password.encode() + b"\n")
        process.stdin.flush()
        seen += process.stdout.read()
        process.stdin.close()
        process.wait(PATIENCE_S)
    assert process.returncode == 0
    assert mien.password.encode() not in seen
    assert "┃".encode() in seen  # a table
    assert finished.encode() in seen


_MEASURED = """
import re, sys
from mien.cli.__main__ import mien
from mien.cli.exit_status import run
try:
    run(mien, sys.argv[1:], name="mien")
finally:
    print(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1], file=sys.stderr)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's account of memory")
def test_large_media_go_past_the_api_in_parts_with_little_memory(
    mien: Mien, client: MediaApiClient, tmp_path: Path
) -> None:
    large = tmp_path / "large.mp4"
    size_bytes = 101_000_000
    with large.open("wb") as stream:
        stream.truncate(size_bytes)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, "submit", str(large), "--job", "no-op", "--wait"],
        env=mien.environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stderr.splitlines()[-1]) < 80 * 1024  # kilobytes, less than the file
    job = client.find_job(done.stdout.strip())
    (file,) = job.document["input"]["representations"]
    assert (file["file_name"], file["size_bytes"], file["content_type"]) == ("large.mp4", size_bytes, "video/mp4")


def test_the_command_of_set_up_works_from_anywhere(tmp_path: Path) -> None:
    """As `make setup` installs it: in `bin` of a virtual environment inside the checkout."""
    bin_directory = tmp_path / "checkout" / ".venv" / "bin"
    bin_directory.mkdir(parents=True)
    shutil.copy(REPOSITORY / "infra" / "mien.sh", bin_directory / "mien")
    (bin_directory / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')  # its own environment's python
    (bin_directory / "python").chmod(0o755)
    for package in ("mien", "chalicelib"):
        (tmp_path / "checkout" / package).symlink_to(REPOSITORY / package)
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "chalicelib").mkdir(parents=True)
    (elsewhere / "chalicelib" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    done = subprocess.run(
        [bin_directory / "mien", "--help"], cwd=elsewhere, env={}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Usage: mien ")


def test_an_upload_that_is_interrupted_cancels_its_job(client: MediaApiClient, clip: Path) -> None:
    def interrupt(_sent: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.create_job(clip, "sdk-metrics", interrupt, direct_above_bytes=0)
    (newest,) = client.list_jobs(limit=1)
    assert (newest.name, newest.status) == ("sdk-metrics", "cancelled")


def test_small_media_may_go_past_the_api_too(client: MediaApiClient, clip: Path) -> None:
    job = client.create_job(clip, "no-op", direct_above_bytes=0)
    assert job.input_annotations_url
    assert client.wait_for_job(job, lambda _job: None, interval_s=0.1).status == "done"
