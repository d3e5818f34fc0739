"""A complete stack on this machine: embedded AWS, the API, the workers and one user.

Data is in memory and lost when it ends, or kept in a folder. It is for trial, development and tests, not for
production.
"""

import errno
import secrets
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from chalice.app import Chalice

from chalicelib.analysis.networks.models import ModelFile, Models
from chalicelib.api.application import register_api
from chalicelib.aws.clients import AwsClients
from chalicelib.composition.services import Services
from chalicelib.domain.ids import new_id
from chalicelib.local.aws.batch_service import DEFINITION, ENDPOINT_VARIABLE, QUEUE, BatchService
from chalicelib.local.aws.credentials import write_profile
from chalicelib.local.aws.embedded import EmbeddedAws, as_it_is
from chalicelib.local.aws.environment import HOST, process_environment
from chalicelib.local.aws.kept_state import unfinished
from chalicelib.local.aws.state_folder import StateFolder, own_password
from chalicelib.local.background import Background
from chalicelib.local.drop_directory import DropDirectory
from chalicelib.local.http.server import DEFAULT_MAX_BODY_BYTES, HttpServer
from chalicelib.local.repetition import Repetition
from chalicelib.local.stack_error import StackError
from chalicelib.local.workers.supervisor import REPOSITORY, WorkerSupervisor
from chalicelib.settings import Settings
from chalicelib.wiring import make_services, utc_now

DEFAULT_MODELS_DIR = REPOSITORY / "models"
DEFAULT_LOG_PATH = Path("build/worker.log")
USER = "demo@localhost"

# A worker that is killed is noticed after this long: its message comes back, and its lease has ended.
_SILENCE_S = 20
_MAX_RECEIVES = 20  # a message that meets a live lease is sent back, which is no failure but counts as a receive
_DROP_LOOK_S = 0.5
_SEGMENT_PROCESSES = 2


