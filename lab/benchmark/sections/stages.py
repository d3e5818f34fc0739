"""Measures whose processor time a frame is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lab.benchmark.bench import Bench
from lab.benchmark.clips import Clip, demo_clip, enlarged_clip, five_faces_clip, one_face
from lab.benchmark.ours import loaded_models, run
from lab.benchmark.stages import STAGES, costs_ms, record
from lab.reports.report import Figure, Section, Table, slug

NAME = "stages"
_MOST_LARGE_FRAMES = 60


@dataclass(frozen=True, slots=True)
class Column:
    """One job on one clip: milliseconds for each frame by stage, and of a whole run."""

    name: str
    title: str
    costs_ms: Mapping[str, float]
    whole_ms: float


def measure(bench: Bench) -> Section:
    """Each stage, on a few clips."""
    return section([_column(bench, *each) for each in _plan(bench)])


def _plan(bench: Bench) -> Sequence[tuple[Clip, str, int]]:
    """Clip, job, and how many of its first frames."""
    frames = min(bench.effort.frames, 150)
    if bench.media is None:
        demo = demo_clip(bench.folder, bench.effort.demo_s)
        return [(demo, "multiface", frames)]
    one = one_face(bench.media)
    five = five_faces_clip(bench.media, bench.folder, frames=frames)
    few = min(frames, _MOST_LARGE_FRAMES)
    large = enlarged_clip(bench.media, bench.folder, frames=few)
    return [
        (one, "multiface", frames),
        (one, "sdk-metrics", frames),
        (five, "multiface", frames),
        (large, "multiface", few),
    ]


def _column(bench: Bench, clip: Clip, job: str, frames: int) -> Column:
    models = loaded_models()
    costs = costs_ms(record(clip.path, job, models, frames=frames), models)
    whole = run(clip.path, job, models)
    name, title = f"{clip.name}_{slug(job)}", f"{clip.title}, {job}"
    column = Column(name, title, costs, whole.cpu_s * 1000 / whole.frames)
    bench.tell(f"{title}: {sum(costs.values()):.1f} ms a frame in stages, {column.whole_ms:.1f} ms as a whole")
    return column


def section(columns: Sequence[Column]) -> Section:
    """The columns as a table, and the largest stage of each."""
    rows: list[tuple[str | float, ...]] = [
        (stage, *(round(column.costs_ms[stage], 2) for column in columns)) for stage in STAGES
    ]
    rows.append(("**sum**", *(round(sum(column.costs_ms.values()), 2) for column in columns)))
    rows.append(("**a whole run**", *(round(column.whole_ms, 2) for column in columns)))
    figures = tuple(
        Figure(f"{column.name}_ms", f"{column.title}: processor time of a frame", round(column.whole_ms, 2), "ms")
        for column in columns
    )
    limits = "; ".join(f"{column.title}: {_largest(column)}" for column in columns)
    return Section(
        NAME,
        "Processor time of each stage",
        "Milliseconds of processor time for each frame. Each stage is driven alone on what a first pass recorded, best "
        "of three. *detect*: the detector's windows, without the thorough search of the first frame, which *a whole "
        "run* has. *mesh*: the networks alone, the second mesh that is asked for its opinion among them; *crop*: what "
        "cutting, filling and placing the points back takes beside. *expressions*: all that is said of one mesh by "
        "itself, head angles, luminance, validity and emotions included. *a whole run*: the same job from file to "
        "results in one process, the whole clip: one half after the other, with two seconds twice, where it is long "
        "enough for parts.",
        f"What limits, by the largest stage. {limits}.",
        figures,
        (Table("", ("ms of processor time a frame", *(column.title for column in columns)), tuple(rows)),),
    )


def _largest(column: Column) -> str:
    stage = max(column.costs_ms, key=lambda each: column.costs_ms[each])
    return f"{stage}, {column.costs_ms[stage] / sum(column.costs_ms.values()):.0%} of the stages"
