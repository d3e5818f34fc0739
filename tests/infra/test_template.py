"""`infra/template.yaml` over what Chalice generates for the real app."""

import json
from pathlib import Path
from typing import Any

import pytest
from chalice.app import Chalice
from chalice.deploy.swagger import CFNSwaggerGenerator
from chalice.package import TemplateDeepMerger, YAMLTemplateSerializer

from chalicelib.api.application import register_api
from chalicelib.api.responses import CHALLENGE, LOGIN_SENTENCE, error_envelope
from chalicelib.wiring import api_services

_TEMPLATE = Path(__file__).resolve().parents[2] / "infra" / "template.yaml"


@pytest.fixture(scope="module")
def api_properties() -> dict[str, Any]:
    """The properties of the REST API as they are deployed."""
    app = Chalice("mien", configure_logs=False, env={})
    register_api(app, api_services)
    generated = {
        "Resources": {"RestAPI": {"Properties": {"DefinitionBody": CFNSwaggerGenerator().generate_swagger(app)}}}
    }
    ours = YAMLTemplateSerializer().load_template(_TEMPLATE.read_text(), _TEMPLATE.name)
    merged: dict[str, Any] = TemplateDeepMerger().merge(ours, generated)
    properties: dict[str, Any] = merged["Resources"]["RestAPI"]["Properties"]
    return properties


def test_the_authorizer_learns_where_requests_come_from(api_properties: dict[str, Any]) -> None:
    (definition,) = api_properties["DefinitionBody"]["securityDefinitions"].values()
    authorizer = definition["x-amazon-apigateway-authorizer"]
    assert authorizer["type"] == "request"
    assert authorizer["identitySource"] == f"method.request.header.{definition['name']}"
    assert authorizer["authorizerResultTtlInSeconds"] == 0
    assert "authorizerUri" in authorizer


def test_the_gateways_own_answers_look_like_ours(api_properties: dict[str, Any]) -> None:
    responses = api_properties["DefinitionBody"]["x-amazon-apigateway-gateway-responses"]
    for name in ("UNAUTHORIZED", "ACCESS_DENIED"):
        assert json.loads(responses[name]["responseTemplates"]["application/json"]) == error_envelope(LOGIN_SENTENCE)
        challenge = responses[name]["responseParameters"]["gatewayresponse.header.WWW-Authenticate"]
        assert challenge == f"'{CHALLENGE}'"
    for response in responses.values():
        assert set(json.loads(response["responseTemplates"]["application/json"])) == {"error"}
        assert response["responseParameters"]["gatewayresponse.header.X-Request-Id"] == "context.requestId"
        assert response["responseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"
    assert "gatewayresponse.header.Retry-After" in responses["THROTTLED"]["responseParameters"]


def test_the_stage_has_limits(api_properties: dict[str, Any]) -> None:
    (limits,) = api_properties["MethodSettings"]
    assert (limits["ResourcePath"], limits["HttpMethod"]) == ("/*", "*")
    assert 0 < limits["ThrottlingRateLimit"] <= limits["ThrottlingBurstLimit"]
