"""Lost packets: how far the numbers of smeared pictures are off, and how many of them are marked."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from chalicelib.analysis.media.open_media import open_media
from chalicelib.domain.measurements.metrics import FaceMetrics
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.errors import MediaError
from lab.evaluation.damaged_clips import CODINGS, RATE_HZ, Coding, encode, lose
from lab.evaluation.workbench import MEASURED_EXPRESSIONS, Workbench
from lab.reports.report import Bar, Cell, Figure, Section, Table, slug

NAME = "lost_packets"

_CLIPS = ("WolfgangLanger_Pexels", "single_face")
_MOST_FRAMES = 144
_OFF = 25.0
_LEAST_MARKED = 80.0

_Faces = Mapping[int, FaceMetrics]


@dataclass(slots=True)
class _Counts:
    """Of one codec: frames of the damaged clips with one face, those `off` by more than 25 points, of these the
    `marked`, for any reason or as damaged; frames marked as damaged in the clips before; clips refused."""

    frames: int = 0
    off: int = 0
    marked: int = 0
    damaged: int = 0
    false: int = 0
    refused: int = 0

    def add(self, expected: FaceMetrics, found: FaceMetrics) -> None:
        self.frames += 1
        if max(abs(expected.values[name] - found.values[name]) for name in MEASURED_EXPRESSIONS) > _OFF:
            self.off += 1
            self.marked += not found.is_valid
            self.damaged += InvalidReason.SMEARED in found.invalid_reasons

    @property
    def share(self) -> float:
        """Of those that are off, of which there are some, marked, in percent."""
        return round(100 * self.marked / self.off, 1)


def evaluate(bench: Workbench) -> Section:
    """Over two clips in each codec, held against themselves before the loss."""
    counts = {coding: _counted(bench, coding) for coding in CODINGS}
    return _section(counts)


def _counted(bench: Workbench, coding: Coding) -> _Counts:
    counts = _Counts()
    with tempfile.TemporaryDirectory(prefix="mien-lost-") as folder:
        for clip in _CLIPS:
            whole, damaged = (Path(folder) / f"{name}.{coding.suffix}" for name in ("whole", "damaged"))
            encode(list(islice(bench.frames(f"videos/{clip}.mp4"), _MOST_FRAMES)), coding, whole)
            lose(whole, damaged)
            _add(bench, counts, whole, damaged)
    return counts


def _add(bench: Workbench, counts: _Counts, whole: Path, damaged: Path) -> None:
    expected = dict(_faces(bench, whole))
    counts.false += sum(InvalidReason.SMEARED in face.invalid_reasons for face in expected.values())
    try:
        found = dict(_faces(bench, damaged))
    except MediaError:
        counts.refused += 1
        return
    for number in found.keys() & expected.keys():
        counts.add(expected[number], found[number])


def _faces(bench: Workbench, path: Path) -> Iterator[tuple[int, FaceMetrics]]:
    """Number and face of each frame with one."""
    with open_media(path) as medium:
        for frame in bench.analyze(medium.frames()):
            if len(frame.faces) == 1:
                yield round(frame.time_s * RATE_HZ), frame.faces[0]


def _section(counts: Mapping[Coding, _Counts]) -> Section:
    bar = Bar(at_least=_LEAST_MARKED)
    figures = [
        Figure(slug(coding.name.lower()), f"{coding.name}: marked, of frames that are off", found.share, "%", bar)
        for coding, found in counts.items()
        if found.off
    ]
    false = sum(found.false for found in counts.values())
    figures.append(Figure("false", "frames marked as damaged in whole clips", false, "", Bar(at_most=0.0)))
    rows: list[tuple[Cell, ...]] = [
        (coding.name, found.frames, found.off, found.marked, found.damaged, found.refused)
        for coding, found in counts.items()
    ]
    header = ("codec", "frames", "off by more than 25", "of these not valid", "of these `damaged picture`", "refused")
    missed = [coding.name for coding, found in counts.items() if found.off and found.share < _LEAST_MARKED]
    refused = [coding.name for coding, found in counts.items() if found.refused == len(_CLIPS)]
    reading = f"Too few are marked in {_listed(missed) or 'no codec'}."
    if missed:
        reading += " Packets without numbers, and decoders that conceal a loss, leave no trace of it."
    if refused:
        reading += f" Clips in {_listed(refused)} are refused, so nothing of them is measured."
    return Section(
        NAME,
        "Lost packets",
        f"Two clips of one face, in each codec, with a key frame every 48 frames and then without the 13th packet of "
        "each such group, held against themselves before the loss: frames of which an expression is off by more than "
        f"{_OFF:g} points, and how many of these are not valid, for any reason or as `damaged picture`. *Refused*: "
        "clips of which the decoder can read too little.",
        reading,
        tuple(figures),
        (Table("", header, tuple(rows)),),
    )


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
