"""`mien export`: the events of results for video players and annotation tools."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mien.cli.connection import Connection, connected, out_option
from mien.cli.output import say
from mien.client.download_names import safe_file_name
from mien.client.http_session import ApiError
from mien.client.jobs_and_results import Results


@dataclass(frozen=True, slots=True)
class _Event:
    """One event: whole milliseconds of the media file's clock, at least one long."""

    face_id: str
    name: str
    start_ms: int
    end_ms: int
    peak: float


@click.command()
@click.argument("jobs", metavar="JOB...", nargs=-1, required=True)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["webvtt", "elan"]),
    required=True,
    help="webvtt: subtitles for video players; elan: tab-delimited text with a tier for each face and event.",
)
@out_option("Directory for the files.")
@connected
def export(connection: Connection, *, jobs: tuple[str, ...], format_name: str, out: Path) -> None:
    """Write the events of each finished JOB (an id or URL) as a file for other programs."""
    ending, lines_of = _FORMATS[format_name]
    with connection.open_client() as client:
        taken: set[str] = set()
        for job in [client.find_job(text) for text in dict.fromkeys(jobs)]:
            try:
                lines = list(lines_of(_events(Results(client, job).summary())))
            except (KeyError, TypeError, ValueError):
                raise ApiError(f"The summary of job {job.id} is none of Mien's.") from None
            name = safe_file_name(f"{job.file_name}{ending}", taken)
            taken.add(name)
            out.mkdir(parents=True, exist_ok=True)
            (out / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
            say(f"Result: {out / name}")


def _events(summary: Mapping[str, Any]) -> list[_Event]:
    """Returns the events of all faces by their start."""
    events = [
        _event(face["face_id"], event["event"], event["start_s"], event["end_s"], event["peak"])
        for face in summary["faces"]
        for event in face["events"]
    ]
    return sorted(events, key=lambda event: (event.start_ms, event.end_ms))


def _event(face_id: str, name: str, start_s: float, end_s: float, peak: float) -> _Event:
    start_ms = max(round(1000 * start_s), 0)
    return _Event(_plain(face_id), _plain(name), start_ms, max(round(1000 * end_s), start_ms + 1), peak)


def _plain(text: str) -> str:
    """Returns a text without what a cue or a table would take for its own signs."""
    return "".join(sign for sign in text if sign.isprintable() and sign not in "<>&")


def _webvtt(events: Iterable[_Event]) -> Iterator[str]:
    """Yields a cue for each event (W3C WebVTT)."""
    yield "WEBVTT"
    for event in events:
        yield ""
        yield f"{_clock(event.start_ms)} --> {_clock(event.end_ms)}"
        yield f"face {event.face_id}: {event.name} (peak {event.peak:.0f})"


def _elan(events: Iterable[_Event]) -> Iterator[str]:
    """Yields what ELAN imports as tab-delimited text: tier, begin and end in milliseconds, annotation."""
    yield "Tier\tBegin Time - msec\tEnd Time - msec\tAnnotation"
    for event in events:
        yield f"face {event.face_id} {event.name}\t{event.start_ms}\t{event.end_ms}\tpeak {event.peak:.0f}"


def _clock(time_ms: int) -> str:
    seconds, thousandths = divmod(time_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"


_FORMATS = {"webvtt": ("-events.vtt", _webvtt), "elan": ("-events.txt", _elan)}
