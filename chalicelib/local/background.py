"""What goes on in the local stack without a request: the event source mappings of its queues, and the schedule."""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from threading import Event, Thread
from types import TracebackType
from typing import Self

from chalice.app import Chalice

from chalicelib.api.background import register_background
from chalicelib.aws.clients import make_clients
from chalicelib.local.queue_poller import QueuePoller
from chalicelib.wiring import BackgroundServices

DEFAULT_SWEEP_INTERVAL_S = 5.0
_RETRY_S = 1.0

_log = logging.getLogger(__name__)


class Background:
    """A context manager; inside it objects that arrive and jobs that end are announced to the very handlers that
    Lambda calls, and the sweeper goes round every `sweep_interval_s` seconds."""

    def __init__(
        self,
        services: BackgroundServices,
        upload_queue_url: str,
        delivery_queue_url: str,
        *,
        sweep_interval_s: float = DEFAULT_SWEEP_INTERVAL_S,
    ) -> None:
        self._services = services
        self._upload_queue_url = upload_queue_url
        self._delivery_queue_url = delivery_queue_url
        self._sweep_interval_s = sweep_interval_s
        self._undo = ExitStack()

    def __enter__(self) -> Self:
        app = Chalice(app_name="mien", configure_logs=False)
        handlers = register_background(app, lambda: self._services)
        uploads = QueuePoller(make_clients().sqs, self._upload_queue_url, handlers.receive_uploads)
        deliveries = QueuePoller(make_clients().sqs, self._delivery_queue_url, handlers.send_notifications)
        with ExitStack() as undo:
            undo.enter_context(_Repetition("uploads", uploads.poll, pause_s=0.0))
            undo.enter_context(_Repetition("deliveries", deliveries.poll, pause_s=0.0))
            undo.enter_context(_Repetition("sweeper", self._services.sweeper.sweep, pause_s=self._sweep_interval_s))
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._undo.__exit__(error_type, error, traceback)


class _Repetition:
    """Calls `step` in a thread, with a pause after each call, until the block ends. What it raises is logged."""

    def __init__(self, name: str, step: Callable[[], object], *, pause_s: float) -> None:
        self._step = step
        self._pause_s = pause_s
        self._ended = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            pause_s = self._pause_s
            try:
                self._step()
            except Exception:  # noqa: BLE001  # the boundary of the thread: the next round may go well
                _log.exception("%s failed and will be tried again", self._thread.name)
                pause_s = max(pause_s, _RETRY_S)
            self._ended.wait(pause_s)
