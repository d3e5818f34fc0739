"""Media measured in this process, without a server: `mien.measure(path)`.

Not in the package for clients: it needs what `make setup` installs, and its models.
"""

import os
import shutil
import weakref
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Self

from chalicelib.analysis.media.frames import MediaLimits
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.requests.job_names import parse_job_name
from chalicelib.domain.requests.job_options import KEPT_OPTIONS, kept_options, options_of_texts
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.requests.recipes import recipe_of, require_effect
from chalicelib.errors import Invalid
from chalicelib.formats.result_files import ResultFile
from chalicelib.settings import read_settings
from chalicelib.worker.measure_file import measure_file
from mien.client.download_names import safe_file_name
from mien.client.http_session import ApiError
from mien.client.job_forms import options_of_python
from mien.client.measured import Measured, name_of

_PIECE_BYTES = 256 * 1024
# There is no stack; what else the environment states about measuring holds here as in a worker.
_WITHOUT_STACK = {
    "MIEN_TABLE_NAME": "none",
    "MIEN_MEDIA_BUCKET": "none",
    "MIEN_JOB_QUEUE_URL": "none",
    "MIEN_MODELS_DIR": str(Path(__file__).resolve().parents[1] / "models"),
}


class MeasuredHere(Measured):
    """The result files of what was measured in this process. Their directory is deleted with this object."""

    def __init__(self) -> None:
        self.directory = Path(mkdtemp(prefix="mien-measure-"))
        self._files: Sequence[ResultFile] = ()
        weakref.finalize(self, shutil.rmtree, self.directory, ignore_errors=True)

    def hold(self, files: Sequence[ResultFile]) -> Self:
        """Takes the files, which are in `directory`, and returns itself."""
        self._files = files
        return self

    def save(self, directory: str | Path) -> list[Path]:
        """Copies all files and returns their paths; files of the same name are replaced. Raises OSError."""
        Path(directory).mkdir(parents=True, exist_ok=True)
        targets = [Path(directory, safe_file_name(file.file_name, ())) for file in self._files]
        for file, target in zip(self._files, targets, strict=True):
            shutil.copyfile(file.path, target)
        return targets

    def stream(self, content_type: str) -> Iterator[bytes]:
        """Reads one file in pieces. Raises `ApiError` if there is none of this type."""
        found = [file for file in self._files if file.content_type == content_type]
        if not found:
            raise ApiError(f"There is no {name_of(content_type)} among the results.")
        with found[0].path.open("rb") as stream:
            while piece := stream.read(_PIECE_BYTES):
                yield piece


def measure(media: str | Path, job: str = "multiface", **options: str | float) -> MeasuredHere:
    """Measures a file as a job of that name with those `options` (`table="parquet"`, `max_faces=1`) would, and returns
    its results. The first call opens the models.

    Raises `chalicelib.errors.MediaError` for media that cannot be measured, `chalicelib.errors.Invalid` for another job
    or value, TypeError for an option that does not exist, or OSError.
    """
    texts = {name: str(value) for name, value in options_of_python(options, KEPT_OPTIONS).items()}
    asked = NewJob(parse_job_name(job), options=kept_options(options_of_texts(texts)))
    require_effect(asked, options)
    recipe = recipe_of(asked)
    if recipe is None:
        raise Invalid(f"A {job} job measures nothing.")
    settings = read_settings(_WITHOUT_STACK | dict(os.environ))
    limits = MediaLimits(max_pixels=settings.max_pixels, max_duration_s=settings.max_duration_s)
    here = MeasuredHere()
    return here.hold(
        measure_file(
            Path(media),
            recipe,
            here.directory,
            models=_models(settings.models_dir),
            limits=limits,
            expressions_only=settings.expressions_only,
        )
    )


@cache
def _models(folder: Path) -> Models:
    """The models of a folder, opened once."""
    return Models(folder)
