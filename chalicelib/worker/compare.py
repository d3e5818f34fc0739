"""A job that compares recordings: timelines in, a table of means and bands out."""

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chalicelib.analysis.comparisons import (
    RESAMPLES,
    Band,
    Curve,
    band_of,
    counts_of,
    curve_of,
    difference,
    step_for,
    steps_in,
)
from chalicelib.composition.services import Services
from chalicelib.domain.entries import Representation
from chalicelib.domain.jobs import Job, JobStatus, Progress
from chalicelib.domain.measurements.metrics import deployed_metrics
from chalicelib.domain.requests.comparisons import Comparison, Group, parse_comparison
from chalicelib.domain.requests.result_formats import (
    COMPARISON_CONTENT_TYPE,
    CSV_CONTENT_TYPE,
    TIMELINE_CONTENT_TYPE,
)
from chalicelib.errors import Invalid, MediaError, NotFound
from chalicelib.formats.many.comparison_files import (
    Compared,
    ComparedGroup,
    ComparedRecording,
    LeftOut,
    write_about,
    write_curves,
)
from chalicelib.formats.result_files import ResultFile
from chalicelib.formats.timeline_reader import FaceTimeline, read_timeline, read_times
from chalicelib.worker.job_medium import load_medium
from chalicelib.worker.progress import ProgressReport
from chalicelib.worker.result_entry import store_results

_SEEDS = (1, 2)
_MOST_INPUT_BYTES = 1 << 20
_MOST_BYTES = 4 << 30
_NO_TIMELINE = "It has no timeline; requeue it."
_UNREADABLE = "Its timeline cannot be read; requeue it."
_NO_FACE = "It has no valid face."
_NO_METRIC = "It has no values of this metric; requeue it."


@dataclass(slots=True)
class _Recording:
    """A job that is done. `path`: its timeline on this machine's disk; `missing`: why it has no curve."""

    job: Job
    path: Path | None = None
    duration_s: float = 0.0
    missing: str | None = None

    def curve(self, metric: str, step_s: float, steps: int) -> Curve:
        """Returns the mean of the metric in each step, of the main face and its valid frames; NaN if there is none."""
        times_s, values = self._main_face(metric)
        return curve_of(times_s, values, step_s, steps)

    def _main_face(self, metric: str) -> tuple[Sequence[float], Sequence[float]]:
        if self.path is None:
            return (), ()
        try:
            with self.path.open("rb") as stream:
                timeline = read_timeline(stream, (metric,))
            face = max(timeline.faces, key=_valid_frames, default=None)
            if face is None or _valid_frames(face) == 0:
                self.missing = _NO_FACE
                return (), ()
            rows = array("l", (row for row, reasons in enumerate(face.reasons) if not reasons))
            times_s = array("d", (timeline.times_s[face.frames[row]] - timeline.times_s[0] for row in rows))
            return times_s, array("d", (face.values[metric][row] for row in rows))
        except KeyError:
            self.missing = _NO_METRIC
        except (ValueError, IndexError):
            self.missing = _UNREADABLE
        return (), ()


@dataclass(frozen=True, slots=True)
class _FoundGroup:
    title: str
    recordings: list[_Recording]
    left_out: list[LeftOut]


def compare(services: Services, job: Job, directory: Path) -> Progress:
    """Carries out a claimed job; `directory` is for files. The progress counts recordings. Raises `MediaError` if there
    is nothing to compare, or `LeaseLost`."""
    wanted = _request(services, job, directory / "request")
    groups = [_found(services, job.account_id, group) for group in wanted.groups]
    report = ProgressReport(services.runs, job)
    report.begin(sum(len(group.recordings) for group in groups))
    for recording in report.count(_loaded(services, groups, directory)):
        _measure(recording)
    compared = _compared(wanted, groups, report)
    store_results(services, job, _files(compared, directory), report, media_seconds=None)
    return report.final()


def _request(services: Services, job: Job, path: Path) -> Comparison:
    load_medium(services, job, path)
    metrics = deployed_metrics(expressions_only=services.settings.expressions_only).names
    try:
        with path.open("rb") as stream:
            document = json.loads(stream.read(_MOST_INPUT_BYTES))
        return parse_comparison(document["comparison"], metrics)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise MediaError("The input of this job is no comparison; create it anew.") from None
    except Invalid as error:
        raise MediaError(str(error)) from None


