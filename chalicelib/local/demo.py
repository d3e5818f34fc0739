"""Analyses one media file with a complete stack on this machine, from the upload to the results.

The stack is imported once the options are right: until then nothing takes a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from chalicelib.domain.requests.job_names import parse_job_name
from chalicelib.domain.requests.result_formats import SUMMARY_CONTENT_TYPE
from chalicelib.errors import MienError
from chalicelib.local.signals import endings_at_once
from mien.cli.faces.face_table import face_table
from mien.cli.job_display import job_display
from mien.client.face_summary import read_summary
from mien.client.job_documents import RemoteFile, RemoteJob
from mien.client.media_api import MediaApiClient

if TYPE_CHECKING:
    from chalicelib.local.stack import Stack

CLIP_NAME = "demo.mp4"
NEXT_STEP = "Next: `make serve` keeps the API running; `make demo MEDIA=film.mp4` analyses your own video."

_POLL_S = 0.25


class DemoError(MienError):
    """The demo cannot continue. The message is for the user."""


def run_demo(
    console: Console,
    *,
    media: Path | None,
    job_name: str,
    results: Path,
    log_path: Path,
    expressions_only: bool = False,
) -> None:
    """Analyses `media`, or a clip made for the purpose, on a stack of its own, and puts the results into the directory
    `results`.

    Prints progress on `console`. Raises `MienError` with a message for the user, or OSError of the disk.
    """
    _check_media(media)
    parse_job_name(job_name)
    _check_results(results)
    with endings_at_once():
        from chalicelib.local.demo_clip import BROWSER_CODEC, write_demo_clip  # noqa: PLC0415  # see above
        from chalicelib.local.stack import Stack  # noqa: PLC0415

    with ExitStack() as undo:
        stack = undo.enter_context(Stack(log_path=log_path, expressions_only=expressions_only))
        say(console, f"The API is at {stack.index_url}")
        if media is None:
            media = results / CLIP_NAME
            write_demo_clip(media, codec=BROWSER_CODEC)
            say(console, f"No media file was given, so a clip was created: {media}")
        client = undo.enter_context(MediaApiClient(stack.index_url, stack.user, stack.password))
        job = run_job(console, stack, client, media, job_name)
        downloaded = client.download_results(job, results)
    _show_results(console, downloaded)


def say(console: Console, sentence: str) -> None:
    """Prints text as is, whatever file names contain, without breaking lines, so that they can be copied."""
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)


def run_job(console: Console, stack: Stack, client: MediaApiClient, media: Path, job_name: str) -> RemoteJob:
    """Runs one job on `stack`, with its progress on `console`. Raises `MienError` if the job does not end as done."""

    def tell(job: RemoteJob) -> None:
        stack.check_workers()
        display.tell("", job)

    with job_display(console) as display:
        job = client.create_job(media, job_name, lambda sent, total: display.uploading("", sent, total))
        job = client.wait_for_job(job, tell, interval_s=_POLL_S)
    if job.status != "done":
        raise DemoError(job.error or f"The job ended as {job.status}.")
    return job


def _check_media(media: Path | None) -> None:
    if media is None or media.is_file():
        return
    if media.is_dir():
        raise DemoError(f"{media} is a directory; name a video or a picture.")
    raise DemoError(f"There is no file {media}; name a video or a picture.")


def _check_results(results: Path) -> None:
    if results.exists() and not results.is_dir():
        raise DemoError(f"{results} is a file; name a directory for the results.")
    results.mkdir(parents=True, exist_ok=True)


def _show_results(console: Console, downloaded: Mapping[Path, RemoteFile]) -> None:
    for path, file in downloaded.items():
        if file.content_type == SUMMARY_CONTENT_TYPE:
            console.print(face_table(read_summary(path)))
    if not downloaded:
        say(console, "This job has no results to download.")
    for path in downloaded:
        say(console, f"Result: {path}")
    say(console, NEXT_STEP)
