"""Measures what the correction by a person's own neutral does to faces at rest, and what it leaves of smiles and of
talking."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.media.frames import Frame
from chalicelib.domain.measurements.metrics import BASELINE_NAMES, FrameMetrics, raw_name
from lab.evaluation.sections import neutral_faces
from lab.evaluation.workbench import Workbench
from lab.reports.report import Bar, Cell, Figure, Section, Table

NAME = "own_neutral"
_FPS = 5.0
_REST_FRAMES, _JUDGED_FRAMES = 100, 25
_SMILE_FRAMES = 300
_SMILES = ("0-f15-hao-ph", "single_face")
_TALK = "videos/WolfgangLanger_Pexels.mp4"
_ALARM, _LOUD_ALARM = 15.0, 30.0
_TALKING = ("smile", "mouth open", "jaw drop")

Image = NDArray[np.uint8]
Pairs = NDArray[np.float64]
"""(frames, expressions, 2): raw and corrected scores of the one face, in the order of `BASELINE_NAMES`."""


def evaluate(bench: Workbench) -> Section:
    """Films made of portraits at rest, a rest with a smile after it, a minute of smiling, and a man who talks."""
    count = min(_REST_FRAMES, 2 * bench.effort.frames)
    names = neutral_faces.PORTRAITS[: bench.effort.portraits]
    rests = [_film(bench, _hand_held(_portrait(bench, name), count))[-_JUDGED_FRAMES:] for name in names]
    stretch = [frame.image for frame in islice(bench.frames(neutral_faces.CLIP), None)]
    smile = _film(bench, iter([*_again(stretch[: neutral_faces.FRAMES.stop], count), *stretch[-20:]]))[count:]
    count = min(_SMILE_FRAMES, 2 * bench.effort.frames)
    minutes = [_film(bench, _hand_held(_picture(bench, name), count))[-_JUDGED_FRAMES:] for name in _SMILES]
    talk = _pairs(bench.measured(_TALK))
    return _section(np.concatenate(rests), smile, minutes, talk)


def _film(bench: Workbench, images: Iterator[Image]) -> Pairs:
    frames = (Frame(index, index / _FPS, image) for index, image in enumerate(images))
    return _pairs(bench.analyze(frames, max_faces=1))


def _pairs(frames: Iterable[FrameMetrics]) -> Pairs:
    faces = [frame.faces[0].values for frame in frames if frame.faces]
    return np.array([[(face[raw_name(name)], face[name]) for name in BASELINE_NAMES] for face in faces])


def _portrait(bench: Workbench, name: str) -> Image:
    (frame,) = bench.frames(f"portraits/{name}.jpg")
    return frame.image


def _picture(bench: Workbench, name: str) -> Image:
    (frame,) = bench.frames(f"faces/{name}.jpg")
    return frame.image


def _hand_held(image: Image, frames: int) -> Iterator[Image]:
    """The picture as a hand-held camera sees it: moved, turned and scaled a little each time, and with noise."""
    random = np.random.default_rng(7)
    height, width = image.shape[:2]
    for _ in range(frames):
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), random.normal(0, 1.5), random.normal(1, 0.01))
        matrix[:, 2] = matrix[:, 2] + random.normal(0, 0.006 * width, 2)
        moved = np.asarray(cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.float64)
        yield np.asarray(np.clip(moved + random.normal(0, 4, moved.shape), 0, 255), np.uint8)


def _again(images: Sequence[Image], frames: int) -> list[Image]:
    """The images to and fro, as many as wanted."""
    loop = [*images, *images[-2:0:-1]]
    return [loop[index % len(loop)] for index in range(frames)]


def _section(rests: Pairs, smile: Pairs, minutes: Sequence[Pairs], talk: Pairs) -> Section:
    place = BASELINE_NAMES.index("smile")
    kept = float(np.median(smile[:, place, 0]) - np.median(smile[:, place, 1]))
    lowest = min(float(np.median(each[:, place, 1])) for each in minutes)
    talked = max(
        float((talk[:, BASELINE_NAMES.index(name), 0] - talk[:, BASELINE_NAMES.index(name), 1]).max())
        for name in _TALKING
    )
    figures = (
        Figure(
            "raw_alarms",
            f"share of raw scores above {_ALARM:g}, portraits at rest",
            _percent(rests[..., 0] > _ALARM),
            "%",
        ),
        Figure(
            "alarms",
            f"share of corrected scores above {_ALARM:g}, portraits at rest",
            _percent(rests[..., 1] > _ALARM),
            "%",
            Bar(at_most=_percent(rests[..., 0] > _ALARM) / 2, source="own"),
            "own neutral",
        ),
        Figure(
            "raw_loud_alarms", f"share of raw scores above {_LOUD_ALARM:g}", _percent(rests[..., 0] > _LOUD_ALARM), "%"
        ),
        Figure(
            "loud_alarms",
            f"share of corrected scores above {_LOUD_ALARM:g}",
            _percent(rests[..., 1] > _LOUD_ALARM),
            "%",
        ),
        Figure(
            "smile_lost",
            "smile lost after a rest of 20 s",
            _one(kept),
            "points",
            Bar(at_most=10.0, source="own"),
            "own neutral",
        ),
        Figure(
            "minute_of_smiling",
            "smile at the end of a minute of smiling",
            _one(lowest),
            "points",
            Bar(at_least=50.0, source="own"),
            "own neutral",
        ),
        Figure(
            "talking",
            "most that talking loses of smile, mouth open and jaw drop",
            _one(talked),
            "points",
            Bar(at_most=20.0, source="own"),
            "own neutral",
        ),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            name,
            *(_one(np.median(rests[:, index, kind])) for kind in (0, 1)),
            *(_percent(rests[:, index, kind] > _ALARM) for kind in (0, 1)),
        )
        for index, name in enumerate(BASELINE_NAMES)
    )
    header = ("expression", "raw median", "corrected median", "raw > 15 (%)", "corrected > 15 (%)")
    return Section(
        NAME,
        "A person's own neutral",
        "What is left of the false alarms if a film is long enough to know the person. Films of 20 s at 5 frames a "
        f"second, of which the last 5 s are judged, are made of the portraits of [{neutral_faces.NAME}]"
        "(#false-alarms-on-neutral-faces), moved, turned and made noisy as by a hand-held camera. Smiles: the neutral "
        f"stretch of `{neutral_faces.CLIP}` to and fro for 20 s, then the end of that clip, where he smiles; and two "
        f"pictures of smiling persons ({', '.join(_SMILES)}) as films of a minute. Talking: `{_TALK}`.",
        f"At rest {figures[0].value:g} % of raw scores are above 15, and {figures[1].value:g} % of corrected ones. "
        f"A smile after a rest loses {figures[4].value:g} points; a minute of smiling ends at {figures[5].value:g}.",
        figures,
        (Table("Portraits at rest", header, rows),),
    )


def _one(value: float) -> float:
    return round(float(value), 1)


def _percent(found: NDArray[np.bool_]) -> float:
    return round(100 * float(found.mean()), 1) if found.size else 0.0
