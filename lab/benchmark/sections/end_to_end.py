"""From the opening of the file to the results, beside MediaPipe's Face Landmarker."""

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from lab.benchmark.bench import DISTURBED, LEAST_CORES, Bench
from lab.benchmark.clips import Clip, demo_clip, made_clips, one_face, one_minute
from lab.benchmark.contestants import Contestant, ours, theirs
from lab.benchmark.runs import Run
from lab.benchmark.statistics import Spread, speed_ratios, spread
from lab.evaluation.sections.crowds import true_faces
from lab.reports.charts import Bars, write_bars
from lab.reports.report import Bar, Figure, Section, Table, slug

NAME = "end_to_end"
JOBS = ("multiface", "sdk-metrics")
OPPONENT = "MediaPipe"
_FIVE_ALLOWED = "MediaPipe, five allowed"
_FIVE = 5
_BARS = {"multiface": Bar(at_least=2.0), "sdk-metrics": Bar(at_least=4.0)}
_SHORT = "one_face_short"
_BARRED_CLIPS = ("one_face", "two_faces", "five_faces")
_FOUND_SHARE = 0.95
_BUSY = 0.85


@dataclass(frozen=True, slots=True)
class Photo:
    """The number of faces in a photo, and the number that each found."""

    name: str
    shown: int
    ours: int
    theirs: int


@dataclass(frozen=True, slots=True)
class Race:
    """The measurements on one clip: the runs of each contestant, in the order of time."""

    clip: Clip
    runs: Mapping[str, list[Run]] = field(default_factory=dict)

    def finds_all(self, name: str) -> bool:
        """Returns True if the contestant found exactly the clip's faces in nearly every frame."""
        return all(run.share_with(self.clip.faces) >= _FOUND_SHARE for run in self.runs[name])

    def ratio(self, name: str) -> Spread | None:
        """Returns how many times as fast as MediaPipe; None if not both found the faces, or read unlike many
        frames."""
        if OPPONENT not in self.runs or not (self.finds_all(name) and self.finds_all(OPPONENT)):
            return None
        mine, other = self.runs[name], self.runs[OPPONENT]
        if {run.frames for run in mine} != {run.frames for run in other}:
            return None
        return speed_ratios([run.wall_s for run in mine], [run.wall_s for run in other])

    def processor_ratio(self, name: str) -> float | None:
        """Returns how many times the processor time of ours MediaPipe takes, which other work on the machine hardly
        changes."""
        if self.ratio(name) is None:
            return None
        return (
            spread([run.cpu_s for run in self.runs[OPPONENT]]).median
            / spread([run.cpu_s for run in self.runs[name]]).median
        )

    def frames_per_s(self, name: str) -> Spread:
        """Over the repeats."""
        return spread([run.frames_per_s for run in self.runs[name]])

    def cores(self, name: str) -> float:
        """Returns how many cores were at work, in the mean."""
        return spread([run.cpu_s / run.wall_s for run in self.runs[name]]).median

    def cpu_s_per_minute(self, name: str) -> float | None:
        """Processor seconds for each minute of video; None for a picture."""
        media_s = self.runs[name][0].media_s
        return spread([run.cpu_s * 60 / media_s for run in self.runs[name]]).median if media_s else None


def measure(bench: Bench) -> Section:
    """Every clip, every contestant, in turn."""
    with ExitStack() as stack:
        own = stack.enter_context(ours(bench.log))
        other = None if bench.opponent_lacks else stack.enter_context(theirs(bench.bundle, bench.log))
        races = [_race(bench, clip, own, other) for clip in _clips(bench)]
        photos = [] if bench.media is None or other is None else _photos(bench.media, own, other)
    _draw(bench, races)
    return section(races, bench.opponent_lacks, photos)


def _clips(bench: Bench) -> Sequence[Clip]:
    if bench.media is None:
        return [demo_clip(bench.folder, bench.effort.demo_s)]
    bench.tell("making clips")
    short = one_face(bench.media)
    return [
        one_minute(bench.media, bench.folder, seconds=bench.effort.clip_s),
        *made_clips(bench.media, bench.folder, frames=bench.effort.frames),
        replace(short, name=_SHORT, title=f"{short.title}, 20 s"),
    ]


def _race(bench: Bench, clip: Clip, own: Contestant, other: Contestant | None) -> Race:
    path = str(clip.path)
    # Theirs stands between our two jobs, beside both.
    starts: list[tuple[str, Contestant, dict[str, str | int]]] = [
        ("multiface", own, {"path": path, "job": "multiface"})
    ]
    if other is not None:
        starts.append((OPPONENT, other, {"path": path, "faces": clip.faces}))
    starts.append(("sdk-metrics", own, {"path": path, "job": "sdk-metrics"}))
    if other is not None and clip.name == _SHORT:
        starts.append((_FIVE_ALLOWED, other, {"path": path, "faces": _FIVE}))
    runs: dict[str, list[Run]] = {name: [] for name, _, _ in starts}
    for repeat in range(bench.effort.repeats):
        for name, contestant, request in starts:
            run = contestant.run(request)
            runs[name].append(run)
            bench.tell(f"{clip.title}, {repeat + 1} of {bench.effort.repeats}: {name} {run.frames_per_s:.1f} frames/s")
    return Race(clip, runs)