class Stack:
    """A context manager; inside it the API answers at `index_url` and knows the user `user` with `password`.

    `host` and `port` are the API's, port 0 takes a free one. Jobs, results and users are kept in the folder `data`, and
    so is the password, unless `password` is given. Nothing is left running afterwards, however the block ends; should
    this process be killed, the workers end by themselves. The workers' log is added to `log_path`. Commands of this
    user reach the stack's AWS with the credentials at `credentials_path`.
    `expressions_only` is that of the settings, which `configure` changes further. Files in `drop_directory` are taken
    for files in the user's drop-folder.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        workers: int = 1,
        models_dir: Path = DEFAULT_MODELS_DIR,
        log_path: Path = DEFAULT_LOG_PATH,
        expressions_only: bool = False,
        drop_directory: Path | None = None,
        configure: Callable[[Settings], Settings] | None = None,
        host: str = HOST,
        data: Path | None = None,
        password: str | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._data = data
        self._workers = workers
        self._models_dir = models_dir.absolute()
        self._log_path = log_path
        self._expressions_only = expressions_only
        self._drop_directory = drop_directory
        self._configure = configure or as_it_is
        self._undo = ExitStack()
        self._supervisor: WorkerSupervisor | None = None
        self._batch: BatchService | None = None
        self._services: Services | None = None
        self.index_url = ""
        self.user = USER
        self.password = password or ""
        self.account_id = ""
        self.aws_endpoint_url = ""
        self.table_name = ""
        self.bucket_name = ""
        self.cors_origins = ""
        self.credentials_path = Path()

    def __enter__(self) -> Self:
        """Raises `StackError` if models are missing, the port is in use or the log cannot be written."""
        check_models(self._models_dir)
        with ExitStack() as undo:
            server = self._bind()
            undo.callback(server.stop)
            folder = self._open_folder(undo)
            aws = undo.enter_context(
                EmbeddedAws(
                    visibility_timeout_s=_SILENCE_S,
                    max_receives=_MAX_RECEIVES,
                    configure=self._configured,
                    host=self._host,
                    folder=folder,
                )
            )
            self.aws_endpoint_url = aws.endpoint_url
            self.table_name, self.bucket_name = aws.settings.table_name, aws.settings.media_bucket
            self.cors_origins = aws.settings.cors_origins
            environment = self._start_batch(aws, undo)
            self._supervisor = self._start_workers(environment, undo)  # first, for they take longest to be ready
            self._services = make_services(aws.settings)
            self._welcome_user(self._services)
            for message in () if folder is None else unfinished(folder):
                self._services.ports.queue().send(message)
            undo.enter_context(Background(self._services, aws.event_queues))
            self._watch_drop_directory(aws.settings.media_bucket, undo)
            server.start()
            undo.callback(server.stop)  # before the workers and AWS, which its requests need
            self.index_url = f"{server.url}/"
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._undo.__exit__(error_type, error, traceback)

    @property
    def worker_process_ids(self) -> tuple[int, ...]:
        """The workers that run at the moment."""
        return self._supervisor.process_ids if self._supervisor is not None else ()

    @property
    def segment_process_ids(self) -> tuple[int, ...]:
        """The processes that are at segments of long videos at the moment."""
        return self._batch.process_ids if self._batch is not None else ()

    def check_workers(self) -> None:
        """Raises `StackError` if a worker does not stay alive, so that waiting for it would never end."""
        if self._supervisor is not None and self._supervisor.has_given_up:
            raise StackError(f"The worker does not start; its log {self._log_path} says why.")

    def _open_folder(self, undo: ExitStack) -> StateFolder | None:
        if self._data is None:
            self.password = self.password or _new_password()
            return None
        folder = StateFolder(self._data)
        undo.callback(folder.close)
        self.password = self.password or own_password(self._data, _new_password)
        return folder

    def _welcome_user(self, services: Services) -> None:
        """Makes the user, or gives it the password, which is another one if a new one was chosen."""
        known = {user.email: user for user in services.users.list()}.get(self.user)
        if known is None:
            self.account_id = new_id(utc_now())
            services.users.add(self.user, self.password, self.account_id)
        else:
            self.account_id = known.account_id
            services.users.rotate_password(self.user, self.password)

    def _bind(self) -> HttpServer:
        """Binds the API's port; requests wait until the API is started."""
        app = Chalice(app_name="mien", configure_logs=False)
        register_api(app, self._ready_services)
        try:
            return HttpServer(app, host=self._host, port=self._port, max_body_bytes=DEFAULT_MAX_BODY_BYTES)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                sentence = f"Port {self._port} is in use on this machine; choose another, as in `make serve PORT=8001`."
            else:
                sentence = f"The API cannot listen on {self._host}, port {self._port}: {error.strerror}."
            raise StackError(sentence) from error

    def _ready_services(self) -> Services:
        if self._services is None:
            raise RuntimeError("the API was asked before it was started")
        return self._services

    def _configured(self, settings: Settings) -> Settings:
        configured = replace(
            settings,
            models_dir=self._models_dir,
            lease_s=float(_SILENCE_S),
            max_body_bytes=DEFAULT_MAX_BODY_BYTES,
            expressions_only=self._expressions_only,
            batch_queue=QUEUE,
            batch_job_definition=DEFINITION,
        )
        return self._configure(configured)

    def _watch_drop_directory(self, bucket: str, undo: ExitStack) -> None:
        if self._drop_directory is not None:
            drops = DropDirectory(self._drop_directory, self.account_id, AwsClients().s3, bucket)
            undo.enter_context(Repetition("drop directory", drops.look, pause_s=_DROP_LOOK_S))

    def _start_batch(self, aws: EmbeddedAws, undo: ExitStack) -> dict[str, str]:
        """The environment of workers, in which they find the batch service; this process finds it, too."""
        # Media files and results in progress are kept here, and deleted with the stack even if a worker was killed.
        directory = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="mien-stack-")))
        self.credentials_path = directory / "credentials"
        write_profile(aws.credentials, self.credentials_path)
        work = directory / "work"
        work.mkdir(mode=0o700)
        environment = aws.environment | {"TMPDIR": str(work)}
        most_processes = max(_SEGMENT_PROCESSES, self._workers)
        try:
            batch = BatchService(environment, self._log_path, aws.credentials, max_processes=most_processes)
        except OSError as error:
            raise StackError(f"The log {self._log_path} cannot be written: {error.strerror}.") from error
        self._batch = undo.enter_context(batch)
        undo.enter_context(process_environment(aws.environment | {ENDPOINT_VARIABLE: batch.url}))
        return environment | {ENDPOINT_VARIABLE: batch.url}

    def _start_workers(self, environment: dict[str, str], undo: ExitStack) -> WorkerSupervisor:
        try:
            return undo.enter_context(WorkerSupervisor(self._workers, environment, self._log_path))
        except OSError as error:
            raise StackError(f"The log {self._log_path} cannot be written: {error.strerror}.") from error


def _new_password() -> str:
    return secrets.token_urlsafe(18)


def check_models(models_dir: Path) -> None:
    """Raises `StackError` if `make setup` has not been run."""
    models = Models(models_dir)
    if not all(models.has(file_name) for file_name in ModelFile):
        raise StackError(f"There are no models in {models_dir}; run `make setup` first.")
