"""A finished job whose result has two people, one of whom leaves and comes back under another id; without models."""

import io
import tempfile
from pathlib import Path

from chalicelib.composition.services import Services
from chalicelib.domain.accounts import Caller
from chalicelib.domain.jobs import Job
from chalicelib.domain.measurements.frame_size import FrameSize
from chalicelib.domain.measurements.metrics import FaceMetrics, FrameMetrics, MetricSet
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import DEFAULT_OPTIONS, JobOptions
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.requests.recipes import recipe_of
from chalicelib.domain.requests.result_formats import ResultTable
from chalicelib.formats.result_files import Contents, ResultFiles
from chalicelib.formats.writers import Origin
from chalicelib.services.entries import Upload
from chalicelib.worker.faces.kept_frames import KeptFrames
from chalicelib.worker.progress import ProgressReport
from chalicelib.worker.result_entry import store_results

FRAMES = 20
STEP_S = 0.2
SEEN = {0: range(8), 1: range(2, 20), 2: range(12, 20)}
"""The frames in which each face is seen: face 0 leaves at 1.6 s, and face 2, who comes at 2.4 s, is the same person."""
PARQUET = JobOptions(table=ResultTable.PARQUET)


def two_faces(metrics: MetricSet, ids: dict[int, range] | None = None) -> list[FrameMetrics]:
    """The frames, with numbers of many digits that differ from face to face and frame to frame."""
    seen = SEEN if ids is None else ids
    return [
        FrameMetrics(
            number * STEP_S + 1 / 3000,
            tuple(_face(face_id, number, metrics) for face_id, frames in seen.items() if number in frames),
            STEP_S,
            number % 2,
        )
        for number in range(FRAMES)
    ]


def _face(face_id: int, number: int, metrics: MetricSet) -> FaceMetrics:
    values = {
        name: (37.123456789 * (place + 1) + 11.7 * face_id + number * (1.0 + place / 7)) % 100
        for place, name in enumerate(metrics.names)
    }
    return FaceMetrics(face_id, values, 99.87654321 - face_id)


def finished_job(
    services: Services, caller: Caller, *, name: JobName = JobName.MULTIFACE, options: JobOptions = PARQUET
) -> Job:
    """Creates a job, and has `services` do what a worker does with its frames."""
    job = services.jobs.create(caller, NewJob(name, options=options), Upload("clip.mp4", None, io.BytesIO(b"a"), 1))
    return finish(services, services.runs.claim(job.message))


def finish(services: Services, job: Job) -> Job:
    """Ends a claimed job with the frames as its result."""
    recipe = recipe_of(job)
    assert recipe is not None
    metrics = recipe.metrics(expressions_only=False)
    contents = Contents(recipe, metrics, "provider", FrameSize(640, 480), Origin(job.filename, job.id))
    with tempfile.TemporaryDirectory() as directory:
        kept = KeptFrames(job, contents, Path(directory))
        with ResultFiles(contents, Path(directory), job.filename) as results:
            for frame in kept.noted(two_faces(metrics)):
                results.write(frame)
            results.close()
            store_results(services, job, results.files, ProgressReport(services.runs, job), kept, media_seconds=4.0)
    services.runs.finish(job, result_entry_id=job.run_result_entry_id, progress=None)
    return services.ports.jobs().get(job.account_id, job.id)


__all__ = ["DEFAULT_OPTIONS", "FRAMES", "PARQUET", "SEEN", "STEP_S", "finish", "finished_job", "two_faces"]
