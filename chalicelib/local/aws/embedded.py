"""DynamoDB, S3 and SQS in this process. What they hold lives in memory and ends with them, or is kept in a folder."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from threading import Lock
from types import TracebackType
from typing import Self

from moto.moto_api._internal.models import moto_api_backend

from chalicelib.aws.clients import AwsClients
from chalicelib.local.aws.credentials import make_credentials
from chalicelib.local.aws.environment import (
    HOST,
    embedded_aws_variables,
    process_environment,
    without_foreign_variables,
)
from chalicelib.local.aws.kept_state import objects_kept, restore, row_keeper
from chalicelib.local.aws.moto_changes import (
    listings_under_change,
    one_dynamodb_call_at_a_time,
    short_search_for_values,
    versions_in_s3_events,
)
from chalicelib.local.aws.moto_server import MotoServer
from chalicelib.local.aws.provisioning import EventQueues, media_cors, provision
from chalicelib.local.aws.state_folder import StateFolder
from chalicelib.settings import Settings, write_settings

# moto keeps its data in module globals, so two in one process would be one.
_ONE_PER_PROCESS = Lock()


class EmbeddedAws:
    """A context manager; inside it this process's own environment is `environment`, so every boto3 client made there,
    and every child process given it, talks to the embedded AWS and cannot talk to the real one. Other processes cannot
    use it: `credentials` are of this run, and every request must be signed with them.

    `host` and `port` are those of the AWS endpoint; port 0 takes a free one. `folder` keeps rows and objects.
    `configure` changes the settings beyond the names, such as the models' directory. `visibility_timeout_s` and
    `max_receives` are the job queue's (see `provision`).
    """

    def __init__(
        self,
        *,
        port: int = 0,
        visibility_timeout_s: int = 30,
        max_receives: int = 10,
        configure: Callable[[Settings], Settings] | None = None,
        host: str = HOST,
        folder: StateFolder | None = None,
    ) -> None:
        self._address = (host, port)
        self._folder = folder
        self._visibility_timeout_s = visibility_timeout_s
        self._max_receives = max_receives
        self._configure = configure or as_it_is
        self._undo = ExitStack()
        self.credentials = make_credentials()
        self.endpoint_url = ""
        self.dead_letter_queue_url = ""
        self.event_queues = EventQueues("", "", "", "")
        self.environment: dict[str, str] = {}
        self._settings: Settings | None = None

    @property
    def settings(self) -> Settings:
        """Returns the settings of a deployment on this AWS. Raises RuntimeError outside the block."""
        if self._settings is None:
            raise RuntimeError("the embedded AWS has not been entered")
        return self._settings

    def __enter__(self) -> Self:
        """Raises OSError if the port is in use, RuntimeError if this process has an embedded AWS already."""
        if not _ONE_PER_PROCESS.acquire(blocking=False):
            raise RuntimeError("this process runs an embedded AWS already")
        with ExitStack() as undo:
            undo.callback(_ONE_PER_PROCESS.release)
            keeper = None if self._folder is None else row_keeper(self._folder)
            undo.enter_context(one_dynamodb_call_at_a_time(keeper))
            undo.enter_context(short_search_for_values())
            undo.enter_context(versions_in_s3_events())
            undo.enter_context(listings_under_change())
            server = MotoServer(self._address, self.credentials)
            undo.callback(server.stop)
            self.endpoint_url = server.url
            self._enter_environment(undo)
            self._enter_folder(undo)
            server.set_cors(media_cors(self.settings.cors_origins))
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._undo.__exit__(error_type, error, traceback)

    def _enter_environment(self, undo: ExitStack) -> None:
        environment = without_foreign_variables(os.environ, self._address[0]) | embedded_aws_variables(
            self.endpoint_url, self.credentials
        )
        undo.enter_context(process_environment(environment))
        moto_api_backend.reset()
        undo.callback(moto_api_backend.reset)
        provisioned = provision(
            AwsClients(), visibility_timeout_s=self._visibility_timeout_s, max_receives=self._max_receives
        )
        self.dead_letter_queue_url = provisioned.dead_letter_queue_url
        self.event_queues = provisioned.event_queues
        names = Settings(
            provisioned.table_name,
            provisioned.media_bucket,
            provisioned.job_queue_url,
            delivery_queue_url=provisioned.event_queues.deliveries,
            requests_per_minute=0,  # a single user on a local machine needs no rate limit
        )
        self._settings = self._configure(names)
        self.environment = environment | write_settings(self._settings)
        undo.enter_context(process_environment(self.environment))

    def _enter_folder(self, undo: ExitStack) -> None:
        if self._folder is not None:
            restore(self._folder, self.settings.table_name, self.settings.media_bucket)
            undo.enter_context(objects_kept(self._folder))


def as_it_is(settings: Settings) -> Settings:
    """Changes nothing."""
    return settings
