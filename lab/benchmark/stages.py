"""Measures what each stage of a job takes of the processor: driven alone, by its public class, on what a first pass
recorded."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from chalicelib.analysis.analyzer import BATCH, WITNESS, FaceAnalyzer, with_scores
from chalicelib.analysis.expressions.taught import TaughtExpressions
from chalicelib.analysis.faces.detector import Detections, FaceDetector, Window
from chalicelib.analysis.faces.head_pose import head_pose, interocular_distance_px, mean_face_luminances
from chalicelib.analysis.faces.mesh import Crop, FaceMesh, MeshModel, network_input
from chalicelib.analysis.faces.proof.face_checks import FaceChecker
from chalicelib.analysis.faces.tracker import FaceTracker
from chalicelib.analysis.media.frames import Frame
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.media.pixels.planes import Picture
from chalicelib.analysis.networks.models import ModelFile, Models
from chalicelib.analysis.validity import confidence, invalid_reasons
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.requests.recipes import Mesh, Recipe
from chalicelib.formats.result_files import Contents, ResultFiles
from lab.benchmark.ours import recipe_of
from lab.benchmark.runs import clocked

STAGES = ("decode", "scene", "detect", "crop", "mesh", "track", "expressions", "own neutral", "format")
_FILES = {Mesh.ATTENTION: ModelFile.FACE_MESH_ATTENTION, Mesh.LIGHT: ModelFile.FACE_MESH_LIGHT}
_BEST_OF, _CHECKER = 3, FaceChecker()


@dataclass(frozen=True, slots=True)
class Searched:
    """A question to the detector, and its answer."""

    image: Picture
    window: Window
    found: Detections


@dataclass(frozen=True, slots=True)
class Measured:
    """A question to one of the meshes, and its answer."""

    mesh: Mesh
    image: Picture
    crops: list[Crop]
    found: list[FaceMesh]


@dataclass(frozen=True, slots=True)
class Recording:
    """The first frames of a file, and what each stage was asked about them. `searched` is without the thorough search
    of the first frame, `opening`, which a long video has only once."""

    path: Path
    recipe: Recipe
    frames: list[Frame]
    opening: list[Searched] = field(default_factory=list)
    searched: list[Searched] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)
    faces: list[tuple[tuple[int, int], FaceMesh]] = field(default_factory=list)
    metrics: list[FrameMetrics] = field(default_factory=list)


class _RecordingDetector(FaceDetector):
    def __init__(self, models: Models, recording: Recording) -> None:
        super().__init__(models)
        self._recording = recording

    def detect_all(self, image: Picture, windows: Sequence[Window]) -> list[Detections]:
        found = super().detect_all(image, windows)
        answers = zip(windows, found, strict=True)
        self._recording.searched.extend(Searched(image, window, answer) for window, answer in answers)
        return found


class _RecordingMesh(MeshModel):
    def __init__(self, models: Models, mesh: Mesh, recording: Recording) -> None:
        super().__init__(models, mesh)
        self._name, self._recording = mesh, recording

    def measure(self, image: Picture, crops: list[Crop]) -> list[FaceMesh]:
        found = super().measure(image, crops)
        self._recording.measured.append(Measured(self._name, image, crops, found))
        return found


class _ReplayedDetector(FaceDetector):
    def __init__(self, recording: Recording) -> None:
        self._answers = iter([each.found for each in (*recording.opening, *recording.searched)])

    def detect_all(self, image: Picture, windows: Sequence[Window]) -> list[Detections]:  # noqa: ARG002  # as recorded
        return [next(self._answers) for _ in windows]


class _ReplayedMesh(MeshModel):
    def __init__(self, recording: Recording, mesh: Mesh) -> None:
        # Fresh copies: what a mesh has worked out of its points before is kept with it.
        answers = [[replace(face) for face in each.found] for each in recording.measured if each.mesh is mesh]
        self._answers = iter(answers)

    def measure(self, image: Picture, crops: list[Crop]) -> list[FaceMesh]:  # noqa: ARG002  # as recorded
        return next(self._answers)


def record(path: Path, job: str, models: Models, *, frames: int) -> Recording:
    """Analyses the first frames of a file and keeps what each stage was asked."""
    recipe = recipe_of(job)
    with open_media(path) as medium:
        recording = Recording(path, recipe, list(islice(medium.frames(), frames)))
    tracker = FaceTracker(
        _RecordingDetector(models, recording),
        _RecordingMesh(models, recipe.mesh, recording),
        _RecordingMesh(models, WITNESS[recipe.mesh], recording),
        max_faces=recipe.max_faces,
    )
    for frame in recording.frames:
        height, width = frame.image.shape[:2]
        recording.faces.extend(((height, width), face.mesh) for face in tracker.track(frame))
        if frame is recording.frames[0]:
            recording.opening.extend(recording.searched)
            recording.searched.clear()
    analyzer = FaceAnalyzer(models, mesh=recipe.mesh, max_faces=recipe.max_faces)
    recording.metrics.extend(analyzer.analyze(recording.frames))
    return recording


def costs_ms(recording: Recording, models: Models) -> Mapping[str, float]:
    """Processor milliseconds for each frame, by stage: the best of some repeats. `crop`: what the mesh's class does
    beside running its network."""
    measured_ms = _best_ms(recording, lambda: _measure(recording, models))
    mesh_ms = _best_ms(recording, lambda: _networks_alone(recording, models))
    return {
        "decode": _best_ms(recording, lambda: _decode(recording)),
        "scene": _best_ms(recording, lambda: _look(recording)),
        "detect": _best_ms(recording, lambda: _detect(recording, models)),
        "crop": max(measured_ms - mesh_ms, 0.0),
        "mesh": mesh_ms,
        "track": _best_ms(recording, lambda: _track(recording)),
        "expressions": _best_ms(recording, lambda: _express(recording)),
        "own neutral": _best_ms(recording, lambda: _correct(recording)),
        "format": _best_ms(recording, lambda: _format(recording)),
    }


def _best_ms(recording: Recording, prepare: Callable[[], Iterable[object]]) -> float:
    """`prepare` makes what the stage needs; running through what it returns is the stage itself."""
    best_s = float("inf")
    for _ in range(_BEST_OF):
        steps = prepare()
        with clocked() as clock:
            for _step in steps:
                pass
        best_s = min(best_s, clock.cpu_s)
    return best_s * 1000 / len(recording.frames)


def _decode(recording: Recording) -> Iterator[object]:
    with open_media(recording.path) as medium:
        yield from islice(medium.frames(), len(recording.frames))


def _detect(recording: Recording, models: Models) -> Iterator[object]:
    detector = FaceDetector(models)
    return (detector.detect(each.image, each.window) for each in recording.searched)


def _measure(recording: Recording, models: Models) -> Iterator[object]:
    meshes = {mesh: MeshModel(models, mesh) for mesh in Mesh}
    return (meshes[each.mesh].measure(each.image, each.crops) for each in recording.measured)


def _networks_alone(recording: Recording, models: Models) -> Iterator[object]:
    networks = {mesh: models.network(_FILES[mesh]) for mesh in Mesh}
    inputs = [
        (each.mesh, network_input([face.sample for face in each.found])) for each in recording.measured if each.found
    ]
    return (networks[mesh](blob) for mesh, blob in inputs)


def _look(recording: Recording) -> Iterator[object]:
    tracker = _replayed(recording)
    return (tracker.look(frame) for frame in recording.frames)


def _track(recording: Recording) -> Iterator[object]:
    tracker = _replayed(recording)
    looks = [tracker.look(frame) for frame in recording.frames]
    return (tracker.follow(look) for look in looks)


def _replayed(recording: Recording) -> FaceTracker:
    mesh = recording.recipe.mesh
    return FaceTracker(
        _ReplayedDetector(recording),
        _ReplayedMesh(recording, mesh),
        _ReplayedMesh(recording, WITNESS[mesh]),
        max_faces=recording.recipe.max_faces,
    )


def _express(recording: Recording) -> Iterator[object]:
    """Everything that is said of meshes by themselves, of sixteen at a time as the analyzer does."""
    model = TaughtExpressions()
    faces = [(size, replace(mesh)) for size, mesh in recording.faces]
    for _, mesh in faces:
        mesh.fit  # noqa: B018  # kept with the mesh; in a job the tracker has asked for it
    if faces:
        _expressed(faces[:1], model)  # opens the network's file
    return (_expressed(faces[start : start + BATCH], model) for start in range(0, len(faces), BATCH))


def _expressed(faces: list[tuple[tuple[int, int], FaceMesh]], model: TaughtExpressions) -> list[object]:
    found, meshes = list[object](), [mesh for _, mesh in faces]
    luminances = mean_face_luminances(meshes, [size for size, _ in faces])
    of_faces = zip(faces, model.levels(meshes), _CHECKER.check(meshes), luminances, strict=True)
    for (size, mesh), each, check, luminance in of_faces:
        pose, eyes_px = head_pose(mesh.fit), interocular_distance_px(mesh.points)
        reasons = invalid_reasons(mesh, pose, check, luminance=luminance, interocular_px=eyes_px, picture=size)
        found.append((each, pose, confidence(mesh, check), reasons))
    return found


def _correct(recording: Recording) -> Iterator[object]:
    return iter(_scored(recording))


def _scored(recording: Recording) -> Iterator[FrameMetrics]:
    recipe = recording.recipe
    return with_scores(recording.metrics, recipe, recipe.metrics(expressions_only=False))


def _format(recording: Recording) -> Iterator[object]:
    recipe = recording.recipe
    return _written(recipe, list(_scored(recording)))


def _written(recipe: Recipe, frames: list[FrameMetrics]) -> Iterator[object]:
    with (
        tempfile.TemporaryDirectory(prefix="mien-bench-") as directory,
        ResultFiles(Contents(recipe, recipe.metrics(expressions_only=False)), Path(directory), "clip.mp4") as results,
    ):
        for frame in frames:
            results.write(frame)
            yield frame
