"""Samples what a job in one thread is at: its processor time by named stage."""

import signal
import time
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

_EVERY_S = 0.001
_ANALYSIS = "chalicelib.analysis."
# The innermost module that is named here tells the stage; the longest name counts.
_STAGES = {
    "onnxruntime": "networks",
    f"{_ANALYSIS}networks": "networks",
    f"{_ANALYSIS}media": "decoding",
    f"{_ANALYSIS}media.pixels": "conversion",
    f"{_ANALYSIS}faces.mesh": "crop",
    f"{_ANALYSIS}faces.detector": "detector's input and answers",
    f"{_ANALYSIS}faces.tiling": "detector's input and answers",
    f"{_ANALYSIS}faces.scenes": "scenes and search",
    f"{_ANALYSIS}faces.thumbnails": "scenes and search",
    f"{_ANALYSIS}faces.dissolves": "scenes and search",
    f"{_ANALYSIS}faces.search": "scenes and search",
    f"{_ANALYSIS}faces.search_schedule": "scenes and search",
    f"{_ANALYSIS}faces.searched_windows": "scenes and search",
    f"{_ANALYSIS}faces.tracker": "tracking",
    f"{_ANALYSIS}faces.identities": "tracking",
    f"{_ANALYSIS}faces.known_faces": "tracking",
    f"{_ANALYSIS}faces.motion": "tracking",
    f"{_ANALYSIS}faces.head_shape": "tracking",
    f"{_ANALYSIS}faces.rigid_face": "head angles",
    f"{_ANALYSIS}faces.head_pose": "head angles",
    f"{_ANALYSIS}faces.appearance": "appearance",
    f"{_ANALYSIS}faces.proof": "second look",
    f"{_ANALYSIS}expressions": "features and head",
    f"{_ANALYSIS}expressions.score_streams": "scores and own neutral",
    f"{_ANALYSIS}expressions.own_neutral": "scores and own neutral",
    f"{_ANALYSIS}expressions.one_euro": "scores and own neutral",
    f"{_ANALYSIS}validity": "validity",
    "chalicelib.formats": "formats",
}
STAGES = (*dict.fromkeys(_STAGES.values()), "the rest")


@contextmanager
def profiled() -> Generator[dict[str, float]]:
    """Adds up the seconds that this thread, the main one, spends in each of `STAGES` within the block.

    A timer of the system asks every millisecond of processor time, or every tick if that is longer. All that has passed
    since the last answer counts for the stage that the thread is in: an answer waits for the end of a call into C.
    """
    found = dict.fromkeys(STAGES, 0.0)
    last_s = time.thread_time()

    def note(_: int, frame: FrameType | None) -> None:
        nonlocal last_s
        now_s = time.thread_time()
        found[_stage_of(frame)] += now_s - last_s
        last_s = now_s

    before = signal.signal(signal.SIGPROF, note)
    signal.setitimer(signal.ITIMER_PROF, _EVERY_S, _EVERY_S)
    try:
        yield found
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _stage_of(frame: FrameType | None) -> str:
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        while module:
            if module in _STAGES:
                return _STAGES[module]
            module = module.rpartition(".")[0]
        frame = frame.f_back
    return STAGES[-1]
