"""AWS Batch on this machine: the few operations that Mien asks for, over HTTP as boto3 speaks to them.

moto knows Batch, but without Docker its jobs succeed without having run.
"""

import json
import sys
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

from chalicelib.local.aws.batch_arrays import BatchArrays
from chalicelib.local.aws.environment import HOST

QUEUE, DEFINITION = "mien-segments", "mien-worker"
ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL_BATCH"

_COMMAND = (sys.executable, "-m", "chalicelib.local.aws.batch_process")
_MAX_BODY_BYTES = 100_000


class BatchService:
    """A context manager; inside it `url` answers SubmitJob (of arrays), DescribeJobs and TerminateJob
    (https://docs.aws.amazon.com/batch/latest/APIReference/), whatever queue and definition they name.

    `environment` is that of the processes, but for what a submission adds; `command` is another than the worker's, for
    trying.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        log_path: Path,
        *,
        max_processes: int,
        command: tuple[str, ...] = _COMMAND,
    ) -> None:
        self._server = ThreadingHTTPServer((HOST, 0), _handler_of(self))
        self.url = f"http://{HOST}:{self._server.server_address[1]}"
        self._arrays = BatchArrays(
            command, {**environment, ENDPOINT_VARIABLE: self.url}, log_path, max_processes=max_processes
        )
        self._thread = Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="batch", daemon=True
        )

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The segments that run at the moment."""
        return self._arrays.process_ids

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._arrays.close()

    def answer(self, path: str, request: Mapping[str, Any]) -> dict[str, Any] | None:
        """What Batch says to the operation at `path`, None where there is no such operation."""
        operations: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "/v1/submitjob": self._submit,
            "/v1/describejobs": self._describe,
            "/v1/terminatejob": self._terminate,
        }
        operation = operations.get(path)
        return None if operation is None else operation(request)

    def _submit(self, request: Mapping[str, Any]) -> dict[str, Any]:
        variables = request.get("containerOverrides", {}).get("environment", [])
        array_id = self._arrays.submit(
            size=request["arrayProperties"]["size"],
            attempts=request.get("retryStrategy", {}).get("attempts", 1),
            variables={variable["name"]: variable["value"] for variable in variables},
        )
        return {"jobId": array_id, "jobName": request["jobName"]}

    def _describe(self, request: Mapping[str, Any]) -> dict[str, Any]:
        found = ((array_id, self._arrays.status(array_id)) for array_id in request["jobs"])
        return {"jobs": [{"jobId": array_id, "status": status} for array_id, status in found if status is not None]}

    def _terminate(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self._arrays.terminate(request["jobId"])
        return {}


def _handler_of(service: BatchService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:  # the name that the server looks for
            body = self.rfile.read(min(int(self.headers.get("Content-Length", "0")), _MAX_BODY_BYTES))
            answer = service.answer(self.path, json.loads(body or b"{}"))
            content = json.dumps(answer or {"message": "There is no such operation here."}).encode()
            self.send_response(404 if answer is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: Any) -> None:
            """Nothing: a terminal is for people."""

    return Handler
