"""Another process: `python -m chalicelib.worker.part_process_main FOLDER NUMBER`, with the folder of the models
and the file descriptor of its end of a connection.

Started by `part_process`, whose requests it answers until the connection ends. It needs no AWS and no settings.
"""

import logging
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.errors import MediaError
from chalicelib.worker.every import every
from chalicelib.worker.part_measurer import PartMeasurer
from chalicelib.worker.part_process import PartAnswer, PartRequest

_REPORT_S = 1.0

_log = logging.getLogger("chalicelib.worker.part_process")


def main(models_folder: Path, connection: Connection) -> None:
    """Answers requests until the process is ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all processes get Ctrl-C; the worker ends this one
    requests: SimpleQueue[PartRequest] = SimpleQueue()
    Thread(target=_listen, args=(connection, requests), name="requests", daemon=True).start()
    models = Models(models_folder)
    models.open_all()
    connection.send(PartAnswer())
    while True:
        connection.send(_measured(models, requests.get(), connection))


def _listen(connection: Connection, requests: "SimpleQueue[PartRequest]") -> None:
    try:
        while True:
            requests.put(connection.recv())
    finally:
        os._exit(0)  # the worker has ended, in the middle of a part too


def _measured(models: Models, request: PartRequest, connection: Connection) -> PartAnswer:
    """Measures, and returns how that ended."""
    written = own = 0
    report = every(_REPORT_S, lambda: connection.send(PartAnswer(written, own)), at_once=True)

    def counted(frames: Iterable[FrameMetrics]) -> Iterator[FrameMetrics]:
        nonlocal written, own
        for frame in frames:
            yield frame
            written += 1
            own += frame.time_s >= (request.span.own_from_s or 0.0)
            report()

    measurer = PartMeasurer(models, limits=request.limits)
    try:
        # Other processes have the other processors: threads would only take turns.
        measurer.measure(request.media_path, request.recipe, request.span, request.part_path, counted, in_threads=False)
    except MediaError as unusable:
        return PartAnswer(written, own, True, str(unusable))
    except Exception:  # noqa: BLE001  # the boundary of the process: the worker gets the error and may ask again
        _log.exception("a part failed")
        return PartAnswer(written, own, True, our_fault=True)
    return PartAnswer(written, own, True)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    main(Path(sys.argv[1]), Connection(int(sys.argv[2])))
