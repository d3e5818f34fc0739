"""The summary of a result as a table for a terminal."""

from rich.table import Table
from rich.text import Text

from mien.client.face_summary import LOWEST_PEAK, FaceSummary, MetricSummary, ResultSummary

STRONGEST = 5
MAX_FACES_SHOWN = 12


def face_table(summary: ResultSummary, name: str = "") -> Table | Text:
    """Per face its five strongest emotions and expressions, or why it has none.

    Of a film also from when to when the face was seen, in how many frames, how many of them were not valid, mean, peak
    and the time of the peak, and how often what happened. Of many faces the twelve measured longest are shown.
    Without a face, a sentence that says so. `name`: of the file.
    """
    prefix = f"{name}: " if name else ""
    if not summary.faces:
        return Text(f"{prefix}No face was found in {_place(summary)}.")
    table = Table(title=f"{prefix}{_title(summary)}", title_justify="left", title_style="bold")
    table.add_column("face", justify="right")
    if _is_still(summary):
        table.add_column("strongest")
        table.add_column("score", justify="right")
    else:
        _add_film_columns(table)
    for face in _shown(summary):
        table.add_row(*(_still_cells(face) if _is_still(summary) else _film_cells(face)), end_section=True)
    return table


def _add_film_columns(table: Table) -> None:
    table.add_column("seen", justify="right")
    table.add_column("strongest")
    table.add_column("mean", justify="right")
    table.add_column("peak", justify="right")
    table.add_column("at (s)", justify="right")
    table.add_column("events")


def _is_still(summary: ResultSummary) -> bool:
    return summary.frames == 1


def _title(summary: ResultSummary) -> str:
    faces = len(summary.faces)
    title = f"{counted(faces, 'face')} in {_place(summary)}"
    if faces <= MAX_FACES_SHOWN:
        return title
    return (
        f"{title}, {MAX_FACES_SHOWN} of them"
        if _is_still(summary)
        else f"{title}, the {MAX_FACES_SHOWN} measured longest"
    )


def _place(summary: ResultSummary) -> str:
    return "a picture" if _is_still(summary) else counted(summary.frames, "frame")


def counted(count: int, noun: str) -> str:
    """Returns such as "1 frame" or "2 frames"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _shown(summary: ResultSummary) -> list[FaceSummary]:
    longest = sorted(summary.faces, key=lambda face: (-face.valid_frames, -face.frames))[:MAX_FACES_SHOWN]
    return sorted(longest, key=lambda face: face.first_s)


def _still_cells(face: FaceSummary) -> list[Text]:
    return [Text(face.face_id or "-"), _names(face), _column([f"{metric.peak:.0f}" for metric in _strongest(face)])]


def _film_cells(face: FaceSummary) -> list[Text]:
    strongest = _strongest(face)
    seen = [f"{face.first_s:.1f}-{face.last_s:.1f} s", counted(face.frames, "frame")]
    if face.left_out:
        seen.append(f"{face.frames - face.valid_frames} not valid")
    return [
        Text(face.face_id or "-"),
        _column(seen),
        _names(face),
        _column([f"{metric.mean:.0f}" for metric in strongest]),
        _column([f"{metric.peak:.0f}" for metric in strongest]),
        _column([f"{metric.peak_time_s:.1f}" for metric in strongest]),
        _column([f"{name}: {count}" for name, count in face.event_counts.items()]),
    ]


def _names(face: FaceSummary) -> Text:
    if not face.valid_frames:
        return Text(f"not valid: {', '.join(face.left_out)}")
    names = [metric.name for metric in _strongest(face)]
    return _column(names or [f"nothing above {LOWEST_PEAK:.0f}"])


def _strongest(face: FaceSummary) -> list[MetricSummary]:
    return face.strongest(STRONGEST)


def _column(cells: list[str]) -> Text:
    return Text("\n".join(cells))
