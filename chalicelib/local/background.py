"""The background work of the local stack: the event source mappings of its queues, and the schedule."""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from chalice.app import Chalice

from chalicelib.api.background import register_background
from chalicelib.aws.clients import AwsClients
from chalicelib.composition.services import Services
from chalicelib.local.aws.provisioning import EventQueues
from chalicelib.local.repetition import Repetition
from chalicelib.local.workers.queue_poller import QueuePoller

DEFAULT_SWEEP_INTERVAL_S = 5.0


class Background:
    """A context manager; inside it, the handlers that Lambda would call get the objects that arrive and the jobs that
    end, and the sweeper runs every `sweep_interval_s` seconds."""

    def __init__(
        self,
        services: Services,
        queues: EventQueues,
        *,
        sweep_interval_s: float = DEFAULT_SWEEP_INTERVAL_S,
    ) -> None:
        self._services = services
        self._queues = queues
        self._sweep_interval_s = sweep_interval_s
        self._undo = ExitStack()

    def __enter__(self) -> Self:
        app = Chalice(app_name="mien", configure_logs=False)
        handlers = register_background(app, lambda: self._services)
        subscriptions = (
            ("uploads", self._queues.uploads, handlers.receive_uploads),
            ("drops", self._queues.drops, handlers.receive_drops),
            ("deliveries", self._queues.deliveries, handlers.send_notifications),
            ("dead letters", self._queues.dead_letters, handlers.bury_dead_letters),
        )
        repetitions = [Repetition("sweeper", self._services.sweeper.sweep, pause_s=self._sweep_interval_s)]
        for name, queue_url, handler in subscriptions:
            poller = QueuePoller(AwsClients().sqs, queue_url, handler)
            repetitions.append(Repetition(name, poller.poll, pause_s=0.0))
        with ExitStack() as undo:
            for repetition in repetitions:
                undo.enter_context(repetition)
            for repetition in repetitions:
                undo.callback(repetition.end)  # all at once, or each would wait out its poll after the other's
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._undo.__exit__(error_type, error, traceback)
