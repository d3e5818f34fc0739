"""`mien submit` of many files, interrupted and begun again; `mien merge` of what it downloads."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import requests

from mien.cli.job_display import SilentDisplay
from mien.cli.sending.batch import Batch, Request
from mien.cli.sending.inputs import Input, find_inputs
from mien.cli.sending.manifest import NAME, read_manifest
from mien.cli.watch import deleted_text, wait_for_job, wait_for_jobs
from mien.client.http_session import ApiError
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient
from tests.cli.conftest import COMMAND, Mien
from tests.shared_stack import ApiUser

_NO_OP = ("--job", "no-op")
_MANY = os.environ.get("MIEN_MANY_FILES", "")  # a running stack has an environment of its own


def _files(directory: Path) -> list[str]:
    return sorted(path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file())


def _names_of_jobs(client: MediaApiClient) -> Counter[str]:
    return Counter(job.file_name for job in client.list_jobs(limit=None))


def test_a_folder_is_mirrored_and_nothing_is_replaced(
    mien: Mien, clip: Path, client: MediaApiClient, tmp_path: Path
) -> None:
    media, out = tmp_path / "media", tmp_path / "out"
    for name in ("one/mirrored.mp4", "two/deep/mirrored.mp4", "notes.txt", ".hidden/mirrored.mp4", "two/left.mp4"):
        (media / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(clip, media / name)
    arguments = ("submit", str(media), "--out", str(out), "--exclude", "left*", "--annotate", "shoot=monday")
    first = mien(*arguments)
    assert first.returncode == 0, first.stderr
    endings = ("metrics.csv", "metrics.json", "summary.json", "timeline.bin")
    wanted = [f"{folder}/mirrored.mp4-{ending}" for folder in ("one", "two/deep") for ending in endings]
    assert _files(out) == sorted([NAME, *wanted])
    assert _names_of_jobs(client)["mirrored.mp4"] == 2
    before = {path: (out / path).stat().st_mtime_ns for path in wanted}
    second = mien(*arguments)
    assert second.returncode == 0
    assert second.stderr.count("done before") == 2
    assert _names_of_jobs(client)["mirrored.mp4"] == 2
    flat = tmp_path / "two" / "mirrored.mp4"
    flat.parent.mkdir()
    shutil.copy(clip, flat)
    third = mien("submit", str(flat), "--out", str(out / "one"))
    assert third.returncode == 0, third.stderr
    assert "one/mirrored.mp4-metrics-2.csv" in _files(out)
    assert {path: (out / path).stat().st_mtime_ns for path in wanted} == before
    for target in (tmp_path / "all.csv", tmp_path / "all.parquet"):
        merged = mien("merge", str(out), "--out", str(target))
        assert merged.returncode == 0, merged.stderr
    with (tmp_path / "all.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["file"] for row in rows} == {str(media / "one/mirrored.mp4"), str(media / "two/deep/mirrored.mp4")}
    assert {row["annotation shoot"] for row in rows} == {"monday"}
    assert len({row["job"] for row in rows}) == 2
    with (out / "one/mirrored.mp4-metrics.csv").open(newline="") as stream:
        assert len(rows) == 2 * len(list(csv.DictReader(stream)))
    assert "no results with a table" in mien("merge", str(media), "--out", str(tmp_path / "x.csv")).stderr


def test_merged_tables_have_texts_that_no_spreadsheet_takes_for_formulas(mien: Mien, tmp_path: Path) -> None:
    """Annotations, and the names of faces, which are texts in Parquet as well."""
    table = "time stamp (msec),face id,smile,invalid reasons,face name\r\n0,0,-1.5,,Ada\r\n"
    (tmp_path / "a.mp4-metrics.csv").write_text(table)
    entry = {"input": "=a.mp4", "fingerprint": "f", "state": "done", "job": "7", "files": ["a.mp4-metrics.csv"]}
    (tmp_path / NAME).write_text(json.dumps({**entry, "error": "", "annotations": {"spot": "\uff1d1+1"}}) + "\n")
    for name in ("all.csv", "all.parquet"):
        merged = mien("merge", str(tmp_path), "--out", str(tmp_path / name))
        assert merged.returncode == 0, merged.stderr
    with (tmp_path / "all.csv").open(newline="", encoding="utf-8") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["file"], row["annotation spot"], row["smile"], row["face name"]) == (
        "'=a.mp4",
        "'\uff1d1+1",
        "-1.5",
        "Ada",
    )
    (row,) = pq.read_table(tmp_path / "all.parquet").to_pylist()
    assert (row["file"], row["annotation spot"], row["smile"], row["face name"]) == ("=a.mp4", "\uff1d1+1", -1.5, "Ada")


def test_a_folder_without_media_is_wrong_usage(mien: Mien, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no film")
    empty = mien("submit", str(tmp_path))
    assert (empty.returncode, empty.stdout) == (2, "")
    assert "no picture or video" in empty.stderr
    assert mien("submit", str(tmp_path), "--include", "*.txt", *_NO_OP).returncode == 0


def test_a_job_that_is_deleted_meanwhile_ends_only_its_own_file(
    mien: Mien, client: MediaApiClient, api_user: ApiUser, tmp_path: Path
) -> None:
    for name in ("deleted.mp4", "kept.mp4"):
        (tmp_path / name).write_bytes(name.encode())

    def delete(source: Input, job: RemoteJob) -> None:
        if source.medium.endswith("deleted.mp4"):
            _ended(client, job)
            client.delete_job(job.id)

    batch = Batch(
        lambda: MediaApiClient(api_user.index_url, api_user.name, api_user.password),
        Request("no-op", {}, waits=True),
        SilentDisplay(),
        parallel=1,
        on_job=delete,
    )
    outcomes = {Path(each.source.medium).name: each for each in batch.run(find_inputs((str(tmp_path),), (), ()))}
    deleted, kept = outcomes["deleted.mp4"], outcomes["kept.mp4"]
    assert deleted.error == deleted_text(deleted.job_id)
    assert kept.job is not None
    assert (kept.job.status, kept.error, kept.is_over) == ("done", "", True)
    gone = mien("submit", str(tmp_path / "kept.mp4"), *_NO_OP).stdout.strip()
    before = _ended(client, client.find_job(gone))
    client.delete_job(gone)
    said = SaidDisplay()
    unended = replace(before, status="working")
    assert wait_for_jobs(client, {"a": kept.job, "b": unended}, said.tell, said) == {"a": kept.job}
    assert said.lines == [deleted_text(gone)]
    with pytest.raises(ApiError):
        wait_for_job(client, unended, said)


def _ended(client: MediaApiClient, job: RemoteJob) -> RemoteJob:
    return client.wait_for_job(job, lambda _: None, interval_s=0.1)


class SaidDisplay(SilentDisplay):
    """Keeps what it is to complain of."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def complain(self, text: str) -> None:
        self.lines.append(text)


