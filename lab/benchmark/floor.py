"""The floor under a job: its frames decoded and nothing else, and its networks run and nothing else, on what the job
asked of them."""

import tempfile
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from chalicelib.analysis.analyzer import FaceAnalyzer, with_scores
from chalicelib.analysis.expressions.taught import NETWORKS_FOLDER as HEADS_FOLDER
from chalicelib.analysis.expressions.taught import TaughtExpressions
from chalicelib.analysis.faces.proof.face_checks import NETWORKS_FOLDER as CHECKS_FOLDER
from chalicelib.analysis.faces.proof.face_checks import FaceChecker
from chalicelib.analysis.media.frames import Frame, MediaLimits
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.media.sniff import sniff_file
from chalicelib.analysis.media.video_container import choose_stream, open_container
from chalicelib.analysis.networks.models import Models
from chalicelib.formats.result_files import Contents, ResultFiles
from lab.benchmark.ours import MODELS_DIR, recipe_of
from lab.benchmark.runs import clocked
from lab.benchmark.stage_profile import profiled


@dataclass(frozen=True, slots=True)
class Floor:
    """Milliseconds of processor time for each frame: decoding alone, networks alone, the job; `ratios` of the job to
    the sum of the first two, one for each repeat. `stages`: the job by stage, from a run of its own in one thread."""

    decoding_ms: float
    networks_ms: float
    job_ms: float
    ratios: tuple[float, ...]
    stages: Mapping[str, float]

    @property
    def ratio(self) -> float:
        """The median of the repeats."""
        return float(median(self.ratios))


class _Networks:
    """The models of a job, which note what they are asked while `asked` is a list."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, Mapping[str, Any]]] | None = None
        self.models = _NotingModels(MODELS_DIR, self)
        self.expressions = TaughtExpressions(_NotingModels(HEADS_FOLDER, self))
        self.checker = FaceChecker(_NotingModels(CHECKS_FOLDER, self))

    def run_again(self) -> None:
        """Each network on what it was asked, in that order, by the caller's thread."""
        for session, given in self.asked or ():
            session.run(None, given)


class _NotingModels(Models):
    def __init__(self, folder: Path, networks: _Networks) -> None:
        super().__init__(folder)
        self._networks_noted = networks

    def session(self, file_name: str) -> Any:
        return _NotingSession(super().session(file_name), self._networks_noted)


class _NotingSession:
    """A session of ONNX Runtime; what is no question is passed on as it is."""

    def __init__(self, session: Any, networks: _Networks) -> None:
        self._session, self._networks = session, networks

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def run(self, outputs: Any, given: Mapping[str, Any]) -> Any:
        if self._networks.asked is not None:
            self._networks.asked.append((self._session, {name: value.copy() for name, value in given.items()}))
        return self._session.run(outputs, given)


def floor_of(path: Path, job: str, *, frames: int, repeats: int) -> Floor:
    """Measures the first frames of a video: decoding, networks and job in turn, so that other work on the machine
    disturbs them alike."""
    networks = _Networks()
    do_job = partial(_run_job, path, job, networks, frames=frames)
    networks.asked = []
    counted = do_job()  # which also opens the networks
    run_again, networks_asked = networks.run_again, networks.asked
    rounds = []
    for _ in range(repeats):
        networks.asked = networks_asked
        parts_ms = []
        for work in (partial(_decode, path, frames), run_again, do_job):
            if work is do_job:
                networks.asked = None
            with clocked() as clock:
                work()
            parts_ms.append(clock.cpu_s * 1000 / max(counted, 1))
        rounds.append(parts_ms)
    networks.asked = None
    with profiled() as stages_s:
        do_job(in_threads=False)
    decoding_ms, networks_ms, job_ms = (float(median(each)) for each in zip(*rounds, strict=True))
    ratios = tuple(job_ms / (decoding_ms + networks_ms) for decoding_ms, networks_ms, job_ms in rounds)
    stages = {name: seconds * 1000 / max(counted, 1) for name, seconds in stages_s.items()}
    return Floor(decoding_ms, networks_ms, job_ms, ratios, stages)


def _decode(path: Path, frames: int) -> int:
    """Decodes with the threads that a job has, and looks at nothing. Returns how many frames there were."""
    limits = MediaLimits()
    with closing(open_container(path, sniff_file(path).format_name, limits)) as container:
        stream = choose_stream(container, limits, None)
        return sum(1 for _ in islice(container.decode(stream), frames))


def _run_job(path: Path, job: str, networks: _Networks, *, frames: int, in_threads: bool = True) -> int:
    """From opening the file to complete result files, in one pass. Returns how many frames there were."""
    recipe = replace(recipe_of(job))
    metrics = recipe.metrics(expressions_only=False)
    analyzer = FaceAnalyzer(
        networks.models,
        mesh=recipe.mesh,
        max_faces=recipe.max_faces,
        expressions=networks.expressions,
        in_threads=in_threads,
        checker=networks.checker,
    )
    count = 0
    with (
        _first_frames(path, frames, threads=None if in_threads else 1) as pictures,
        tempfile.TemporaryDirectory(prefix="mien-bench-") as directory,
        ResultFiles(Contents(recipe, metrics), Path(directory), path.name) as results,
        closing(analyzer.analyze(pictures)) as measured,
    ):
        for frame in with_scores(measured, recipe, metrics):
            results.write(frame)
            count += 1
        results.close()
    return count


@contextmanager
def _first_frames(path: Path, count: int, *, threads: int | None) -> Generator[Generator[Frame]]:
    """A generator, which a thread that works ahead can close before the file is."""
    with open_media(path, threads=threads) as medium:
        yield (frame for frame in islice(medium.frames(), count))
