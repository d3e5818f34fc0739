"""Samples what a job in one thread is at: its processor time by named stage."""

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from threading import Event, Thread, get_ident
from types import FrameType

_EVERY_S = 0.001
_SWITCH_S = 0.00001
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
    f"{_ANALYSIS}expressions.scored_frames": "scores and own neutral",
    f"{_ANALYSIS}expressions.own_neutral": "scores and own neutral",
    f"{_ANALYSIS}expressions.one_euro": "scores and own neutral",
    f"{_ANALYSIS}expressions.emotions": "scores and own neutral",
    f"{_ANALYSIS}validity": "validity",
    "chalicelib.formats": "formats",
}
STAGES = (*dict.fromkeys(_STAGES.values()), "the rest")


@contextmanager
def profiled() -> Generator[dict[str, float]]:
    """Adds up the seconds of processor time that the caller's thread spends in each of `STAGES` within the block.

    Another thread looks every millisecond where the caller is, and counts all that has passed since for that stage. A
    signal would be answered after a call into C only, which then got the time before it as well: of a job with one
    face the networks took 57 % instead of 45.
    """
    found = dict.fromkeys(STAGES, 0.0)
    ended = Event()
    looking = Thread(target=_look, args=(get_ident(), found, ended), name="profile", daemon=True)
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_S)  # or the look would wait for milliseconds, and find what comes next
    looking.start()
    try:
        yield found
    finally:
        ended.set()
        looking.join()
        sys.setswitchinterval(before_s)


def _look(thread: int, found: dict[str, float], ended: Event) -> None:
    # macOS has no clock of another thread.
    clock = time.pthread_getcpuclockid(thread) if hasattr(time, "pthread_getcpuclockid") else time.CLOCK_MONOTONIC
    last_s = time.clock_gettime(clock)
    is_over = False
    while not is_over:
        is_over = ended.wait(_EVERY_S)
        now_s = time.clock_gettime(clock)
        found[_stage_of(sys._current_frames().get(thread))] += now_s - last_s  # noqa: SLF001  # the documented way
        last_s = now_s


def _stage_of(frame: FrameType | None) -> str:
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        while module:
            if module in _STAGES:
                return _STAGES[module]
            module = module.rpartition(".")[0]
        frame = frame.f_back
    return STAGES[-1]
