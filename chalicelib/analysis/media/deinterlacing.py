"""Two fields to one picture, if a video stream says that its frames are two fields that were filmed one after the
other. What moves between the two is combed otherwise, and a combed mouth reads as another expression."""

from collections.abc import Iterator

from av.error import FFmpegError
from av.filter.graph import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from chalicelib.analysis.media.video_container import DAMAGED, ffmpeg_contained

# FFmpeg's bwdif: one frame for each frame, of the field that was filmed first; frames not marked pass unchanged.
_FILTER = "bwdif"
_OPTIONS = "mode=send_frame:parity=auto:deint=interlaced"


class Deinterlacing:
    """Passes frames on, in order and with their times. From the first frame on that is marked as interlaced, the filter
    holds one frame back; before, it costs nothing."""

    def __init__(self, stream: VideoStream) -> None:
        self._stream = stream
        self._graph: Graph | None = None
        self._kind: tuple[int, int, str] | None = None

    def through(self, picture: VideoFrame | None) -> Iterator[VideoFrame]:
        """Returns the frames that the filter yields for `picture`; None: those that it still holds. MediaError:
        FFmpeg's filter refuses the frame."""
        if picture is None:
            yield from self._rest()
            return
        kind = (picture.width, picture.height, picture.format.name)
        if self._graph is not None and kind != self._kind:
            yield from self._rest()
        if self._graph is None and not picture.interlaced_frame:
            yield picture
            return
        with ffmpeg_contained(DAMAGED.format(what="the fields of a frame cannot be put together")):
            if self._graph is None:
                self._graph, self._kind = self._made(picture), kind
            self._graph.vpush(picture)
        yield from self._ready()

    def _made(self, picture: VideoFrame) -> Graph:
        graph = Graph()
        source = graph.add_buffer(
            width=picture.width,
            height=picture.height,
            format=picture.format,
            time_base=self._stream.time_base,
        )
        graph.link_nodes(source, graph.add(_FILTER, _OPTIONS), graph.add("buffersink")).configure()
        return graph

    def _rest(self) -> Iterator[VideoFrame]:
        if self._graph is None:
            return
        with ffmpeg_contained(DAMAGED.format(what="the fields of a frame cannot be put together")):
            self._graph.vpush(None)
        yield from self._ready()
        self._graph = None

    def _ready(self) -> Iterator[VideoFrame]:
        while self._graph is not None:
            try:
                picture = self._graph.vpull()
            except FFmpegError:  # it wants another frame, or has given all
                return
            base = self._stream.time_base
            if picture.pts is not None and picture.time_base and base:
                picture.pts = round(picture.pts * picture.time_base / base)  # the filter counts in half ticks
                picture.time_base = base
            yield picture