def _photos(media: Path, own: Contestant, other: Contestant) -> list[Photo]:
    photos = []
    for name, faces in true_faces().items():
        path = str(media / "crowds" / name)
        ours_found, theirs_found = (
            own.run({"path": path, "job": JOBS[0]}),
            other.run({"path": path, "faces": len(faces)}),
        )
        photos.append(Photo(name, len(faces), int(next(iter(ours_found.faces))), int(next(iter(theirs_found.faces)))))
    return photos


def section(races: Sequence[Race], opponent_lacks: str, photos: Sequence[Photo] = ()) -> Section:
    """Returns what the races say."""
    figures = [figure for race in races for name in JOBS for figure in _figures(race, name)]
    rows = [_row(race, name) for race in races for name in race.runs]
    header = (
        "clip",
        "",
        "frames/s",
        "times MediaPipe's speed",
        "MediaPipe's processor time over ours",
        "processor s per video minute",
        "cores at work",
        "frames with all faces",
    )
    return Section(
        NAME,
        "End to end, beside MediaPipe's Face Landmarker",
        "Ours: from opening the file to complete, closed result files, as a worker does it. MediaPipe 1.2.2's Face "
        "Landmarker with blendshapes, in video mode, read with OpenCV as its documentation does (a photo in image "
        "mode); its answers stay in memory. Ours is a worker with its second process, MediaPipe a process of its own; "
        "everything is loaded before the clock starts, and each may use all cores. They take turns on the same file, "
        "and each run is divided by the one beside it. The clip of one face is a film of 20 s three times over, those "
        "of several last 30 s. MediaPipe is allowed as many faces as the clip shows; ours always 50. Median of "
        f"{len(next(iter(races[0].runs.values())))} repeats, lowest and highest in brackets. A ratio counts only where "
        f"both found exactly the clip's faces in at least {_FOUND_SHARE:.0%} of the frames.",
        _reading(races, opponent_lacks),
        tuple(figures),
        (Table("", header, tuple(rows)), *_photo_tables(photos)),
        f"{NAME}.svg",
    )


def _photo_tables(photos: Sequence[Photo]) -> list[Table]:
    if not photos:
        return []
    rows = [(f"`{each.name}`", each.shown, each.ours, each.theirs) for each in photos]
    title = "Faces found in group photos (ours: at most 50; MediaPipe is allowed as many as there are)"
    return [Table(title, ("photo", "faces", JOBS[0], OPPONENT), tuple(rows))]


def _figures(race: Race, name: str) -> list[Figure]:
    stem, title = f"{race.clip.name}_{slug(name)}", f"{name}, {race.clip.title}"
    speed = Figure(f"{stem}_fps", f"{title}: frames a second", round(race.frames_per_s(name).median, 1))
    if OPPONENT not in race.runs:
        return [speed]
    ratio = race.ratio(name)
    bar = _BARS[name] if race.clip.name in _BARRED_CLIPS else None
    value = round(ratio.median, 2) if ratio else None
    return [Figure(stem, f"{title}: times as fast as MediaPipe", value, "", bar), speed]


def _row(race: Race, name: str) -> tuple[str | float | None, ...]:
    is_ours = not name.startswith(OPPONENT)
    ratio = race.ratio(name) if is_ours else None
    processor = race.processor_ratio(name) if is_ours else None
    share = min(run.share_with(race.clip.faces) for run in race.runs[name])
    minute = race.cpu_s_per_minute(name)
    return (
        race.clip.title,
        name,
        race.frames_per_s(name).text(),
        ratio.text(2) if ratio else "",
        "" if processor is None else round(processor, 2),
        "" if minute is None else round(minute, 1),
        round(race.cores(name), 2),
        f"{share:.0%}",
    )


def _reading(races: Sequence[Race], opponent_lacks: str) -> str:
    sentences = []
    if opponent_lacks:
        sentences.append(f"Ours alone: {opponent_lacks}")
    for race in races:
        shy = [name for name in (*JOBS, OPPONENT) if name in race.runs and not race.finds_all(name)]
        if shy and OPPONENT in race.runs:
            found = ", ".join(f"{name} {_most_seen(race.runs[name][0])}" for name in shy)
            sentences.append(f"On the {race.clip.title}, no ratio counts: of {race.clip.faces} faces {found}.")
    return " ".join([*sentences, _limit(races[0])])


def _most_seen(run: Run) -> str:
    count = max(run.faces, key=lambda each: run.faces[each])
    return f"found {count}"


def _limit(race: Race) -> str:
    """Returns what keeps the first clip's default job from being faster, as far as cores tell it."""
    cores, there = race.cores(JOBS[0]), len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if cores < LEAST_CORES:
        return DISTURBED
    if cores >= _BUSY * there:
        return f"What limits: the processor; {cores:.1f} of {there} cores are at work ({race.clip.title}, {JOBS[0]})."
    return (
        f"What limits: work that waits for other work; {cores:.1f} of {there} cores are busy ({race.clip.title}, "
        f"{JOBS[0]}). [Stages](#processor-time-of-each-stage) says whose time it is."
    )


def _draw(bench: Bench, races: Sequence[Race]) -> None:
    names = [name for name in (*JOBS, OPPONENT) if name in races[0].runs]
    films = [race for race in races if race.runs[JOBS[0]][0].frames > 1]
    bars = [Bars(name, [race.frames_per_s(name).median for race in films]) for name in names]
    labels = [race.clip.title for race in films]
    write_bars(bench.pictures / f"{NAME}.svg", title="Frames a second, end to end", labels=labels, groups=bars)
