"""The identities of faces in video calls, in which tiles change their persons and places."""

from collections.abc import Sequence

from chalicelib.domain.requests.recipes import Mesh
from lab.evaluation.identities import measure_calls
from lab.evaluation.identity_counts import ClipIdentities
from lab.evaluation.workbench import Workbench
from lab.reports.report import Bar, Figure, Section, Table, counted

NAME = "calls"

_FULL_FRAMES = 1000
_SAMPLE = "2x2, one background: a tile changes its person"
_MOST_BROKEN = 0.05


def evaluate(bench: Workbench) -> Section:
    """Over all made calls; over one if the effort is small."""
    full = bench.effort.frames >= _FULL_FRAMES
    return _section(measure_calls(bench.models, bench.media, Mesh.ATTENTION, only=lambda name: full or name == _SAMPLE))


def _section(results: Sequence[ClipIdentities]) -> Section:
    persons = sum(call.truths for call in results)
    switches = sum(call.switches for call in results)
    transfers = sum(call.transfers for call in results)
    figures = (
        Figure("calls", "calls", len(results)),
        Figure("persons", "persons in them, together", persons),
        Figure(
            "transfers", "identities that went over to another person", transfers, "", Bar(at_most=0.0), "identities"
        ),
        Figure(
            "broken",
            "share of persons whose identity changed without need",
            round(switches / max(persons, 1), 3),
            "",
            Bar(at_most=_MOST_BROKEN),
            "identities",
        ),
        Figure("misses", "faces not found, of all frames", sum(call.misses for call in results)),
    )
    rows = tuple(
        (call.name, call.frames, call.truths, call.identities, call.switches, call.transfers) for call in results
    )
    return Section(
        NAME,
        "Identities in calls",
        "Calls made for the purpose, with known truth, compressed with H.264: grids of 2x2 to 7x7 and speaker views of "
        "clips and of portraits that move. Tiles change their person, move up, glide, swap; persons join and leave, "
        "cameras are off for a while, pictures stand still. Who stays is to keep the identity, also in another tile; "
        "a newcomer is to get a new one. `python -m lab.evaluation.identities --calls` prints them. Before faces were "
        "compared with the picture of a moment ago, 79 identities changed in 15 such calls with 199 persons, and 7 of "
        "8 newcomers got the identity of the person before.",
        f"{counted(transfers, 'identity', 'identities')} went to another person, and {switches} of {persons} changed "
        "without need.",
        figures,
        (Table("", ("call", "frames", "persons", "identities", "switches", "transfers"), rows),),
    )
