"""The summary of a result as a table for a terminal."""

from rich.table import Table
from rich.text import Text

from chalicelib.client.face_summary import FaceSummary, MetricSummary, ResultSummary

STRONGEST = 5
MAX_FACES_SHOWN = 12


def face_table(summary: ResultSummary) -> Table:
    """Per face: its id, from when to when it was seen, in how many frames, its five strongest emotions and expressions
    with mean, peak and the time of the peak, and how often what happened to it. Of many faces the twelve that were seen
    longest are shown."""
    table = Table(title=_title(summary), title_justify="left", title_style="bold")
    table.add_column("face", justify="right")
    table.add_column("seen", justify="right")
    table.add_column("strongest")
    table.add_column("mean", justify="right")
    table.add_column("peak", justify="right")
    table.add_column("at (s)", justify="right")
    table.add_column("events")
    for face in _shown(summary):
        table.add_row(*_cells(face), end_section=True)
    return table


def _title(summary: ResultSummary) -> str:
    faces = len(summary.faces)
    title = f"{_counted(faces, 'face')} in {_counted(summary.frames, 'frame')}"
    return f"{title}, the {MAX_FACES_SHOWN} seen longest" if faces > MAX_FACES_SHOWN else title


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _shown(summary: ResultSummary) -> list[FaceSummary]:
    longest = sorted(summary.faces, key=lambda face: -face.frames)[:MAX_FACES_SHOWN]
    return sorted(longest, key=lambda face: face.first_s)


def _cells(face: FaceSummary) -> list[Text]:
    strongest = face.strongest(STRONGEST)

    def column(cells: list[str]) -> Text:
        return Text("\n".join(cells))

    return [
        Text(face.face_id or "-"),
        column([f"{face.first_s:.1f}-{face.last_s:.1f} s", _counted(face.frames, "frame")]),
        column([metric.name for metric in strongest]),
        column([f"{metric.mean:.0f}" for metric in strongest]),
        column([f"{metric.peak:.0f}" for metric in strongest]),
        column([_time_text(metric) for metric in strongest]),
        column([f"{name}: {count}" for name, count in face.event_counts.items()]),
    ]


def _time_text(metric: MetricSummary) -> str:
    return f"{metric.peak_time_s:.1f}"
