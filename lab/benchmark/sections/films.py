"""How quickly films are rendered, compared with measuring the same video."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chalicelib.analysis.analyzer import with_scores
from chalicelib.analysis.media.frames import MediaLimits
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.requests.job_options import DEFAULT_OPTIONS
from chalicelib.domain.requests.result_formats import ResultVideo
from chalicelib.rendering.film import Source, render
from chalicelib.worker.part_measurer import PartMeasurer
from lab.benchmark.bench import Bench
from lab.benchmark.clips import Clip, demo_clip, enlarged_clip, five_faces_clip, one_face
from lab.benchmark.ours import loaded_models, recipe_of
from lab.benchmark.runs import clocked
from lab.benchmark.statistics import Spread, spread
from lab.reports.report import Bar, Figure, Section, Table

NAME = "films"
_MOST_FRAMES = 320
_LEAST = 0.5
_KINDS = (ResultVideo.ANNOTATED, ResultVideo.ANONYMIZED)


@dataclass(frozen=True, slots=True)
class Pace:
    """Processor milliseconds of a frame, in each repeat: to measure it, and to render it."""

    clip: Clip
    video: ResultVideo
    measured_ms: Sequence[float]
    rendered_ms: Sequence[float]

    @property
    def speed(self) -> Spread:
        """Returns the speed of rendering as a share of that of measuring."""
        return spread([one / other for one, other in zip(self.measured_ms, self.rendered_ms, strict=True)])


def measure(bench: Bench) -> Section:
    """Each kind of film on a few clips."""
    return section([pace for clip in _clips(bench) for pace in _paces(bench, clip)])


def _clips(bench: Bench) -> Sequence[Clip]:
    if bench.media is None:
        return [demo_clip(bench.folder, bench.effort.demo_s)]
    frames = min(bench.effort.frames, _MOST_FRAMES)
    return [
        one_face(bench.media),
        five_faces_clip(bench.media, bench.folder, frames=frames),
        enlarged_clip(bench.media, bench.folder, frames=frames // 2),
    ]


def _paces(bench: Bench, clip: Clip) -> list[Pace]:
    models, out = loaded_models(), bench.folder / "film"
    times: dict[ResultVideo | None, list[float]] = {kind: [] for kind in (None, *_KINDS)}
    for _ in range(bench.effort.repeats):
        with clocked() as clock:
            frames = _measured(models, clip.path)
        times[None].append(clock.cpu_s * 1000 / len(frames))
        for kind in _KINDS:
            with clocked() as clock:
                render(
                    kind,
                    Source(clip.path),
                    frames,
                    scores=DEFAULT_OPTIONS.drawn,
                    models=models,
                    out=out,
                    go_on=lambda: None,
                )
            times[kind].append(clock.cpu_s * 1000 / len(frames))
    paces = [Pace(clip, kind, times[None], times[kind]) for kind in _KINDS]
    for pace in paces:
        bench.tell(f"{clip.title}, {pace.video}: {pace.speed.text(2)} times the speed of measuring")
    return paces


def _measured(models: Models, path: Path) -> list[FrameMetrics]:
    recipe, parts = recipe_of("multiface"), PartMeasurer(models, limits=MediaLimits())
    with parts.open(path, recipe, lambda: None) as media:
        return list(with_scores(parts.whole(media, recipe), recipe, recipe.metrics(expressions_only=False)))


def section(paces: Sequence[Pace]) -> Section:
    """The paces as a table, and a figure for each."""
    figures = tuple(
        Figure(
            f"{pace.clip.name}_{pace.video}",
            f"{pace.clip.title}, {pace.video}: speed of rendering over speed of measuring, by processor time",
            round(pace.speed.median, 2),
            "",
            Bar(at_least=_LEAST),
        )
        for pace in paces
    )
    rows = tuple(
        (
            pace.clip.title,
            str(pace.video),
            round(spread(pace.measured_ms).median, 1),
            round(spread(pace.rendered_ms).median, 1),
            pace.speed.text(2),
        )
        for pace in paces
    )
    return Section(
        NAME,
        "Rendering a video",
        "`entry_job[video]`: processor time of measuring a clip in one pass, and of rendering it after that: decoding "
        "again, drawing or searching and covering, encoding as VP9, copying the sound. Repeated in turn.",
        "A job that asks for a video takes the time of both.",
        figures,
        (Table("", ("clip", "video", "measuring, ms a frame", "rendering, ms a frame", "speed of rendering"), rows),),
    )
