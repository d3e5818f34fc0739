"""A worker in a process of its own: `python -m chalicelib.local.workers.process`.

The analysis then does not hold the API's interpreter lock, and a killed worker affects no other process. The process
lives as long as its standard input is open: the parent holds the other end of that pipe, and the operating system
closes it whenever the parent dies.
"""

import importlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from threading import Thread
from types import FrameType
from typing import Any, NoReturn

import click

from chalicelib.aws.clients import AwsClients
from chalicelib.local.log_lines import write_log
from chalicelib.local.signals import endings_at_once
from chalicelib.local.workers.queue_poller import QueuePoller
from chalicelib.settings import read_settings

DEFAULT_HANDLER = "chalicelib.worker.lambda_main:handler"
DEFAULT_WARM_UP = "chalicelib.worker.lambda_main:job_processor"

_PARENT_IS_GONE = 3
_GRACE_S = 3.0

_log = logging.getLogger(__name__)


@click.command()
@click.option("--handler", "handler_name", default=DEFAULT_HANDLER, help="The Lambda function, as module:function.")
@click.option("--warm-up", "warm_up_name", default="", help="A function to call before the first message.")
@click.option("--log-level", default="INFO", help="The least level that is logged to standard error.")
def main(handler_name: str, warm_up_name: str, log_level: str) -> None:
    """Process messages of the job queue until the parent ends or SIGTERM comes."""
    write_log(sys.stderr, process_name="worker", level=log_level)
    signal.signal(signal.SIGTERM, _end)
    end_with_parent(sys.stdin.fileno())
    settings = read_settings(os.environ)
    with endings_at_once():
        handler = load_function(handler_name)
        if warm_up_name:
            load_function(warm_up_name)()
    _log.info("waiting for messages")
    QueuePoller(AwsClients().sqs, settings.job_queue_url, handler).run()


def load_function(name: str) -> Callable[..., Any]:
    """The function called `module:function`. Raises click's UsageError for a name that stands for none."""
    module_name, _, function_name = name.partition(":")
    function = getattr(importlib.import_module(module_name), function_name, None)
    if not callable(function):
        raise click.UsageError(f"{name} is no function; name one as module:function.")
    loaded: Callable[..., Any] = function
    return loaded


def _end(_signal_number: int, _frame: FrameType | None) -> NoReturn:
    # An exception unwinds the running job, which gives it back and deletes its temporary files; once is enough.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(0)


def end_with_parent(pipe: int) -> None:
    """Ends this process, by SIGTERM first, when the other end of `pipe` is closed."""

    def wait() -> None:
        while os.read(pipe, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_GRACE_S)
        os._exit(_PARENT_IS_GONE)

    # os.read, not sys.stdin: a thread inside sys.stdin would hold its lock when the interpreter ends.
    Thread(target=wait, name="parent", daemon=True).start()


if __name__ == "__main__":
    main()
