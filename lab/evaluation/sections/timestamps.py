"""Measures whether every frame has the time that its container states."""

import tempfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from chalicelib.analysis.media.open_media import open_media
from lab.evaluation.workbench import Workbench
from lab.reports.report import Bar, Figure, Section, Table

NAME = "timestamps"

# Times in milliseconds of a clip with a variable frame rate that does not begin at 0.
_UNEVEN_MS = tuple(int(200 + 40 * index + 25 * np.sin(index)) for index in range(60))


def evaluate(bench: Workbench) -> Section:
    """Over the clips of the media, and over one that is made here."""
    clips = sorted((bench.media / "videos").iterdir()) + sorted((bench.media / "no-face").glob("*.mp4"))
    clips = sorted(clips, key=lambda path: path.stat().st_size)[: None if bench.effort.others else 1]
    rows = [(path.name, *_compared(path)) for path in clips]
    with tempfile.TemporaryDirectory() as folder:
        made = _write_uneven(Path(folder) / "uneven.mkv")
        rows.append(("made: uneven times, B-frames", *_compared(made)))
    missing = sum(stated - found for _, stated, found, _ in rows)
    error_s = max(error for *_, error in rows)
    return Section(
        NAME,
        "Times of the frames",
        "The presentation timestamps are read from the packets of each container, without decoding, put in order "
        "and held against the times that Mien gives to the frames. One clip is made here: 60 frames at uneven times "
        "from 0.2 s on, with frames that are stored in another order than they are shown.",
        f"The largest difference is {error_s:g} s.",
        (
            Figure("error", "largest difference to the container's time", error_s, "s", Bar(at_most=0.0), "times"),
            Figure(
                "missing",
                "frames that the container states and Mien does not give",
                missing,
                "",
                Bar(0.0, 0.0),
                "times",
            ),
        ),
        (Table("", ("clip", "frames stated", "frames given", "largest difference (s)"), tuple(rows)),),
    )


def _compared(path: Path) -> tuple[int, int, float]:
    """Frames stated, frames given, and the largest difference in seconds."""
    stated = stated_times_s(path)
    with open_media(path) as medium:
        given = [frame.time_s for frame in medium.frames()]
    error_s = max((abs(one - other) for one, other in zip(stated, given, strict=False)), default=0.0)
    return len(stated), len(given), error_s


def stated_times_s(path: Path) -> list[float]:
    """The presentation times in the packets of the first video stream, in order; packets to be discarded left out."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        base = stream.time_base or Fraction(1)
        packets = [packet for packet in container.demux(stream) if packet.pts is not None and not packet.is_discard]
        return sorted(float(packet.pts * base) for packet in packets if packet.pts is not None)


def _write_uneven(path: Path) -> Path:
    rng = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        stream.max_b_frames = 2
        for time_ms in _UNEVEN_MS:
            picture = np.asarray(rng.integers(0, 255, (48, 64, 3)), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")
            frame.pts, frame.time_base = time_ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
