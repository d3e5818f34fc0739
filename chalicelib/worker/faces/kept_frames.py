"""The measured frames of a run, kept so that faces can be corrected without measuring again."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from io import BytesIO
from pathlib import Path

from chalicelib.composition.services import Services
from chalicelib.domain.entries import face_index_key, kept_frames_key
from chalicelib.domain.faces.face_index import FaceIndex, FaceIndexBuilder
from chalicelib.domain.faces.face_state import FaceState
from chalicelib.domain.jobs import Job
from chalicelib.domain.measurements.frame_size import FrameSize
from chalicelib.domain.measurements.metrics import FrameMetrics, MetricGroup
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import KEPT_OPTIONS, kept_options, options_of_json
from chalicelib.domain.requests.recipes import recipe_of
from chalicelib.formats.result_files import Contents
from chalicelib.formats.writers import Origin
from chalicelib.worker.faces.frames_file import KEPT_FRAMES_CONTENT_TYPE, KeptFramesReader, KeptFramesWriter

_INDEX_CONTENT_TYPE = "application/vnd.mien.face-index"


class KeptFrames:
    """The frames of one run, which pass through `noted`. `directory` takes their file."""

    def __init__(self, job: Job, contents: Contents, directory: Path) -> None:
        self._job = job
        self._contents = contents
        self._path = directory / "kept-frames"
        self._builder = FaceIndexBuilder()

    def noted(self, frames: Iterable[FrameMetrics]) -> Iterator[FrameMetrics]:
        """Passes frames on, and keeps them."""
        with self._path.open("wb") as stream:
            writer = KeptFramesWriter(stream, _header(self._job, self._contents), self._contents.metrics.names)
            for frame in frames:
                writer.write(frame)
                self._builder.add(frame)
                yield frame
            writer.close()

    @property
    def state(self) -> FaceState | None:
        """Returns the first state of the faces, None if there are too many to correct them."""
        return None if self._index is None else FaceState()

    def store(self, services: Services) -> None:
        """Stores the frames and the index of the faces; nothing if there are too many of them."""
        if self._index is None:
            return
        place = self._job.account_id, self._job.run_result_entry_id
        with self._path.open("rb") as body:
            services.ports.media().save(kept_frames_key(*place), body, KEPT_FRAMES_CONTENT_TYPE)
        services.ports.media().save(face_index_key(*place), BytesIO(self._index.encode()), _INDEX_CONTENT_TYPE)

    @cached_property
    def _index(self) -> FaceIndex | None:
        return self._builder.index()


class UnknownFrames(ValueError):
    """The kept frames cannot be read, or another version measured other numbers."""


def contents_of(reader: KeptFramesReader) -> Contents:
    """Returns what the files of the kept frames are made with. Raises `UnknownFrames`."""
    try:
        header = reader.header
        asked = _Asked(header["name"], header["options"])
        recipe = recipe_of(asked)
        size = header["frame_size"]
        origin = Origin(header["file_name"], header["job_id"])
        metrics = None if recipe is None else recipe.metrics(expressions_only=header["expressions_only"])
    except (KeyError, TypeError, ValueError) as error:
        raise UnknownFrames("the header of kept frames cannot be read") from error
    if recipe is None or metrics is None or list(metrics.names) != header["metrics"]:
        raise UnknownFrames("the kept frames have other numbers than this version")
    return Contents(recipe, metrics, header["provider"], None if size is None else FrameSize(*size), origin)


class _Asked:
    """The name and options of the run."""

    def __init__(self, name: str, options: dict[str, object]) -> None:
        self.name = JobName(name)
        self.options = kept_options(options_of_json(options, KEPT_OPTIONS))


def _header(job: Job, contents: Contents) -> dict[str, object]:
    size = contents.frame_size
    return {
        "name": job.name,
        "options": {row.name: getattr(job.options, row.name) for row in KEPT_OPTIONS},
        "expressions_only": not contents.metrics.has(MetricGroup.EMOTION),
        "metrics": list(contents.metrics.names),
        "provider": contents.provider,
        "frame_size": None if size is None else [size.width_px, size.height_px],
        "file_name": job.filename,
        "job_id": job.id,
    }
