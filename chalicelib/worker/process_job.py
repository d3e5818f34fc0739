"""One run of one job: claim, download, analyse as a stream, store the results, mark done last.

Every row and object is written under a name that follows from the job and its run, so a run that is repeated, or done
by two workers at once, ends in the same result.
"""

import hashlib
import logging
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from chalicelib.analysis.analyzer import FaceAnalyzer
from chalicelib.analysis.frames import MediaInfo, MediaLimits
from chalicelib.analysis.models import Models
from chalicelib.analysis.open_media import open_media
from chalicelib.domain.entries import Entry, Representation, media_key, representation_id
from chalicelib.domain.job_names import RECIPES, Recipe
from chalicelib.domain.jobs import Job, JobMessage, Progress
from chalicelib.domain.metrics import deployed_metrics
from chalicelib.errors import LeaseLost, MediaError, NotFound
from chalicelib.formats.result_files import ResultFile, ResultFiles
from chalicelib.wiring import WorkerServices
from chalicelib.worker.fetch_input import fetch_input
from chalicelib.worker.media_fetcher import FetchLimits, MediaFetcher
from chalicelib.worker.progress import ProgressReport

_log = logging.getLogger(__name__)

_MEDIA_DELETED = "The job's media has been deleted; create a new job with the media."


class JobProcessor:
    """Carries out jobs with one set of opened models."""

    def __init__(self, services: WorkerServices, models: Models, fetcher: MediaFetcher | None = None) -> None:
        self._services = services
        self._models = models
        settings = services.settings
        fetch_limits = FetchLimits(max_bytes=settings.max_upload_bytes, timeout_s=settings.fetch_timeout_s)
        self._fetcher = fetcher or MediaFetcher(fetch_limits)
        self._metrics = deployed_metrics(expressions_only=settings.expressions_only)
        self._limits = MediaLimits(max_pixels=settings.max_pixels, max_duration_s=settings.max_duration_s)

    def process(self, message: JobMessage) -> None:
        """Runs the job that the message names to its end.

        Raises `JobNotClaimable` where nothing is left to do, `JobBusy` and `LeaseLost` where the job is another's,
        whose message may be this one; anything else
        that is raised is a fault of ours, after which the job has been given back for the next delivery.
        """
        job = self._services.runs.claim(message)
        try:
            self._run(job)
        except MediaError as unusable:
            self._services.runs.fail(job, str(unusable))
        except LeaseLost:
            raise
        except BaseException:
            self._give_back(job)
            raise

    def _run(self, job: Job) -> None:
        recipe = RECIPES[job.name]
        if recipe is None:
            self._create_result_entry(job, media_seconds=None)
            self._services.runs.finish(job, result_entry_id=job.run_result_entry_id, progress=None)
            return
        recipe = recipe.with_table(job.table)
        with tempfile.TemporaryDirectory(prefix="mien-") as directory:
            progress = self._analyze_into(job, recipe, Path(directory))
        self._services.runs.finish(job, result_entry_id=job.run_result_entry_id, progress=progress)

    def _analyze_into(self, job: Job, recipe: Recipe, directory: Path) -> Progress:
        media_path = directory / "media"
        if job.input_entry_id is None and job.input_url is not None:
            fetch_input(self._services, self._fetcher, job, job.input_url, media_path)
        else:
            self._download(job, media_path)
        report = ProgressReport(self._services.runs, job)
        with ResultFiles(recipe, self._metrics, directory, job.filename) as results:
            with open_media(media_path, self._limits) as medium:
                _check_kind(medium.info, job, recipe)
                report.begin(medium.info.frames_total)
                analyzer = FaceAnalyzer(
                    self._models, mesh=recipe.mesh, max_faces=recipe.max_faces, metrics=self._metrics
                )
                for frame in report.count(analyzer.analyze(medium.frames())):
                    results.write(frame)
            results.close()
            self._store(job, medium.info, results, report)
        return report.final()

    def _download(self, job: Job, target: Path) -> None:
        # A claimed job has an input entry; the medium is the file that was sent under the job's file name.
        entry_id = str(job.input_entry_id)
        try:
            entry = self._services.entries.get(job.account_id, entry_id)
            file = entry.representations.get(representation_id(entry_id, job.filename))
            if file is None:
                raise MediaError(_MEDIA_DELETED)
            self._services.media.load(file.media_key, target)
            if file.sha256 is None:  # the bytes went past the API: this is who reads them first
                self._services.entries.set_sha256(file, sha256_of(target))
        except NotFound:
            raise MediaError(_MEDIA_DELETED) from None

    def _store(self, job: Job, info: MediaInfo, results: ResultFiles, report: ProgressReport) -> None:
        if job.input_entry_id is not None:
            try:
                self._services.entries.set_media_seconds(job.account_id, job.input_entry_id, info.duration_s)
            except NotFound:
                raise MediaError(_MEDIA_DELETED) from None
        self._create_result_entry(job, media_seconds=info.duration_s)
        now = self._services.clock()
        for place, result in enumerate(results.files):
            report.write()
            # An entry's files are told by age: a millisecond apart they keep the recipe's order.
            self._store_representation(job, result, now + timedelta(milliseconds=place))

    def _create_result_entry(self, job: Job, media_seconds: float | None) -> None:
        now = self._services.clock()
        entry = Entry(
            id=job.run_result_entry_id,
            account_id=job.account_id,
            author=job.author,
            published=now,
            updated=now,
            data_split=job.data_split,
            media_seconds=media_seconds,
        )
        self._services.entries.create(entry)

    def _store_representation(self, job: Job, result: ResultFile, now: datetime) -> None:
        entry_id = job.run_result_entry_id
        file_id = representation_id(entry_id, result.file_name)
        key = media_key(job.account_id, entry_id, file_id)
        with result.path.open("rb") as body:
            stored = self._services.media.save(key, body, result.content_type)
        self._services.entries.set_representation(
            Representation(
                id=file_id,
                entry_id=entry_id,
                account_id=job.account_id,
                file_name=result.file_name,
                content_type=result.content_type,
                size_bytes=stored.size_bytes,
                sha256=stored.sha256,
                media_key=key,
                published=now,
                updated=now,
            )
        )

    def _give_back(self, job: Job) -> None:
        try:
            self._services.runs.release(job)
        except LeaseLost:
            _log.info("job %s was taken over meanwhile", job.id)


def sha256_of(path: Path) -> str:
    """The digest of a file, read as a stream, in lower-case hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check_kind(info: MediaInfo, job: Job, recipe: Recipe) -> None:
    if info.kind == "image" and not recipe.takes_stills:
        raise MediaError(f"A {job.name} job takes video only, and this is a still image; use multiface instead.")
