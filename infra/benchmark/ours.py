"""Ours: a job, from the opening of its file to its complete result files. `python -m infra.benchmark.ours` answers
requests.

What a worker does with a job, but for AWS: no download, no lease, no upload.
"""

import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from chalicelib.analysis.analyzer import FaceAnalyzer
from chalicelib.analysis.models import ModelFile, Models
from chalicelib.analysis.open_media import open_media
from chalicelib.analysis.score_streams import scored
from chalicelib.domain.job_names import RECIPES, JobName, Recipe
from chalicelib.formats.result_files import ResultFiles
from infra.benchmark.runs import Run, answer, clocked, peak_bytes

MODELS_DIR = Path(__file__).resolve().parents[2] / "models"


def loaded_models(folder: Path = MODELS_DIR) -> Models:
    """The models with every file open, as a worker has them before its first message."""
    models = Models(folder)
    for file_name in ModelFile:
        models.session(file_name)
    return models


def recipe_of(job: str) -> Recipe:
    """How a job is carried out. Raises `ValueError` for one without an analysis."""
    recipe = RECIPES[JobName(job)]
    if recipe is None:
        raise ValueError(f"{job} analyses nothing")
    return recipe


def run(path: Path, job: str, models: Models, formats: tuple[str, ...] = ()) -> Run:
    """One file, one job. `formats`: the content types of the result files, those of the job where none is given."""
    recipe = recipe_of(job)
    recipe = replace(recipe, content_types=formats or recipe.content_types)
    metrics = recipe.metrics(expressions_only=False)
    faces: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="mien-bench-") as directory, clocked() as clock:
        analyzer = FaceAnalyzer(models, mesh=recipe.mesh, max_faces=recipe.max_faces, scores=recipe.scores)
        with (
            open_media(path) as medium,
            ResultFiles(recipe, metrics, Path(directory), path.name, provider=models.provider) as results,
            closing(analyzer.analyze(medium.frames())) as measured,
        ):
            media_s = medium.info.duration_s or 0.0
            for frame in scored(measured, recipe.scores, metrics):
                results.write(frame)
                faces[str(len(frame.faces))] += 1
            results.close()
    return Run(faces.total(), dict(faces), clock.wall_s, clock.cpu_s, media_s, peak_bytes())


def main() -> None:
    """Answers requests `{"path": ..., "job": ..., "formats": [...]}`."""
    models = loaded_models()

    def respond(request: dict[str, Any]) -> Run:
        return run(Path(request["path"]), request["job"], models, tuple(request.get("formats", ())))

    answer(respond)


if __name__ == "__main__":
    main()
