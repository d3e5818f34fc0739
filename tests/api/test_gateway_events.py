"""The API as Lambda calls it: events of API Gateway's REST interface, bodies in base 64."""

import base64
import json
from typing import Any

import pytest
from chalice.app import Chalice

from chalicelib.api.application import register_api
from chalicelib.domain.ids import new_id
from chalicelib.services.users import Users
from chalicelib.settings import Settings
from tests.api.api_server import ADA, ApiServices
from tests.fakes import START, FakePorts

_HEAD = b'--b\r\nContent-Disposition: form-data; name="entry_job[input]"; filename="a.mp4"\r\n\r\n'


class _Context:
    """The part of Lambda's context that counts."""

    aws_request_id = "lambda-1"


@pytest.fixture
def app(users: Users) -> Chalice:
    """An app without a server."""
    services = ApiServices(FakePorts(), Settings("table", "bucket", "queue", requests_per_minute=0), users)
    made = Chalice("mien", configure_logs=False, env={})
    register_api(made, lambda: services)
    return made


def _event(method: str, resource: str, **changes: Any) -> dict[str, Any]:
    context = {
        "httpMethod": method,
        "resourcePath": resource,
        "path": f"/dev{resource}",
        "requestId": "gateway-1",
        "authorizer": {"email": ADA, "account_id": new_id(START), "principalId": ADA},
    }
    headers = {"Host": "abc.execute-api.eu-central-1.amazonaws.com", "X-Forwarded-Proto": "https"}
    return {
        "requestContext": {**context, **changes.pop("context", {})},
        "headers": {**headers, **changes.pop("headers", {})},
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
        **changes,
    }


def test_a_job_sent_through_the_gateway_has_urls_with_the_stage(app: Chalice) -> None:
    body = base64.b64encode(_HEAD + b"\0\xff\r\n--b--").decode()
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = app(_event("POST", "/jobs", body=body, isBase64Encoded=True, headers=headers), _Context())
    assert answer["statusCode"] == 201
    job = json.loads(answer["body"])
    assert job["self"].startswith("https://abc.execute-api.eu-central-1.amazonaws.com/dev/jobs/")
    assert job["input"]["representations"][0]["size_bytes"] == 2
    assert answer["headers"]["Location"] == job["self"]
    assert answer["headers"]["X-Request-Id"] == "gateway-1"
    assert not answer.get("isBase64Encoded")


def test_without_a_gateway_id_the_invocation_names_the_request(app: Chalice) -> None:
    answer = app(_event("GET", "/", context={"requestId": None}), _Context())
    assert answer["headers"]["X-Request-Id"] == "lambda-1"


def test_without_an_authorizer_nobody_is_let_in(app: Chalice) -> None:
    answer = app(_event("GET", "/jobs", context={"authorizer": None}), _Context())
    assert answer["statusCode"] == 401
    assert answer["headers"]["WWW-Authenticate"].startswith("Basic")
