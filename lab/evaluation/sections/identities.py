"""Measures whether a face keeps its identity, and gives it to no one else."""

from collections.abc import Sequence

from chalicelib.domain.requests.recipes import Mesh
from lab.evaluation.identities import measure_identities
from lab.evaluation.identity_counts import ClipIdentities
from lab.evaluation.workbench import Workbench
from lab.reports.report import Bar, Figure, Section, Table, counted

NAME = "identities"

_FULL_FRAMES = 1000
_SAMPLE = "passing in front of one"


def evaluate(bench: Workbench) -> Section:
    """Over all made clips; over one if the effort is small."""
    full = bench.effort.frames >= _FULL_FRAMES
    results = measure_identities(bench.models, bench.media, Mesh.ATTENTION, only=lambda name: full or name == _SAMPLE)
    return _section(results)


def _section(results: Sequence[ClipIdentities]) -> Section:
    switches = sum(clip.switches for clip in results)
    transfers = sum(clip.transfers for clip in results)
    failing = [clip.name for clip in results if clip.switches or clip.transfers]
    none = Bar(at_most=0.0)
    figures = (
        Figure("clips", "clips", len(results)),
        Figure("switches", "identity switches", switches, "", none, "identities"),
        Figure("transfers", "identities that went over to another face", transfers, "", none, "identities"),
        Figure("misses", "clear faces not found, of all frames", sum(clip.misses for clip in results)),
        Figure("least_idf1", "lowest IDF1 of a clip", round(min(clip.idf1 for clip in results), 3)),
    )
    rows = tuple(
        (clip.name, clip.frames, clip.truths, clip.identities, clip.switches, clip.transfers, round(clip.idf1, 3))
        for clip in results
    )
    return Section(
        NAME,
        "Identities",
        "Clips made for the purpose, with known truth: heads cut from portraits cross, pass behind one another and "
        "behind posts, turn, leave and return; cuts, fades, flashes, few frames a second. A *switch* is a face that is "
        "found under another identity than before (CLEAR MOT, Bernardin and Stiefelhagen 2008), a *transfer* an "
        "identity that is on another face than before, also across a cut. IDF1: Ristani et al. 2016. "
        "`python -m lab.evaluation.identities --mesh light` does the same for the light mesh.",
        f"{counted(switches, 'switch', 'switches')} and {counted(transfers, 'transfer')} in {len(results)} clips."
        + (f" What does not hold: {'; '.join(failing)}." if failing else ""),
        figures,
        (Table("", ("clip", "frames", "faces", "identities", "switches", "transfers", "IDF1"), rows),),
    )
