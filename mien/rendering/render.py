"""`mien render`: the video of a finished job, annotated or with every face covered, rendered on this machine."""

import hashlib
import tempfile
from pathlib import Path

import click

from chalicelib.domain.measurements.stretch import Stretch
from chalicelib.domain.requests.job_names import DEFAULT_JOB_NAME
from chalicelib.domain.requests.job_options import (
    DEFAULT_OPTIONS,
    KEPT_OPTIONS,
    JobOptions,
    kept_options,
    options_of_texts,
)
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.requests.recipes import require_effect
from chalicelib.domain.requests.result_formats import TIMELINE_CONTENT_TYPE, ResultVideo
from mien.cli.connection import Connection, connected, out_option
from mien.cli.output import say
from mien.client.download_names import safe_file_name
from mien.client.http_session import ApiError
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient

_MODELS = Path(__file__).resolve().parents[2] / "models"
_SCORES = ",".join(DEFAULT_OPTIONS.drawn)


@click.command()
@click.argument("jobs", metavar="JOB...", nargs=-1, required=True)
@click.option(
    "--video",
    type=click.Choice([ResultVideo.ANNOTATED.value, ResultVideo.ANONYMIZED.value]),
    default=ResultVideo.ANNOTATED.value,
    show_default=True,
    help="Draw boxes, ids, scores and curves, or cover every face.",
)
@click.option("--video-scores", show_default=_SCORES, help="Scores to draw, separated by commas.")
@click.option(
    "--media",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The input of the job, if it is on this machine; otherwise it is downloaded.",
)
@click.option(
    "--models",
    type=click.Path(path_type=Path, file_okay=False),
    default=_MODELS,
    help="The directory of the model files, which search for faces to cover; by default that of `make setup`.",
)
@out_option("Directory for the videos.")
@connected
def render(
    connection: Connection,
    *,
    jobs: tuple[str, ...],
    video: str,
    video_scores: str | None,
    media: Path | None,
    models: Path,
    out: Path,
) -> None:
    """Render the video of each finished JOB (an id or URL) on this machine, from its timeline and its media file."""
    given = {"video": video, "video_scores": video_scores or ""}
    new = NewJob(DEFAULT_JOB_NAME, options=kept_options(options_of_texts(given, KEPT_OPTIONS)))
    require_effect(new, given)
    options = new.options
    with connection.open_client() as client:
        taken: set[str] = set()
        for job in [client.find_job(text) for text in dict.fromkeys(jobs)]:
            out.mkdir(parents=True, exist_ok=True)
            # In the same file system as the result, which gets its name once it is complete.
            with tempfile.TemporaryDirectory(dir=out, prefix=".render-") as directory:
                part = Path(directory, "film")
                name = safe_file_name(_render(client, job, media, options=options, models=models, out=part), taken)
                taken.add(name)
                part.replace(out / name)
            say(f"Result: {out / name}")


def _render(
    client: MediaApiClient, job: RemoteJob, media: Path | None, *, options: JobOptions, models: Path, out: Path
) -> str:
    """Writes the film to `out` and returns its file name. Raises `ApiError`."""
    from mien.rendering.films import has_same_frames, render_film  # noqa: PLC0415  # loads the analysis

    timeline = out.with_name("timeline")
    files = [file for file in job.files if file.content_type == TIMELINE_CONTENT_TYPE]
    if not files and job.failure:
        raise ApiError(f"Job {job.id} has no results: {job.failure}")
    if not files:
        raise ApiError(
            f"Job {job.id} has no timeline among its results; only a finished job that measured faces has one."
        )
    if options.video is ResultVideo.ANONYMIZED:
        _check_none_is_left_out(client, job)
    client.download_file(files[0], timeline)
    if media is None:
        if job.input_file is None:
            raise ApiError(f"The input of job {job.id} is not stored any more; name the file with --media.")
        media = out.with_name("media")
        client.download_file(job.input_file, media)
    is_input = _is_recorded(media, job)
    said = job.document
    stretch = Stretch(said.get("start_s"), said.get("end_s"), said.get("frames_per_second"))
    try:
        if is_input is None:
            is_input = has_same_frames(media, timeline, stretch)
        if not is_input:
            raise ApiError(
                f"{media} is not the file that job {job.id} has measured; its boxes would be another film's."
            )
        return render_film(
            media,
            timeline,
            stretch=stretch,
            video=options.video,
            scores=options.drawn,
            models_dir=models,
            input_file_name=job.file_name,
            out=out,
        )
    except ValueError:
        raise ApiError(f"The timeline of job {job.id} is none of Mien's.") from None


def _is_recorded(media: Path, job: RemoteJob) -> bool | None:
    """Returns True for the input of the job, None if the API does not know its SHA-256 any more."""
    if job.input_file is None or not job.input_file.sha256:
        return None
    with media.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == job.input_file.sha256


def _check_none_is_left_out(client: MediaApiClient, job: RemoteJob) -> None:
    """The timeline lacks ignored faces, which would not be covered for sure. Raises `ApiError`."""
    if not job.document.get("result", {}).get("faces"):
        return
    ignored = [str(each["face_id"]) for each in client.faces(job).corrections if each["action"] == "ignore"]
    if ignored:
        raise ApiError(
            f"Face {ignored[0]} of job {job.id} is ignored and would not be covered; take that back (mien faces), "
            "render, then ignore it again."
        )
