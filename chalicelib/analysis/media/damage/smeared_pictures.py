"""Pictures that show what was lost: after a packet that is missing or cannot be decoded whole, a decoder guesses, and
every picture is built on the one before, up to the next key frame. A smeared face is measured like any other."""

from av.packet import Packet
from av.stream import Stream
from av.video.frame import PictureType, VideoFrame

from chalicelib.analysis.media.damage.h264_order import H264Order
from chalicelib.analysis.media.damage.mpeg2_order import Mpeg2Order

LASTS_S = 10.0
"""After this long what was lost has mostly been drawn over, in streams without key frames too."""


class SmearedPictures:
    """Follows the packets and the pictures of one stream, each in its own order."""

    def __init__(self, codec_name: str, extradata: bytes | None) -> None:
        self._order = _order(codec_name, extradata)
        self._lost_s: list[float] = []
        self._since_s: float | None = None

    def note(self, packet: "Packet[Stream]", time_s: float, *, refused: bool) -> None:
        """The next packet, whose picture is shown at `time_s`; `refused`: the decoder cannot read it."""
        missing = self._order is not None and self._order.misses_before(packet)
        if missing or packet.is_corrupt or (refused and not packet.is_disposable):
            self._lost_s.append(time_s)

    def of(self, picture: VideoFrame, time_s: float) -> bool:
        """Returns True if the next picture shows damage, or is built on one that does."""
        reached = [lost_s for lost_s in self._lost_s if lost_s <= time_s]
        self._lost_s = [lost_s for lost_s in self._lost_s if lost_s > time_s]
        if picture.key_frame and not picture.is_corrupt:
            self._since_s = None
            return False
        # On a picture of kind B hardly another one is built.
        if reached or (picture.is_corrupt and picture.pict_type != PictureType.B):
            self._since_s = time_s
        lasts = self._since_s is not None and time_s - self._since_s <= LASTS_S
        return lasts or picture.is_corrupt


def _order(codec_name: str, extradata: bytes | None) -> H264Order | Mpeg2Order | None:
    """Returns the reader of the numbers of pictures, if the codec has some."""
    if codec_name == "h264":
        return H264Order(extradata)
    return Mpeg2Order() if codec_name in ("mpeg1video", "mpeg2video") else None
