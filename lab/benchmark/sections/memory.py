"""Measures how much memory a job takes, and that it does not grow with the length of the video."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.domain.requests.result_formats import (
    CSV_CONTENT_TYPE,
    LEGACY_CONTENT_TYPE,
    PARQUET_CONTENT_TYPE,
    SESSION_CONTENT_TYPE,
    SUMMARY_CONTENT_TYPE,
)
from lab.benchmark.bench import Bench
from lab.benchmark.clips import demo_clip, five_faces_clip, looped, one_face
from lab.benchmark.contestants import Contestant, ours
from lab.benchmark.runs import Run
from lab.reports.report import Bar, Figure, Section, Table

NAME = "memory"
FORMATS = {
    "session JSON": SESSION_CONTENT_TYPE,
    "CSV": CSV_CONTENT_TYPE,
    "legacy JSON": LEGACY_CONTENT_TYPE,
    "summary": SUMMARY_CONTENT_TYPE,
    "Parquet": PARQUET_CONTENT_TYPE,
}
_GROWTH = Bar(at_most=1.1)
_MOST_MB = Bar(at_most=600)
_FACES = 5
_LONGEST_MIN = 60


@dataclass(frozen=True, slots=True)
class Peak:
    """The most memory of one fresh process. `subject`: what it did; `minutes`: of video."""

    subject: str
    minutes: float
    frames: int
    mb: float


def measure(bench: Bench) -> Section:
    """Every run in a fresh process; the longest next to the others, since memory does not depend on that."""
    longest, *others = [
        task for minutes in sorted(bench.effort.minutes, reverse=True) for task in _tasks(bench, minutes)
    ]
    tasks = (longest, *others)
    try:
        with _process(bench, longest) as process:
            bench.tell(f"{longest.subject}, {longest.minutes:g} minutes: begun, in parallel with the others")
            process.ask(longest.request)
            peaks = [_peak(bench, task) for task in others]
            peaks.insert(0, _told(bench, longest, process.answer()))
    finally:
        for path in {Path(task.request["path"]) for task in tasks if task.is_made}:
            path.unlink(missing_ok=True)
    return section(peaks)


@dataclass(frozen=True, slots=True)
class Task:
    """One run to be. `is_made`: its clip is of no further use."""

    subject: str
    minutes: float
    request: Mapping[str, Any]
    is_made: bool = False


def _tasks(bench: Bench, minutes: float) -> list[Task]:
    """Of the two shorter lengths also many faces, and every format alone."""
    source = demo_clip(bench.folder, bench.effort.demo_s).path if bench.media is None else one_face(bench.media).path
    tasks = [_film_task(bench, "one face", source, minutes)]
    if minutes not in sorted(bench.effort.minutes)[:2]:
        return tasks
    if bench.media is not None:
        fps = bench.effort.slow_fps
        five = five_faces_clip(bench.media, bench.folder, frames=20 * fps, fps=fps).path
        tasks.append(_film_task(bench, "five faces", five, minutes))
    tasks += [
        Task(f"{name} alone", minutes, {"format": FORMATS[name], "seconds": 60 * minutes, "faces": _FACES})
        for name in bench.effort.formats
    ]
    return tasks


def _film_task(bench: Bench, subject: str, source: Path, minutes: float) -> Task:
    path = bench.folder / f"{subject.replace(' ', '_')}_{minutes:g}_min.mp4"
    looped(source, path, seconds=60 * minutes)
    return Task(subject, minutes, {"path": str(path), "job": "multiface"}, is_made=True)


def _peak(bench: Bench, task: Task) -> Peak:
    with _process(bench, task) as process:
        return _told(bench, task, process.run(task.request))


def _told(bench: Bench, task: Task, run: Run) -> Peak:
    peak = Peak(task.subject, task.minutes, run.frames, run.peak_bytes / 1e6)
    bench.tell(f"{task.subject}, {task.minutes:g} minutes: {peak.mb:.0f} MB ({run.wall_s:.0f} s)")
    return peak


def _process(bench: Bench, task: Task) -> Contestant:
    if "path" in task.request:
        return ours(bench.log)
    return Contestant((sys.executable, "-m", "lab.benchmark.long_formats"), bench.log)


def section(peaks: Sequence[Peak]) -> Section:
    """Peaks by subject and length, and how they grow."""
    subjects = list(dict.fromkeys(peak.subject for peak in peaks))
    lengths = sorted({peak.minutes for peak in peaks})
    mb = {(peak.subject, peak.minutes): peak.mb for peak in peaks}
    shortest, longest = lengths[0], lengths[-1]
    one, hour = mb.get(("one face", shortest)), mb.get(("one face", float(_LONGEST_MIN)))
    figures = [
        Figure("hour_growth", "60 minutes over 1 minute, one face", _ratio(hour, one), "", _GROWTH),
        Figure("hour_mb", "60 minutes, one face", None if hour is None else round(hour), "MB", _MOST_MB),
    ]
    if longest != _LONGEST_MIN:
        grown = _ratio(mb.get(("one face", longest)), one)
        figures.append(Figure("growth", f"{longest:g} minutes over {shortest:g}, one face", grown, "", _GROWTH))
    for subject in subjects[1:]:
        grown = _ratio(mb.get((subject, lengths[1])), mb.get((subject, shortest)))
        name = f"{subject.lower().replace(' ', '_')}_growth"
        figures.append(Figure(name, f"{lengths[1]:g} minutes over {shortest:g}, {subject}", grown, "", _GROWTH))
    rows = tuple((subject, *(_rounded(mb.get((subject, length)), "") for length in lengths)) for subject in subjects)
    header = ("peak in MB", *(f"{length:g} min" for length in lengths))
    return Section(
        NAME,
        "Memory and the length of the video",
        "The most resident memory of a fresh process that does one job: models, decoder, results and Python itself. "
        "Videos of 640x360 are one clip over and over, its packets as they are (*five faces*: at few frames a second). "
        f"A format *alone* is written without a video, from made numbers of {_FACES} faces (the legacy format: one) at "
        "24 frames a second. 1 MB is a million bytes.",
        _reading(peaks, longest),
        tuple(figures),
        (Table("", header, rows),),
    )


def _ratio(longer: float | None, shorter: float | None) -> float | None:
    return None if longer is None or shorter is None else round(longer / shorter, 2)


def _rounded(value: float | None, missing: str) -> float | str:
    return missing if value is None else round(value)


def _reading(peaks: Sequence[Peak], longest: float) -> str:
    films = [peak for peak in peaks if peak.minutes == longest and peak.subject == "one face"]
    frames = ", ".join(f"{peak.frames} frames in {peak.mb:.0f} MB" for peak in films)
    return f"The longest video: {frames}."
