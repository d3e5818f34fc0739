"""Did a video deliver what its header promised? Numbers from half a file would look like those from a whole one."""

from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from chalicelib.analysis.media.video_clock import seconds
from chalicelib.analysis.media.video_container import DAMAGED, INCOMPLETE, rate_hz
from chalicelib.errors import MediaError

# What may be missing before a file is refused: a twentieth, but always two frames or half a second.
TOLERATED_SHARE = 0.05
TOLERATED_FRAMES = 2
TOLERATED_S = 0.5
# Packets need not be frames: fields come in pairs and some codecs send invisible frames. Fewer than this is loss.
MIN_FRAMES_PER_PACKET = 0.4


@dataclass(slots=True)
class Delivery:
    """The frames decoded from a video so far. `reach_s`: the latest end of any packet of any stream, in seconds."""

    packets: int = 0
    refused: int = 0
    frames: int = 0
    reach_s: float = 0.0
    broken_off: bool = False

    def note_reach(self, packet: "Packet[Stream]") -> None:
        """Count the packet's end into `reach_s`."""
        start = packet.dts if packet.pts is None else packet.pts
        if start is not None:
            self.reach_s = max(self.reach_s, seconds(start + (packet.duration or 0), packet.time_base))


def has_sample_table(container: InputContainer, stream: VideoStream) -> bool:
    """Returns True for MP4 and MOV with a complete index in the header: the place of every frame is known before
    reading."""
    return container.format.name == "mov" and stream.frames > 0


def frames_promised(container: InputContainer, stream: VideoStream, duration_s: float | None) -> int | None:
    """Returns the expected number of frames: the index's count without those that an edit list hides, else an estimate
    from duration and rate, else None."""
    if has_sample_table(container, stream):
        return sum(not entry.is_discard for entry in stream.index_entries)
    return None if duration_s is None else round(duration_s * rate_hz(stream))


def require_all_bytes(container: InputContainer, stream: VideoStream, path: Path) -> None:
    """MediaError if the index of an MP4 or MOV points to more frames behind the file's end than are tolerated."""
    if not has_sample_table(container, stream):
        return
    size_bytes = path.stat().st_size
    promised = missing = 0
    for entry in stream.index_entries:
        if not entry.is_discard:
            promised += 1
            missing += entry.pos + entry.size > size_bytes
    if missing > tolerated(promised):
        raise MediaError(INCOMPLETE.format(what=f"{missing} of its {promised} frames are missing"))


def require_kept(container: InputContainer, stream: VideoStream, delivery: Delivery) -> None:
    """Raises MediaError at the end of the file if clearly less was decoded than was promised.

    That is: the decoder refused more than a twentieth of the packets (and more than two); or gave fewer frames than
    `MIN_FRAMES_PER_PACKET` allows; or, without an index, all streams ended before 95 % of the duration in the
    header (and more than half a second before it); or reading broke off and the header promises nothing.
    """
    require_decoded(delivery.packets, delivery.refused, delivery.frames)
    require_reach(container, stream, delivery)


def require_decoded(packets: int, refused: int, frames: int) -> None:
    """The first half of `require_kept`: MediaError if too many of the packets gave no frame."""
    if refused > tolerated(packets) or frames < MIN_FRAMES_PER_PACKET * packets - TOLERATED_FRAMES:
        raise MediaError(DAMAGED.format(what=f"of {packets} frames only {frames} can be decoded"))


def require_reach(container: InputContainer, stream: VideoStream, delivery: Delivery) -> None:
    """The second half: MediaError if the file ended, or could not be read on, before what its header promised."""
    if has_sample_table(container, stream):
        return
    claimed_s = _claimed_s(container, stream)
    if claimed_s is None and delivery.broken_off:
        raise MediaError(DAMAGED.format(what=f"it cannot be read beyond {delivery.reach_s:.1f} s"))
    if claimed_s is not None and claimed_s - delivery.reach_s > max(TOLERATED_S, TOLERATED_SHARE * claimed_s):
        what = f"it should last {claimed_s:.1f} s but ends at {delivery.reach_s:.1f} s"
        raise MediaError(INCOMPLETE.format(what=what))


def _claimed_s(container: InputContainer, stream: VideoStream) -> float | None:
    # Of a short AVI FFmpeg tells the length that is there; the header's own claim is left in the count of frames.
    if container.format.name == "avi" and stream.frames and stream.time_base is not None:
        return float(stream.frames * stream.time_base)
    return None if container.duration is None else container.duration / av.time_base


def tolerated(frames: int) -> float:
    """Returns how many of so many frames may be missing."""
    return max(TOLERATED_FRAMES, TOLERATED_SHARE * frames)
