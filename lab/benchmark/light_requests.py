"""Requests to the light functions as Lambda calls them, in this process, on an embedded AWS.

Measures the processor time of their own thread, which plays neither DynamoDB nor S3, and what they ask of DynamoDB.
"""

import base64
import json
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from chalice.app import Chalice

from chalicelib.api.application import register_api
from chalicelib.aws.clients import AwsClients
from chalicelib.composition.services import Services
from chalicelib.domain.ids import new_id
from chalicelib.local.aws.embedded import EmbeddedAws
from chalicelib.settings import Settings
from chalicelib.wiring import aws_ports, utc_now
from lab.benchmark.http_load import BOUNDARY, SMALL_JOB

_EMAIL = "load@example.org"
_NO_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Answered:
    """One request: its status and answer, the milliseconds of processor time of the function's thread, and how often it
    called each operation of DynamoDB."""

    status: int
    headers: Mapping[str, str]
    body: str
    cpu_ms: float
    operations: Mapping[str, int]


class _Context:
    aws_request_id = "load"


class LightFunctions:
    """An account's requests, one after the other."""

    def __init__(self, services: Services, operations: Counter[str]) -> None:
        self._services, self._operations = services, operations
        self._app = Chalice("mien", configure_logs=False, env={})
        register_api(self._app, lambda: services)
        self._account_id = new_id(utc_now())
        services.users.add(_EMAIL, "a password of the benchmark", self._account_id)

    def send(
        self, method: str, resource: str, *, headers: Mapping[str, str] | None = None, body: str = "", **names: str
    ) -> Answered:
        """`resource`: the path with its parameters in braces, whose values are `names`. Raises `OSError` for a refused
        request."""
        event = self._event(method, resource, headers or {}, body, names)
        self._operations.clear()
        began_s = time.thread_time()
        answer = self._app(event, _Context())
        cpu_ms = (time.thread_time() - began_s) * 1000
        if answer["statusCode"] >= 400:
            raise OSError(f"{method} {resource}: {answer['statusCode']} {answer['body']}")
        return Answered(answer["statusCode"], answer["headers"], answer["body"], cpu_ms, dict(self._operations))

    def new_job(self) -> str:
        """Creates a small job and returns its id."""
        answer = self.send("POST", "/jobs", headers=FORM, body=SMALL_JOB)
        return str(json.loads(answer.body)["self"]).rpartition("/")[2]

    def copy_job(self, job_id: str, times: int) -> None:
        """Adds jobs like that one, each with an input of its own."""
        jobs, entries = self._services.ports.jobs(), self._services.ports.entries()
        job = jobs.get(self._account_id, job_id)
        entry = entries.get(self._account_id, job.input_entry_id or "")
        for _ in range(times):
            own_id, its_input = new_id(utc_now()), new_id(utc_now())
            entries.create(replace(entry, id=its_input, job_id=own_id))
            jobs.create(replace(job, id=own_id, version=1, input_entry_id=its_input))

    def _event(
        self, method: str, resource: str, headers: Mapping[str, str], body: str, names: Mapping[str, str]
    ) -> dict[str, Any]:
        path = resource.format(**names)
        return {
            "requestContext": {
                "httpMethod": method,
                "resourcePath": resource,
                "path": path,
                "requestId": "load",
                "authorizer": {"email": _EMAIL, "account_id": self._account_id, "principalId": _EMAIL},
            },
            "headers": {"Host": "localhost", "X-Forwarded-Proto": "https", **headers},
            "multiValueQueryStringParameters": None,
            "pathParameters": dict(names) or None,
            "stageVariables": None,
            "body": base64.b64encode(body.encode()).decode() if body else None,
            "isBase64Encoded": bool(body),
        }


FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


@contextmanager
def light_functions() -> Generator[LightFunctions]:
    """On an embedded AWS of their own, without the limit of requests for an account."""
    with EmbeddedAws(configure=_unlimited) as aws:
        operations: Counter[str] = Counter()
        client = AwsClients().dynamodb
        client.meta.events.register("before-call.dynamodb", _counting(operations))
        yield LightFunctions(Services(aws_ports(aws.settings, lambda: client), aws.settings), operations)


def _counting(operations: Counter[str]) -> Callable[..., None]:
    def count(model: Any, **_: object) -> None:
        operations[model.name] += 1

    return count


def _unlimited(settings: Settings) -> Settings:
    return replace(settings, requests_per_minute=_NO_LIMIT, request_burst=_NO_LIMIT)
