"""Measures how far a job is above what it cannot do without: decoding its frames and running its networks."""

from collections.abc import Sequence
from dataclasses import dataclass

from lab.benchmark.bench import Bench
from lab.benchmark.clips import Clip, demo_clip, enlarged_clip, five_faces_clip, one_face
from lab.benchmark.floor import Floor, floor_of
from lab.benchmark.stage_profile import STAGES
from lab.reports.report import Bar, Figure, Section, Table, slug

NAME = "floor"
_FRAMES, _LARGE_FRAMES = 120, 60
_UHD = (3840, 2160)
_BARS = {
    "one_face_multiface": Bar(at_most=1.3),
    "five_faces_multiface": Bar(at_most=1.3),
    "full_hd_multiface": Bar(at_most=1.5),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One job on one clip."""

    clip: Clip
    job: str
    floor: Floor

    @property
    def name(self) -> str:
        """Such as "one_face_multiface"."""
        return f"{self.clip.name}_{slug(self.job)}"

    @property
    def title(self) -> str:
        """Such as "one face, 640x360, multiface"."""
        return f"{self.clip.title}, {self.job}"


def measure(bench: Bench) -> Section:
    """One face under both jobs, five faces, and one at two larger sizes."""
    columns = []
    for clip, job, frames in _plan(bench):
        floor = floor_of(clip.path, job, frames=frames, repeats=bench.effort.repeats)
        columns.append(Column(clip, job, floor))
        bench.tell(f"{columns[-1].title}: {floor.job_ms:.1f} ms a frame, {floor.ratio:.2f} times its floor")
    return section(columns)


def _plan(bench: Bench) -> Sequence[tuple[Clip, str, int]]:
    """Clip, job, and how many of its first frames."""
    frames = min(bench.effort.frames, _FRAMES)
    if bench.media is None:
        return [(demo_clip(bench.folder, bench.effort.demo_s), "multiface", frames)]
    large = min(frames, _LARGE_FRAMES)
    one = one_face(bench.media)
    return [
        (one, "multiface", frames),
        (one, "sdk-metrics", frames),
        (five_faces_clip(bench.media, bench.folder, frames=frames), "multiface", large),
        (enlarged_clip(bench.media, bench.folder, frames=large), "multiface", large),
        (enlarged_clip(bench.media, bench.folder, frames=large, size_px=_UHD), "multiface", large),
    ]


def section(columns: Sequence[Column]) -> Section:
    """The columns as two tables: the floor, and the stages that take the processor time."""
    figures = tuple(
        Figure(
            f"{each.name}_over_floor",
            f"{each.title}: processor time of the job over that of decoding and networks alone",
            round(each.floor.ratio, 2),
            bar=_BARS.get(each.name),
        )
        for each in columns
    )
    return Section(
        NAME,
        "The floor under a job",
        "Milliseconds of processor time for each of a clip's first frames. *decoding alone*: FFmpeg decodes, and "
        "nothing looks at the frames. *networks alone*: ONNX Runtime runs every network on what the job gave it, "
        "one after the other, the thorough search of the first frame among them. *the job*: from opening the file "
        "to complete result files, in one pass. The three take turns; medians, and of the multiple the median of "
        "each turn's own, lowest and highest in brackets. *By stage* is a run of its own in one thread, "
        "sampled while it works: there decoding and networks share the caches with everything else, and take longer "
        "than alone.",
        f"What is more than decoding and networks: {'; '.join(_most(each) for each in columns)}.",
        figures,
        (_floors(columns), _stages(columns)),
    )


def _floors(columns: Sequence[Column]) -> Table:
    rows = tuple(
        (
            each.title,
            round(each.floor.decoding_ms, 2),
            round(each.floor.networks_ms, 2),
            round(each.floor.job_ms, 2),
            f"{each.floor.ratio:.2f} ({min(each.floor.ratios):.2f}-{max(each.floor.ratios):.2f})",
        )
        for each in columns
    )
    header = ("ms of processor time a frame", "decoding alone", "networks alone", "the job", "job over both")
    return Table("", header, rows)


def _stages(columns: Sequence[Column]) -> Table:
    names = [name for name in STAGES if any(each.floor.stages.get(name) for each in columns)]
    rows: list[tuple[str | float, ...]] = [
        (name, *(round(each.floor.stages.get(name, 0.0), 2) for each in columns)) for name in names
    ]
    return Table("By stage", ("ms of processor time a frame", *(each.title for each in columns)), tuple(rows))


def _most(column: Column) -> str:
    """The three stages that take most, but for decoding and networks."""
    found = sorted(
        ((ms, name) for name, ms in column.floor.stages.items() if name not in {"decoding", "networks"}), reverse=True
    )
    return f"{column.title}: {', '.join(f'{name} {ms:.1f} ms' for ms, name in found[:3])}"
