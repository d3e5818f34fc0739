"""The pixel aspect of each frame of a video stream, which a broadcast may change in its midst."""

from fractions import Fraction

from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from chalicelib.analysis.media.square_pixels import SQUARE, sane_aspect


class StreamAspect:
    """The container's value applies to all frames; if it has none, the codec's value applies from the key frame with
    which it came."""

    def __init__(self, stream: VideoStream) -> None:
        self._stream = stream
        stated, coded = _sane(stream.sample_aspect_ratio), self._coded()
        self._is_fixed = stated != coded
        self._before = self._now = stated
        self._changed_at: int | None = None
        self._last_key: int | None = None

    def note(self, packet: "Packet[Stream] | None") -> None:
        """`packet` has just been decoded; None: the end."""
        if self._is_fixed:
            return
        if packet is not None and packet.is_keyframe and packet.pts is not None:
            self._last_key = packet.pts
        coded = self._coded()
        if coded != self._now:
            self._before, self._now, self._changed_at = self._now, coded, self._last_key

    def of(self, picture: VideoFrame) -> Fraction:
        """The aspect of a frame that came out of what was decoded last. Decoders hold frames back: one that is shown
        before the key frame still has the aspect from before it."""
        if self._changed_at is not None and picture.pts is not None and picture.pts < self._changed_at:
            return self._before
        return self._now

    def _coded(self) -> Fraction:
        return _sane(self._stream.codec_context.sample_aspect_ratio)


def _sane(aspect: Fraction | None) -> Fraction:
    return SQUARE if aspect is None else sane_aspect(aspect.numerator, aspect.denominator)
