"""The description as tests use it: closed, so that what it does not know fails, and an API with something of each."""

import copy
from collections.abc import Mapping
from typing import Any

import schemathesis
from jsonschema import Draft202012Validator
from schemathesis import BaseSchema

from chalicelib.api.application import ROUTES
from chalicelib.api.openapi.batch_schemas import BATCH_SCHEMAS
from chalicelib.api.openapi.document import openapi_document
from chalicelib.api.openapi.face_schemas import FACE_SCHEMAS
from chalicelib.api.openapi.schemas import SCHEMAS
from chalicelib.domain.measurements.metrics import EVERY_METRIC
from tests.api.api_server import Api

# What HTTP servers say by themselves.
_TRANSPORT_HEADERS = {"connection", "content-length", "content-type", "date", "server"}


def closed_document() -> dict[str, Any]:
    """The description, whose answers may have no member that it does not list."""
    document: dict[str, Any] = copy.deepcopy(openapi_document(ROUTES, EVERY_METRIC))
    for name in (*SCHEMAS, *BATCH_SCHEMAS, *FACE_SCHEMAS):
        if name != "OpenApi":  # it has the members of OpenAPI itself
            _close(document["components"]["schemas"][name])
    return document


def closed_schema() -> BaseSchema:
    """The same for schemathesis."""
    return schemathesis.openapi.from_dict(closed_document())


def undocumented_headers(document: Mapping[str, Any], method: str, path: str, status: int, names: set[str]) -> set[str]:
    """Those of `names` that the description of this answer lacks."""
    answer = document["paths"][path][method.lower()]["responses"][str(status)]
    if "$ref" in answer:
        answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    return {name.lower() for name in names} - {name.lower() for name in answer["headers"]} - _TRANSPORT_HEADERS


def validator(document: Mapping[str, Any], name: str) -> Draft202012Validator:
    """Says whether something is as the schema `name` of the description has it."""
    return Draft202012Validator({**document, "$ref": f"#/components/schemas/{name}"})


def stocked(api: Api, path: str) -> dict[str, str]:
    """Values for the parameters of `path` that lead to something of Ada's."""
    waiting = {"file_name": "clip.mp4", "size_bytes": 3}
    if path.endswith("/upload"):
        job = api.ada.call("POST", "/jobs", json={"entry_job": waiting}).json()
        entry = api.ada.call("POST", "/entries", json={"entry": waiting}).json()
        return {"job_id": _id(job), "entry_id": _id(entry)}
    entry = api.ada.send_entry().json()
    note = api.ada.call("POST", entry["annotations"], json={"annotation": {"key": "k", "value": "v"}}).json()
    batch = {"batch": {"inputs": [{"input_url": "https://example.org/clip.mp4"}, waiting]}}
    return {
        "batch_id": _id(api.ada.call("POST", "/batches", json=batch).json()),
        "job_id": _id(api.ada.send_job().json()),
        "entry_id": _id(entry),
        "representation_id": _id(entry["representations"][0]),
        "annotation_id": _id(note),
    }


def _id(document: Mapping[str, Any]) -> str:
    return str(document["self"]).rpartition("/")[2]


def _close(node: Any) -> None:
    if isinstance(node, list):
        for each in node:
            _close(each)
    elif isinstance(node, dict):
        if node.get("type") == "object" and "properties" in node:
            node.setdefault("additionalProperties", False)
        for each in node.values():
            _close(each)
