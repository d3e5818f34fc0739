"""Ours: a job, from the opening of its file to its complete result files. `python -m lab.benchmark.ours` answers
requests.

What a worker does with a job, but for AWS: no download, no lease, no upload.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from chalicelib.analysis.analyzer import with_scores
from chalicelib.analysis.media.frames import MediaLimits
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.recipes import RECIPES, Recipe
from chalicelib.formats.result_files import Contents, ResultFiles
from chalicelib.worker.parallel_parts import measured_in_parallel, parallel_plan
from chalicelib.worker.part_measurer import PartMeasurer
from chalicelib.worker.part_process import PartProcess
from lab.benchmark.runs import Run, answer, clocked, peak_bytes

MODELS_DIR = Path(__file__).resolve().parents[2] / "models"


def loaded_models(folder: Path = MODELS_DIR) -> Models:
    """The models with every file open, as a worker has them before its first message."""
    models = Models(folder)
    models.open_all()
    return models


def recipe_of(job: str) -> Recipe:
    """Returns how a job is carried out. Raises `ValueError` for one without an analysis."""
    recipe = RECIPES[JobName(job)]
    if recipe is None:
        raise ValueError(f"{job} analyses nothing")
    return recipe


def run(
    path: Path,
    job: str,
    models: Models,
    formats: tuple[str, ...] = (),
    processes: Sequence[PartProcess] = (),
) -> Run:
    """One file, one job. `formats`: the content types of the result files, those of the job if none is given.
    `processes`: as a worker has them; processor time and memory are those of all."""
    recipe = recipe_of(job)
    recipe = replace(recipe, content_types=formats or recipe.content_types)
    metrics = recipe.metrics(expressions_only=False)
    faces: Counter[str] = Counter()
    others = [each.process_id for each in processes if each.process_id is not None]
    parts = PartMeasurer(models, limits=MediaLimits())
    with (
        tempfile.TemporaryDirectory(prefix="mien-bench-") as directory,
        clocked(*others) as clock,
        parts.open(path, recipe, lambda: None) as media,
    ):
        media_s = media.info.duration_s or 0.0
        plan = parallel_plan(media.info, recipe)
        if plan is None:
            frames = parts.whole(media, recipe)
        else:
            media.close()  # as a worker does
            frames = measured_in_parallel(
                parts, path, recipe, plan, _Nobody(), directory=Path(directory), processes=processes
            )
        with (
            ResultFiles(Contents(recipe, metrics, provider=models.provider), Path(directory), path.name) as results,
            closing(frames) as measured,
        ):
            for frame in with_scores(measured, recipe, metrics):
                results.write(frame)
                faces[str(len(frame.faces))] += 1
            results.close()
    return Run(faces.total(), dict(faces), clock.wall_s, clock.cpu_s, media_s, peak_bytes(*others))


class _Nobody:
    """A `Report` to no one."""

    def count_elsewhere(self, measured: Callable[[], int]) -> None:
        """Nothing."""

    def go_on(self) -> None:
        """Nothing."""


def main() -> None:
    """Answers requests `{"path": ..., "job": ..., "formats": [...]}`."""
    models = loaded_models()
    processes = PartProcess.useful_to(models, MODELS_DIR)
    for process in processes:
        process.start()
    for process in processes:
        process.wait_until_ready()

    def respond(request: dict[str, Any]) -> Run:
        return run(Path(request["path"]), request["job"], models, tuple(request.get("formats", ())), processes)

    answer(respond)


if __name__ == "__main__":
    main()
