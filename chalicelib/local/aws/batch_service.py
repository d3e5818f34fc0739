"""AWS Batch on this machine: the few operations that Mien asks for, over HTTP as boto3 speaks to them.

moto knows Batch, but without Docker its jobs succeed without having run. What is started here runs as this user, so
the service takes signed requests only, and nothing from them but the message of a job.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from chalicelib.domain.messages import MESSAGE_VARIABLE
from chalicelib.local.aws.batch_arrays import BatchArrays
from chalicelib.local.aws.credentials import RunCredentials
from chalicelib.local.aws.guarded_app import GuardedApp
from chalicelib.local.aws.wsgi_server import LocalWsgiServer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

QUEUE, DEFINITION = "mien-segments", "mien-worker"
ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL_BATCH"

_COMMAND = (sys.executable, "-m", "chalicelib.local.aws.batch_process")
_SERVICES = frozenset(("batch",))
_MAX_SIZE, _MAX_ATTEMPTS = 10_000, 10  # of Batch


class BatchService:
    """A context manager; inside it `url` answers SubmitJob (of arrays), DescribeJobs and TerminateJob
    (https://docs.aws.amazon.com/batch/latest/APIReference/), whatever queue and definition they name, if they are
    signed with `credentials`.

    `environment` is that of the processes; a submission adds the message of its job to it, and can add nothing else.
    `command` is another than the worker's, for trying.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        log_path: Path,
        credentials: RunCredentials,
        *,
        max_processes: int,
        command: tuple[str, ...] = _COMMAND,
    ) -> None:
        self._credentials = credentials
        self._server = LocalWsgiServer("batch", self._guarded)
        self.url = self._server.url
        self._arrays = BatchArrays(
            command, {**environment, ENDPOINT_VARIABLE: self.url}, log_path, max_processes=max_processes
        )

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The segments that run at the moment."""
        return self._arrays.process_ids

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.stop()
        self._arrays.close()

    def _guarded(self, hosts: frozenset[str]) -> GuardedApp:
        return GuardedApp(
            self._answer, self._credentials, services=_SERVICES, hosts=hosts, clock=lambda: datetime.now(UTC)
        )

    def _answer(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        operations: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "/v1/submitjob": self._submit,
            "/v1/describejobs": self._describe,
            "/v1/terminatejob": self._terminate,
        }
        operation = operations.get(environ["PATH_INFO"])
        if operation is None:
            return _json(start_response, "404 Not Found", {"message": "There is no such operation here."})
        try:
            document = operation(json.loads(environ["wsgi.input"].read() or b"{}"))
        except (KeyError, TypeError, ValueError, AttributeError) as failure:
            return _json(start_response, "400 Bad Request", {"message": f"The request cannot be taken: {failure}"})
        return _json(start_response, "200 OK", document)

    def _submit(self, request: Mapping[str, Any]) -> dict[str, Any]:
        listed = request.get("containerOverrides", {}).get("environment", [])
        variables = {str(variable["name"]): str(variable["value"]) for variable in listed}
        if set(variables) - {MESSAGE_VARIABLE}:
            raise ValueError(f"{MESSAGE_VARIABLE} is the only variable that a job may be given")
        array_id = self._arrays.submit(
            size=_whole(request["arrayProperties"]["size"], _MAX_SIZE),
            attempts=_whole(request.get("retryStrategy", {}).get("attempts", 1), _MAX_ATTEMPTS),
            variables=variables,
        )
        return {"jobId": array_id, "jobName": str(request["jobName"])}

    def _describe(self, request: Mapping[str, Any]) -> dict[str, Any]:
        found = ((array_id, self._arrays.status(array_id)) for array_id in request["jobs"])
        return {"jobs": [{"jobId": array_id, "status": status} for array_id, status in found if status is not None]}

    def _terminate(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self._arrays.terminate(request["jobId"])
        return {}


def _whole(number: object, most: int) -> int:
    if not isinstance(number, int) or not 1 <= number <= most:
        raise ValueError(f"{number!r} is not a whole number from 1 to {most}")
    return number


def _json(start_response: "StartResponse", status: str, document: Mapping[str, Any]) -> Iterable[bytes]:
    content = json.dumps(document).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
    start_response(status, headers)
    return [content]