def _found(services: Services, account_id: str, group: Group) -> _FoundGroup:
    jobs = services.ports.jobs().get_many(account_id, group.job_ids)
    done = [_Recording(jobs[each]) for each in group.job_ids if each in jobs and jobs[each].status is JobStatus.DONE]
    if not done:
        raise MediaError(f"No job of the group {group.title} is done; wait for them, then requeue the comparison.")
    left_out = [
        LeftOut(each, f"It is {jobs[each].status}." if each in jobs else "It was deleted.")
        for each in group.job_ids
        if each not in jobs or jobs[each].status is not JobStatus.DONE
    ]
    return _FoundGroup(group.title, done, left_out)


def _loaded(services: Services, groups: Iterable[_FoundGroup], directory: Path) -> Iterator[_Recording]:
    """Yields every recording with its timeline on the disk."""
    left_bytes = _MOST_BYTES
    for place, recording in enumerate(recording for group in groups for recording in group.recordings):
        file = _timeline_of(services, recording.job)
        recording.missing = _NO_TIMELINE
        if file is not None:
            left_bytes -= file.size_bytes
            if left_bytes < 0:
                raise MediaError(f"The recordings have more than {_MOST_BYTES >> 30} GB of timelines; compare fewer.")
            path = directory / f"timeline-{place}"
            try:
                services.ports.media().load(file.media_key, path)
                recording.path, recording.missing = path, None
            except NotFound:
                path.unlink(missing_ok=True)
        yield recording


def _timeline_of(services: Services, job: Job) -> Representation | None:
    try:
        entry = services.ports.entries().get(job.account_id, str(job.result_entry_id))
    except NotFound:
        return None
    files = entry.representations.values()
    return next((file for file in files if file.content_type == TIMELINE_CONTENT_TYPE), None)


def _measure(recording: _Recording) -> None:
    if recording.path is None:
        return
    try:
        with recording.path.open("rb") as stream:
            times_s = read_times(stream)
    except ValueError:
        recording.path, recording.missing = None, _UNREADABLE
        return
    recording.duration_s = max(times_s[-1] - times_s[0], 0.0) if times_s else 0.0


def _compared(wanted: Comparison, groups: Sequence[_FoundGroup], report: ProgressReport) -> Compared:
    longest_s = max(recording.duration_s for group in groups for recording in group.recordings)
    step_s, steps = step_for(longest_s), steps_in(longest_s)
    bands, compared = [], []
    for group, seed in zip(groups, _SEEDS, strict=False):
        curves = []
        for recording in group.recordings:
            report.go_on()
            curves.append(recording.curve(wanted.metric, step_s, steps))
        bands.append(band_of(curves, steps, seed))
        compared.append(_compared_group(group, curves, bands[-1]))
    against = difference(*bands) if len(bands) > 1 else None
    limits = None if against is None else (against.mean, against.low, against.high)
    return Compared(wanted.metric, step_s, RESAMPLES, compared, limits)


def _compared_group(group: _FoundGroup, curves: Sequence[Curve], band: Band) -> ComparedGroup:
    recordings = [ComparedRecording(each.job.id, each.duration_s, each.missing) for each in group.recordings]
    counts = counts_of(curves, len(band.mean))
    return ComparedGroup(group.title, recordings, group.left_out, (counts, band.mean, band.low, band.high))


def _files(compared: Compared, directory: Path) -> Iterator[ResultFile]:
    kinds = (
        (f"{compared.metric}-compared.csv", CSV_CONTENT_TYPE, write_curves),
        (f"{compared.metric}-comparison.json", COMPARISON_CONTENT_TYPE, write_about),
    )
    for place, (name, content_type, write) in enumerate(kinds):
        path = directory / f"result-{place}"
        with path.open("wb") as stream:
            write(stream, compared)
        yield ResultFile(path, name, content_type)


def _valid_frames(face: FaceTimeline) -> int:
    return face.reasons.count(())