def _interrupted_and_begun_again(mien: Mien, client: MediaApiClient, directory: Path, count: int) -> list[int]:
    """Submits `count` files, kills the process half-way, begins again. Returns the largest memory of both, in KB."""
    media, out = directory / "media", directory / "out"
    media.mkdir()
    for number in range(count):
        (media / f"many-{number:05d}.mp4").write_bytes(f"small {number}".encode())
    command = [*COMMAND, "submit", str(media), "--out", str(out), *_NO_OP]
    memory: list[int] = []
    with subprocess.Popen(
        command, env=mien.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as first:
        while sum(entry.state == "done" for entry in read_manifest(out / NAME)) < count // 2:
            assert first.poll() is None
            memory.append(_memory_kb(first.pid))
            time.sleep(0.1)
        first.send_signal(signal.SIGKILL)
    with subprocess.Popen(
        command, env=mien.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as second:
        while second.poll() is None:
            memory.append(_memory_kb(second.pid))
            time.sleep(0.1)
        assert second.stderr is not None
        said = second.stderr.read()
    assert second.returncode == 0, said[-2000:]
    entries = {entry.medium: entry for entry in read_manifest(out / NAME)}
    assert Counter(entry.state for entry in entries.values()) == {"done": count}
    jobs = [job for job in client.list_jobs(limit=None) if job.file_name.startswith("many-")]
    assert len(jobs) == len({job.file_name for job in jobs}) == count
    assert {job.status for job in jobs} == {"done"}
    assert {job.id for job in jobs} == {entry.job for entry in entries.values()}
    return [value for value in memory if value]


def _memory_kb(process_id: int) -> int:
    try:
        lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's account of memory")
def test_a_batch_that_is_killed_goes_on(mien: Mien, client: MediaApiClient, tmp_path: Path) -> None:
    _interrupted_and_begun_again(mien, client, tmp_path, 30)


def test_a_batch_that_is_killed_before_it_annotates_does_so_later(
    mien: Mien, client: MediaApiClient, tmp_path: Path
) -> None:
    medium, out = tmp_path / "noted.mp4", tmp_path / "out"
    medium.write_bytes(b"small")
    command = ("submit", str(medium), "--out", str(out), "--annotate", "a=1", "--annotate", "b=2", *_NO_OP)
    assert mien(*command).returncode == 0
    (job,) = (job for job in client.list_jobs(limit=None) if job.file_name == "noted.mp4")
    lost = next(note for note in client.annotations(job.input_annotations_url) if note["key"] == "b")
    requests.delete(lost["self"], auth=(mien.user, mien.password), timeout=30).raise_for_status()
    lines = (out / NAME).read_text().splitlines(keepends=True)
    sent = next(place for place, line in enumerate(lines) if '"sent"' in line)
    (out / NAME).write_text("".join(lines[: sent + 1]))  # all that it had written when it was killed
    assert mien(*command).returncode == 0
    found = Counter((note["key"], note["value"]) for note in client.annotations(job.input_annotations_url))
    assert found == {("a", "1"): 1, ("b", "2"): 1}
    assert _names_of_jobs(client)["noted.mp4"] == 1


@pytest.mark.parametrize("state", ["sent", "fetching"])
def test_a_job_that_is_gone_is_made_anew(mien: Mien, client: MediaApiClient, tmp_path: Path, state: str) -> None:
    medium, out = tmp_path / f"gone-{state}.mp4", tmp_path / "out"
    medium.write_bytes(b"small")
    command = ("submit", str(medium), "--out", str(out), *_NO_OP)
    assert mien(*command).returncode == 0
    (before,) = (job.id for job in client.list_jobs(limit=None) if job.file_name == medium.name)
    lines = (out / NAME).read_text().splitlines(keepends=True)
    sent = next(place for place, line in enumerate(lines) if '"sent"' in line)
    (out / NAME).write_text("".join(lines[: sent + 1]).replace('"sent"', f'"{state}"'))
    client.delete_job(before)
    again = mien(*command)
    assert again.returncode == 0, again.stderr
    assert f"the API no longer has job {before}; a new job is made." in again.stderr
    (after,) = (job.id for job in client.list_jobs(limit=None) if job.file_name == medium.name)
    assert [*read_manifest(out / NAME)][-1].job == after != before
    assert "done before" in mien(*command).stderr


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not _MANY, reason="many minutes; set MIEN_MANY_FILES=2000")
def test_thousands_of_files_are_killed_and_begun_again(mien: Mien, client: MediaApiClient, tmp_path: Path) -> None:
    began = time.monotonic()
    count = int(_MANY)
    memory = _interrupted_and_begun_again(mien, client, tmp_path, count)
    middle = sorted(memory[len(memory) // 4 : len(memory) // 2])
    median = middle[len(middle) // 2]
    sys.stderr.write(f"{count} files in {time.monotonic() - began:.0f} s; KB: median {median}, most {max(memory)}\n")
    assert max(memory) < 1.3 * median


_TERMINAL = """
import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
"""


def test_several_files_on_a_terminal_show_each_job_once(mien: Mien, client: MediaApiClient, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"shown-{number}.mp4").write_bytes(b"x")
    media = [str(path) for path in sorted(tmp_path.iterdir())]
    shown = subprocess.run(
        [sys.executable, "-c", _TERMINAL, *COMMAND, "submit", *media, "--wait", *_NO_OP],
        env=mien.environment(TERM="xterm", COLUMNS="200", LINES="50"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=120,
        check=False,
    ).stdout.decode()
    ids = [job.id for job in client.list_jobs(limit=20) if job.file_name.startswith("shown-")]
    assert len(ids) == 3
    assert [shown.count(job_id) for job_id in ids] == [1, 1, 1]
    last = shown[shown.rindex("shown-0.mp4: analysis") - 2000 :]
    frame = last[last.rindex("\x1b[1A") :] if "\x1b[1A" in last else last
    assert frame.count("shown-0.mp4: analysis") <= 1


def test_ids_reach_a_pipe_while_bars_are_on_the_terminal(mien: Mien, client: MediaApiClient, tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"piped-{number}.mp4").write_bytes(b"x")
    media = " ".join(f"'{path}'" for path in sorted(tmp_path.iterdir()))
    ids = tmp_path / "ids.txt"
    line = f"{' '.join(COMMAND)} submit {media} --wait --job no-op > {ids}"
    subprocess.run(
        [sys.executable, "-c", _TERMINAL, "sh", "-c", line],
        env=mien.environment(TERM="xterm", COLUMNS="200"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=120,
        check=True,
    )
    made = {job.id for job in client.list_jobs(limit=20) if job.file_name.startswith("piped-")}
    assert set(ids.read_text().split()) == made
    assert len(made) == 2


def test_a_login_is_kept_for_its_url_alone(mien: Mien, tmp_path: Path) -> None:
    home = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert mien("login", **home).returncode == 0
    kept = tmp_path / "mien" / "logins.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    nobody = {**home, "MIEN_USER": None, "MIEN_PASSWORD": None}
    assert mien("jobs", "--limit", "1", **nobody).returncode == 0
    assert mien("jobs", **{**nobody, "MIEN_URL": "http://127.0.0.1:9/"}).returncode == 2
    kept.chmod(0o644)
    assert "Others can read" in mien("jobs", **nobody).stderr
    kept.chmod(0o600)
    assert mien("logout", **nobody).returncode == 0
    assert json.loads(kept.read_text()) == {}
    assert mien("login", MIEN_PASSWORD="wrong", **home).returncode == 1
    assert json.loads(kept.read_text()) == {}


def test_a_url_of_jobs_leads_to_the_index(mien: Mien) -> None:
    assert mien("jobs", "--limit", "1", MIEN_URL=f"{mien.url}jobs").returncode == 0
    assert mien("jobs", "--limit", "1", MIEN_URL=f"{mien.url}entries/").returncode == 0
    gone = mien("jobs", MIEN_URL="http://127.0.0.1:9/")
    assert "make serve" in gone.stderr
    assert "MIEN_URL" in gone.stderr


def test_one_job_is_shown_and_found(mien: Mien, finished: str, clip: Path) -> None:
    shown = mien("job", finished)
    assert shown.returncode == 0
    assert f"id:        {finished}" in shown.stdout
    assert "result:    a clip.mp4-metrics.json" in shown.stdout
    assert mien("annotate", finished, "found=yes").returncode == 0
    for note in ("found", "found=yes"):
        assert mien("search", note).stdout.split("\t")[0] == finished
    assert mien("search", "found=no").stdout == ""


def test_a_format_that_a_job_does_not_have_is_an_error(mien: Mien, finished: str, tmp_path: Path) -> None:
    refused = mien("results", finished, "--only", "parquet", "--out", str(tmp_path))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "no parquet among its results" in refused.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands(mien: Mien, shell: str) -> None:
    assert "_MIEN_COMPLETE" in mien("completion", shell).stdout
    completed = mien(_MIEN_COMPLETE="bash_complete", COMP_WORDS="mien sub", COMP_CWORD="1")
    assert "submit" in completed.stdout


def test_locked_out_it_says_how_long_and_does_not_try_again(mien: Mien) -> None:
    user = {"MIEN_USER": "locked@example.org", "MIEN_PASSWORD": "wrong"}
    said = [mien("jobs", **user).stderr for _ in range(6)]
    while "The wait is " not in said[-1] and len(said) < 12:  # on a slow machine the first waits are over at once
        said.append(mien("jobs", **user).stderr)
    assert "check MIEN_USER" in said[0]
    assert "The wait is " in said[-1]
