"""Frames for the tests of the formats."""

from hypothesis import strategies as st

from chalicelib.domain.measurements.metrics import METRICS, FaceMetrics, FrameMetrics
from chalicelib.domain.measurements.validity import InvalidReason, Reasons


def face(
    face_id: int, first: float = 0.0, step: float = 1.0, confidence: float = 100.0, reasons: Reasons = ()
) -> FaceMetrics:
    """A face whose metrics are `first`, `first + step` ... in the order of `METRICS`."""
    values = {metric.name: first + step * index for index, metric in enumerate(METRICS)}
    return FaceMetrics(face_id, values, confidence, reasons)


GOLDEN_FRAMES = (
    FrameMetrics(0.0, (face(0, first=0.25), face(3, first=-2.00004, step=1.00001))),
    FrameMetrics(1001 / 30000, (face(3, 100.0, -7.7777777, 79.25, (InvalidReason.TURNED, InvalidReason.BLURRED)),)),
    FrameMetrics(0.1, ()),
)

_NUMBERS = st.floats(-1e6, 1e6, allow_nan=False) | st.sampled_from((-0.0, 0.00005, -0.00004, 1e-9, 100.0, 5e-324))
_TIMES_S = st.floats(0.0, 1e6, allow_nan=False) | st.integers(0, 10**6).map(lambda index: index * 1001 / 30000)

REASONS = st.sets(st.sampled_from(InvalidReason)).map(
    lambda chosen: tuple(reason for reason in InvalidReason if reason in chosen)
)


@st.composite
def _faces(draw: st.DrawFn) -> tuple[FaceMetrics, ...]:
    ids = sorted(draw(st.sets(st.integers(0, 10**6), max_size=3)))
    pools = [draw(st.lists(_NUMBERS, min_size=1, max_size=5)) for _ in ids]
    return tuple(
        FaceMetrics(
            face_id,
            {metric.name: pool[index % len(pool)] for index, metric in enumerate(METRICS)},
            draw(st.floats(0.0, 100.0)),
            draw(REASONS),
        )
        for face_id, pool in zip(ids, pools, strict=True)
    )


def _time_s(frame: FrameMetrics) -> float:
    return frame.time_s


FRAMES = st.lists(st.builds(FrameMetrics, _TIMES_S, _faces()), max_size=6, unique_by=_time_s).map(
    lambda frames: sorted(frames, key=_time_s)
)
"""Any few frames of up to three faces, in order of time; numbers repeat within a face: so the examples are small."""
