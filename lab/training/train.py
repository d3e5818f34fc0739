"""Trains the expression model: `make train`, or `python -m lab.training.train`.

Measures the pictures and clips of `../shared/media`, asks the teacher of `../shared/teacher`, tests students on each
person's clip that they have not seen, then trains the ones that the product gets, on everything, and writes them with
the record of how they were made. Each stage is kept in `build/training`; delete the folder to begin again.
"""

import argparse
import hashlib
import json
import platform
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from chalicelib.domain.requests.recipes import Mesh
from lab.training.comparison import compared
from lab.training.export import export
from lab.training.lessons import Answers, answers_stage, invention_stage, lessons, measure_stage
from lab.training.measured_faces import CLIPS, HIDDEN_MOUTH
from lab.training.student import LEARNED, Course, Student, teach
from lab.training.teacher import BLENDSHAPES, BUNDLE

_ROOT = Path(__file__).resolve().parents[2]
NETWORKS = _ROOT / "chalicelib" / "analysis" / "expressions" / "weights"
RECORD = Path(__file__).with_name("record.json")

Array = NDArray[np.float32]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--folder", type=Path, default=_ROOT / "build" / "training", help="where the stages are kept")
    parser.add_argument("--media", type=Path, default=_ROOT.parent / "shared" / "media")
    arguments = parser.parse_args()
    if not (arguments.media.is_dir() and BUNDLE.is_file()):
        raise SystemExit("Training needs ../shared/media and ../shared/teacher next to the project; they are not here.")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    RECORD.write_text(json.dumps(_train(arguments.folder, arguments.media), indent=1) + "\n")
    print(f"Written: {NETWORKS.relative_to(_ROOT)}/ and {RECORD.relative_to(_ROOT)}")


def _train(folder: Path, media: Path) -> dict[str, object]:
    models = _ROOT / "models"
    faces = measure_stage(folder, models, media)
    inventions = invention_stage(folder, models, media)
    course = Course()
    record: dict[str, object] = {
        "course": asdict(course),
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
        "teacher_sha256": hashlib.sha256(BUNDLE.read_bytes()).hexdigest(),
        "persons": len({str(source) for source in faces.source if str(source).startswith("portraits/")}) + len(CLIPS),
    }
    for mesh in Mesh:
        answers = answers_stage(folder, faces, inventions, mesh)
        held_out = _held_out(answers, course, mesh)
        student = teach(lessons(answers, without=None), course, _reporter(f"{mesh} mesh, everything"))
        content = export(student, name=f"expressions_{mesh}", facts={"teacher": str(record["teacher_sha256"])})
        NETWORKS.mkdir(parents=True, exist_ok=True)
        (NETWORKS / f"{mesh}.onnx").write_bytes(content)
        record[str(mesh)] = {
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "faces": len(answers.source),
            "held_out": held_out,
        }
    return record


def _held_out(answers: Answers, course: Course, mesh: Mesh) -> dict[str, object]:
    """Per clip, pooled, and pooled without the frames whose mouth is hidden: student and direct feed against the
    teacher."""
    found: dict[str, Array] = {}
    for clip in CLIPS:
        student = teach(lessons(answers, without=clip), course, _reporter(f"{mesh} mesh, without {clip}"))
        found[clip] = _on_clip(student, answers, clip)
    visible = {
        clip: np.delete(table, slice(*HIDDEN_MOUTH) if clip == CLIPS[0] else [], axis=1)
        for clip, table in found.items()
    }
    return {
        **{clip: asdict(compared(LEARNED, *table)) for clip, table in found.items()},
        "pooled": asdict(compared(LEARNED, *np.concatenate(list(found.values()), axis=1))),
        "pooled, mouth visible": asdict(compared(LEARNED, *np.concatenate(list(visible.values()), axis=1))),
    }


def _on_clip(student: Student, answers: Answers, clip: str) -> Array:
    """(3, frames, len(LEARNED)): the student's scores, the direct feed's, the teacher's own."""
    rows = answers.real & (answers.source == clip)
    columns = [BLENDSHAPES.index(name) for name in LEARNED]
    scores = student.scores(answers.points[rows])
    return np.stack([scores, answers.ours[rows][:, columns], answers.own[rows][:, columns]])


def _reporter(title: str) -> Callable[[int, float], None]:
    def report(step: int, loss: float) -> None:
        if step % 1000 == 0:
            print(f"Training, {title}: step {step}, loss {loss:.3f}", flush=True)

    return report


if __name__ == "__main__":
    main()
