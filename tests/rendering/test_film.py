"""From a media file and its measured frames to the rendered file, with the real decoders, encoder and models."""

import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from chalicelib.analysis.analyzer import FaceAnalyzer
from chalicelib.analysis.faces.appearance import GOES_ON, appearance
from chalicelib.analysis.faces.boxes import overlaps
from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.mesh import Crop, MeshModel
from chalicelib.analysis.faces.search import VIDEO_MAX_SIDE_PX
from chalicelib.analysis.faces.tiling import search
from chalicelib.analysis.media.frames import Frame
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.measurements.stretch import WHOLE, Stretch
from chalicelib.domain.requests.recipes import Mesh
from chalicelib.domain.requests.result_formats import PICTURE_CONTENT_TYPE, VIDEO_CONTENT_TYPE
from chalicelib.local.demo_clip import write_demo_clip
from chalicelib.rendering.annotations import face_box
from chalicelib.rendering.film import MOST_SIDE_PX, Source, render_annotated, render_anonymized
from chalicelib.rendering.lookout import Lookout
from tests.formats.frames import face
from tests.media_factory import corner_names, corners, image_bytes, rgb_corners, write_film, write_video

SCORES = ("smile", "brow raise", "brow furrow")
VARIABLE_MS = (0, 33, 67, 200, 201, 1000, 1040, 2500)


def _frames(path: Path, stretch: Stretch = WHOLE) -> list[Frame]:
    with open_media(path, stretch=stretch) as media:
        return list(media.frames())


def _annotated(path: Path, out: Path, frames: Sequence[FrameMetrics] = (), stretch: Stretch = WHOLE) -> list[Frame]:
    content_type = render_annotated(Source(path, stretch), frames, SCORES, out, lambda: None)
    assert content_type == VIDEO_CONTENT_TYPE
    return _frames(out)


def _packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"times_ms": VARIABLE_MS},
        {"times_ms": [40 * number for number in range(12)], "time_base": Fraction(1, 30_000)},
        {"rotation_deg": 90},
        {"aspect": Fraction(64, 45)},
        {"picture": lambda _index: corners(63, 47), "pixel_format": "yuv444p", "codec": "libx264"},
        {"b_frames": 2},
    ],
    ids=["constant rate", "variable rate", "30 kHz", "rotated", "not square", "odd size", "b-frames"],
)
def test_frames_times_and_shape_are_those_that_were_measured(options: dict[str, Any], tmp_path: Path) -> None:
    clip = write_video(tmp_path / "clip.mp4", **options)
    before, after = _frames(clip), _annotated(clip, tmp_path / "out.mp4")
    assert [frame.time_s for frame in after] == pytest.approx([frame.time_s for frame in before], abs=1e-6)
    assert {frame.image.shape for frame in after} == {before[0].image.shape}
    assert {corner_names(frame.image) for frame in after} == {corner_names(before[0].image)}


@pytest.mark.parametrize("ending", ["mkv", "webm", "avi", "ts"])
def test_other_containers_become_mp4_with_their_times(ending: str, tmp_path: Path) -> None:
    base = Fraction(1, 25) if ending in {"avi", "ts"} else Fraction(1, 1000)
    clip = write_video(tmp_path / f"clip.{ending}", time_base=base)
    before, after = _frames(clip), _annotated(clip, tmp_path / "out.mp4")
    shift_s = before[0].time_s if before[0].time_s > 1 else 0.0  # the clock of MPEG-TS begins anywhere
    assert [frame.time_s for frame in after] == pytest.approx([frame.time_s - shift_s for frame in before], abs=1e-6)


def test_a_stretch_begins_at_its_start_and_has_its_rate(tmp_path: Path) -> None:
    clip = write_video(tmp_path / "clip.mp4", times_ms=range(0, 4000, 40))
    after = _annotated(clip, tmp_path / "out.mp4", stretch=Stretch(1.0, 3.0, 5.0))
    assert [frame.time_s for frame in after] == pytest.approx([0.2 * number for number in range(10)])


