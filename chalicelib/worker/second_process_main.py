"""The second process: `python -m chalicelib.worker.second_process_main FOLDER`, with the folder of the models.

Started by `second_process`, whose requests it answers until its standard input ends. It needs no AWS and no settings.
"""

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import BinaryIO, TextIO

from chalicelib.analysis.media.frames import MediaLimits
from chalicelib.analysis.media.video_spans import Span
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.frame_size import FrameSize
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.requests.recipes import parse_recipe
from chalicelib.errors import MediaError
from chalicelib.worker.part_measurer import PartMeasurer
from chalicelib.worker.second_process import READY, PartAnswer, PartRequest

_REPORT_INTERVAL_S = 0.1

_log = logging.getLogger("chalicelib.worker.second")


def main(models_folder: Path) -> None:
    """Answers requests until the process is ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all processes get Ctrl-C; the worker ends this one
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is no answer
    requests: SimpleQueue[PartRequest] = SimpleQueue()
    Thread(target=_listen, args=(requests,), name="requests", daemon=True).start()
    models = Models(models_folder)
    models.open_all()
    _say(answers, PartAnswer(READY, 0, 0))
    while True:
        _Half(models, requests.get(), answers).measure()


def _listen(requests: SimpleQueue[PartRequest]) -> None:
    try:
        for line in sys.stdin:
            fields = json.loads(line)
            requests.put(PartRequest(**{**fields, "recipe": parse_recipe(fields["recipe"])}))
    finally:
        os._exit(0)  # the worker has ended, perhaps in the middle of a half


class _Half:
    """One request, and what has been written for it."""

    def __init__(self, models: Models, request: PartRequest, answers: TextIO) -> None:
        limits = MediaLimits(max_pixels=request.max_pixels, max_duration_s=request.max_duration_s)
        self._measurer = PartMeasurer(models, limits=limits)
        self._request, self._answers = request, answers
        self._frames = self._reach_bytes = 0

    def measure(self) -> None:
        """Measures, and answers in the end whatever came about."""
        media_fault, our_fault = None, False
        try:
            self._write()
        except MediaError as unusable:
            media_fault = str(unusable)
        except Exception:  # noqa: BLE001  # the boundary of the process: the worker gets the error and may ask again
            _log.exception("a second half failed")
            our_fault = True
        self._answer(PartAnswer(self._request.number, self._reach_bytes, self._frames, True, media_fault, our_fault))

    def _write(self) -> None:
        request = self._request
        size = None if request.frame_size is None else FrameSize(*request.frame_size)
        span = Span(request.lead_in_s, None, request.origin_s, own_from_s=request.start_s, frame_size=size)
        with Path(request.part_path).open("wb") as stream:
            try:
                # The worker has the other processor: threads would only take turns.
                self._measurer.measure(
                    Path(request.media_path),
                    request.recipe,
                    span,
                    stream,
                    lambda frames: self._counted(frames, stream),
                    in_threads=False,
                )
            finally:
                stream.flush()
                self._reach_bytes = stream.tell()

    def _counted(self, frames: Iterable[FrameMetrics], stream: BinaryIO) -> Iterator[FrameMetrics]:
        last_report_s = 0.0
        for frame in frames:
            yield frame
            self._frames += frame.time_s >= self._request.start_s
            if time.monotonic() - last_report_s >= _REPORT_INTERVAL_S:
                stream.flush()
                self._answer(PartAnswer(self._request.number, stream.tell(), self._frames))
                last_report_s = time.monotonic()

    def _answer(self, answer: PartAnswer) -> None:
        _say(self._answers, answer)


def _say(answers: TextIO, answer: PartAnswer) -> None:
    print(json.dumps(asdict(answer)), file=answers, flush=True)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    main(Path(sys.argv[1]))
