"""moto's DynamoDB, made safe for threads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import RLock

from moto.core.common_types import TYPE_RESPONSE
from moto.dynamodb.responses import DynamoHandler


@contextmanager
def one_dynamodb_call_at_a_time() -> Iterator[None]:
    """Puts one lock round everything that moto's DynamoDB does, until the end of the block.

    moto checks a condition and writes in two steps. Under threads several conditional writes win and updates are lost,
    and with them the leases on which the workers rely. Enter the block before the server takes its first request.
    """
    unguarded: Callable[[DynamoHandler], TYPE_RESPONSE] = DynamoHandler.call_action
    lock = RLock()

    @wraps(unguarded)
    def guarded(handler: DynamoHandler) -> TYPE_RESPONSE:
        with lock:
            return unguarded(handler)

    DynamoHandler.call_action = guarded  # type: ignore[method-assign]  # all actions pass through this method
    try:
        yield
    finally:
        DynamoHandler.call_action = unguarded  # type: ignore[method-assign]  # as it was