def test_a_large_picture_is_scaled_down(tmp_path: Path) -> None:
    picture = np.repeat(np.repeat(corners(), 60, axis=0), 60, axis=1)
    clip = write_video(tmp_path / "clip.mp4", times_ms=[0, 40], picture=lambda _: picture)
    after = _annotated(clip, tmp_path / "out.mp4")
    assert after[0].image.shape == (MOST_SIDE_PX * 48 // 64, MOST_SIDE_PX, 3)
    assert corner_names(after[0].image) == "rgwb"


def test_an_animation_becomes_a_film_and_a_still_picture_a_picture(tmp_path: Path) -> None:
    animation, still, out = tmp_path / "a.gif", tmp_path / "a.png", tmp_path / "out"
    pictures = [rgb_corners(), rgb_corners().rotate(180)]
    animation.write_bytes(image_bytes(pictures[0], "GIF", save_all=True, append_images=pictures[1:], duration=400))
    still.write_bytes(image_bytes(pictures[0], "PNG"))
    assert [(frame.time_s, corner_names(frame.image)) for frame in _annotated(animation, out)] == [
        (0.0, "rgwb"),
        (0.4, "wbrg"),
    ]
    assert render_annotated(Source(still), [], SCORES, out, lambda: None) == PICTURE_CONTENT_TYPE
    assert [corner_names(frame.image) for frame in _frames(out)] == ["rgwb"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["WolfgangLanger_Pexels.mp4", "single_face.mp4"])
def test_sound_that_browsers_play_is_copied(name: str, shared_media: Path, tmp_path: Path) -> None:
    clip, out = shared_media / "videos" / name, tmp_path / "out.mp4"
    after = _annotated(clip, out)
    assert [frame.time_s for frame in after] == pytest.approx([frame.time_s for frame in _frames(clip)], abs=1e-6)
    assert _packets(out) == _packets(clip)
    with av.open(str(clip)) as before, av.open(str(out)) as copied:
        streams = [container.streams.audio[0] for container in (before, copied)]
        assert streams[0].codec_context.name == streams[1].codec_context.name
        starts = [float((stream.start_time or 0) * (stream.time_base or 0)) for stream in streams]
        assert starts[1] == pytest.approx(starts[0], abs=0.03)


@pytest.mark.parametrize("ending", ["mkv", "mp4"])
def test_damaged_sound_spoils_no_video(ending: str, shared_media: Path, tmp_path: Path) -> None:
    clip, out = tmp_path / f"clip.{ending}", tmp_path / "out.mp4"
    with (
        av.open(str(shared_media / "videos" / "WolfgangLanger_Pexels.mp4")) as whole,
        av.open(str(clip), "w") as container,
    ):
        streams = {each.index: container.add_stream_from_template(each) for each in whole.streams}
        noise = np.random.default_rng(5)
        for packet in whole.demux():
            if packet.size == 0 or (packet.pts or 0) * packet.time_base > 2:
                continue
            damaged = packet
            if packet.stream.type == "audio" and noise.random() < 0.5:
                damaged = av.Packet(noise.bytes(packet.size))
                damaged.pts, damaged.dts, damaged.time_base = packet.pts, packet.dts, packet.time_base
            damaged.stream = streams[packet.stream.index]
            container.mux(damaged)
    after = _annotated(clip, out)
    assert [frame.time_s for frame in after] == pytest.approx([frame.time_s for frame in _frames(clip)], abs=1e-3)


def test_other_sound_is_encoded_as_opus(tmp_path: Path) -> None:
    clip, out = tmp_path / "clip.mkv", tmp_path / "out.mp4"
    tone = (8000 * np.sin(np.arange(24_000) * 2 * np.pi * 440 / 16_000)).astype(np.int16)
    with av.open(str(clip), "w") as container:
        picture, sound = container.add_stream("mpeg4", rate=25), container.add_stream("pcm_s16le", rate=16_000)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        sound.layout = "mono"
        for _ in range(38):
            container.mux(picture.encode(av.VideoFrame.from_ndarray(corners(), format="bgr24")))
        container.mux(picture.encode(None))
        for start in range(0, 24_000, 1000):
            frame = av.AudioFrame.from_ndarray(tone[None, start : start + 1000], format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 16_000, start, Fraction(1, 16_000)
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    _annotated(clip, out)
    with av.open(str(out)) as container:
        assert container.streams.audio[0].codec_context.name == "opus"
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert len(heard) == pytest.approx(1.5 * 48_000, abs=2000)
    spectrum = np.abs(np.fft.rfft(heard[4800:52800]))
    assert int(spectrum.argmax()) == pytest.approx(440, abs=2)


def test_sound_whose_times_go_back_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "clip.mkv"
    content = bytearray(write_film(path, "libopus").read_bytes())
    blocks = [
        found.start(1) for found in re.finditer(rb"\xa3(?:[\x81-\xff]|[\x40-\x7f].)\x82(..)\x80", content, re.DOTALL)
    ]
    assert len(blocks) > 40
    content[blocks[9] : blocks[9] + 2] = bytes(2)
    path.write_bytes(content)
    _annotated(path, tmp_path / "out.mp4")
    sounds = len(_packets(tmp_path / "out.mp4"))
    write_film(path, "libopus")
    _annotated(path, tmp_path / "out.mp4")
    assert 40 < sounds < len(_packets(tmp_path / "out.mp4"))


def test_a_header_with_an_impossible_rate_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "clip.mkv"
    content = bytearray(write_film(path, "libopus").read_bytes())
    place = content.index(b"\x23\xe3\x83") + 3  # DefaultDuration, in ns, of the first track
    size = content[place] & 0x7F
    content[place + 1 : place + 1 + size] = (1).to_bytes(size)
    path.write_bytes(content)
    assert len(_annotated(path, tmp_path / "out.mp4")) == 25


def test_boxes_and_scores_are_drawn_where_the_face_is(tmp_path: Path) -> None:
    clip = write_video(
        tmp_path / "clip.mp4", times_ms=[0, 40], picture=lambda _: np.full((360, 640, 3), 90, dtype=np.uint8)
    )
    box = {"face box left": 100.0, "face box top": 50.0, "face box width": 120.0, "face box height": 160.0}
    seen = face(3)
    measured = [FrameMetrics(0.0, (replace(seen, values={**seen.values, **box}),)), FrameMetrics(0.04, ())]
    first, second = (frame.image.astype(int) for frame in _annotated(clip, tmp_path / "out.mp4", measured))
    drawn = np.abs(first - 90).max(axis=2) > 25
    rows, columns = np.nonzero(drawn[:, :222])
    assert (columns.min(), rows.min(), rows.max()) == (
        pytest.approx(100, abs=3),
        pytest.approx(50, abs=3),
        pytest.approx(210, abs=3),
    )
    assert drawn[50:160, 225:420].any()
    assert not drawn[:, 430:].any()
    assert np.abs(second - 90).max() < 30


def test_the_same_input_makes_the_same_bytes(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    write_demo_clip(clip, seconds=1.0)
    outs = [tmp_path / "one.mp4", tmp_path / "two.mp4"]
    for out in outs:
        _annotated(clip, out)
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_what_go_on_raises_ends_it_and_leaves_no_thread(tmp_path: Path) -> None:
    clip = write_video(tmp_path / "clip.mp4")

    def stop() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        render_annotated(Source(clip), [], SCORES, tmp_path / "out.mp4", stop)
    assert {thread.name for thread in threading.enumerate()} & {"decode frames", "look out for faces"} == set()


def _measured(models: Models, frames: Sequence[Frame], max_faces: int = 50) -> list[FrameMetrics]:
    return list(FaceAnalyzer(models, mesh=Mesh.ATTENTION, max_faces=max_faces).analyze(iter(frames)))


def _anonymized(
    models: Models, path: Path, out: Path, frames: Sequence[FrameMetrics], stretch: Stretch = WHOLE
) -> list[Frame]:
    render_anonymized(Source(path, stretch), frames, Lookout(models), out, lambda: None)
    return _frames(out)


def _boxes(frame: FrameMetrics) -> list[tuple[float, float, float, float]]:
    return [face_box(each) for each in frame.faces]


def _crops(frame: FrameMetrics) -> list[Crop]:
    return [
        Crop((left + right) / 2, (top + bottom) / 2, 1.5 * max(right - left, bottom - top), 0.0)
        for left, top, right, bottom in _boxes(frame)
    ]


def _likenesses(models: Models, before: Frame, after: Frame, measured: FrameMetrics) -> list[float]:
    """Returns the likeness of both frames along the meshes of each face, by which ids are kept."""
    model = MeshModel(models, Mesh.ATTENTION)
    both = [model.measure(frame.image, _crops(measured)) for frame in (before, after)]
    return [appearance(then).likeness(appearance(now)) for then, now in zip(*both, strict=True)]


def _found(models: Models, measured: Sequence[FrameMetrics], after: Sequence[Frame]) -> int:
    """Counts places of measured faces that the detector alone takes for faces still. It also takes other things for
    faces: letters, and the edge of what covers one."""
    detector = FaceDetector(models)
    count = 0
    for frame, then in zip(after, measured, strict=True):
        found = search(detector, frame.image, max_side_px=VIDEO_MAX_SIDE_PX).boxes
        count += int((overlaps(found, np.array(_boxes(then)).reshape(-1, 4)) > 0.5).any(axis=1).sum())
    return count


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "stretch"),
    [
        ("single_face.mp4", WHOLE),
        ("WolfgangLanger_Pexels.mp4", Stretch(0.0, 3.0)),
        pytest.param("WolfgangLanger_Pexels.mp4", WHOLE, marks=pytest.mark.slow),
        pytest.param("face_noface.mov", WHOLE, marks=pytest.mark.slow),
        pytest.param("noface_face.mov", WHOLE, marks=pytest.mark.slow),
    ],
)
def test_no_face_is_left(name: str, stretch: Stretch, models: Models, shared_media: Path, tmp_path: Path) -> None:
    clip, out = shared_media / "videos" / name, tmp_path / "out.mp4"
    before = _frames(clip, stretch)
    frames = _measured(models, before)
    after = _anonymized(models, clip, out, frames, stretch)
    assert len(after) == len(frames)
    assert sum(len(frame.faces) for frame in frames) > 0
    assert sum(len(frame.faces) for frame in _measured(models, after)) == 0
    assert _found(models, frames[::10], after[::10]) == 0
    alike = [
        each
        for then, now, measured in list(zip(before, after, frames, strict=True))[::10]
        for each in _likenesses(models, then, now, measured)
    ]
    assert max(alike) < GOES_ON


@pytest.mark.slow
def test_a_face_that_was_lost_for_five_frames_stays_covered(models: Models, tmp_path: Path) -> None:
    clip, out = tmp_path / "clip.mp4", tmp_path / "out.mp4"
    write_demo_clip(clip, seconds=2.0)
    before = _frames(clip)
    frames = _measured(models, before)
    lost = range(8, 13)
    with_gap = [replace(frame, faces=() if number in lost else frame.faces) for number, frame in enumerate(frames)]
    after = _anonymized(models, clip, out, with_gap)
    assert all(len(frames[number].faces) == 1 for number in lost)
    for number in lost:
        assert max(_likenesses(models, before[number], after[number], frames[number])) < GOES_ON
    assert _found(models, frames[8:13], after[8:13]) == 0


def test_faces_beyond_the_limit_of_the_job_are_covered_too(models: Models, shared_media: Path, tmp_path: Path) -> None:
    picture, out = shared_media / "faces" / "multi_face.jpg", tmp_path / "out.jpg"
    (few,), (all_faces,) = _measured(models, _frames(picture), 1), _measured(models, _frames(picture))
    assert len(few.faces) == 1 < len(all_faces.faces)
    assert render_anonymized(Source(picture), [few], Lookout(models), out, lambda: None) == PICTURE_CONTENT_TYPE
    (left,) = _measured(models, _frames(out))
    assert left.faces == ()
