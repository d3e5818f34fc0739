"""The files behind the redirects are as the description says, and the description says what the deployment measures."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from pyarrow import parquet

from chalicelib.api.application import ROUTES
from chalicelib.api.openapi.document import openapi_document
from chalicelib.api.openapi.result_schemas import RESULT_SCHEMAS, result_schemas
from chalicelib.domain.measurements.frame_size import FrameSize
from chalicelib.domain.measurements.metrics import (
    EMOTION_NAMES,
    EXPRESSION_NAMES,
    FaceMetrics,
    FrameMetrics,
    deployed_metrics,
)
from chalicelib.domain.measurements.reliability import RELIABILITY
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import Switch
from chalicelib.domain.requests.recipes import RECIPES
from chalicelib.domain.requests.result_formats import (
    CSV_CONTENT_TYPE,
    LEGACY_CONTENT_TYPE,
    PARQUET_CONTENT_TYPE,
    SESSION_CONTENT_TYPE,
    SUMMARY_CONTENT_TYPE,
    TIMELINE_CONTENT_TYPE,
    ResultTable,
)
from chalicelib.formats.result_files import Contents, ResultFiles
from chalicelib.formats.timeline_reader import read_timeline
from chalicelib.formats.writers import Origin
from chalicelib.services.users import Users
from tests.api.api_server import Api, running_api
from tests.recipes import make_recipe

JOBS = [name for name, recipe in RECIPES.items() if recipe is not None]
BOTH = pytest.mark.parametrize("expressions_only", [False, True], ids=["everything", "expressions only"])


def _files(name: JobName, directory: Path, *, expressions_only: bool, baseline: Switch = Switch.ON) -> dict[str, bytes]:
    """Returns what a job of that name leaves, by content type: two faces, then none."""
    recipe = make_recipe(name, neutral_baseline=baseline, table=ResultTable.PARQUET)
    metrics = recipe.metrics(expressions_only=expressions_only)
    faces = tuple(FaceMetrics(face_id, dict.fromkeys(metrics.names, 7.5)) for face_id in (0, 1))
    contents = Contents(recipe, metrics, frame_size=FrameSize(640, 360), origin=Origin("clip.mp4", "a-job"))
    with ResultFiles(contents, directory, "clip.mp4") as results:
        results.write(FrameMetrics(0.0, faces))
        results.write(FrameMetrics(0.5, ()))
    return {file.content_type: file.path.read_bytes() for file in results.files}


def _documents(content_type: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """Yields what is in a file, with the name of the schema that it has to satisfy."""
    if content_type == CSV_CONTENT_TYPE:
        yield from (("CsvRow", row) for row in csv.DictReader(io.StringIO(data.decode(), newline="")))
    elif content_type == PARQUET_CONTENT_TYPE:
        yield from (("ParquetRow", row) for row in parquet.read_table(io.BytesIO(data)).to_pylist())
    elif content_type == TIMELINE_CONTENT_TYPE:
        yield "TimelineHeader", read_timeline(io.BytesIO(data)).header
    else:
        names = {
            SESSION_CONTENT_TYPE: "SessionResult",
            LEGACY_CONTENT_TYPE: "LegacyResult",
            SUMMARY_CONTENT_TYPE: "SummaryResult",
        }
        yield names[content_type], json.loads(data)


def _validator(name: str, *, expressions_only: bool) -> Draft202012Validator:
    document = openapi_document(ROUTES, deployed_metrics(expressions_only=expressions_only))
    # A face may have no metric that is not listed.
    document["components"]["schemas"]["FaceMetrics"]["additionalProperties"] = False  # type: ignore[index]  # it is a dict
    return Draft202012Validator({**document, "$ref": f"#/components/schemas/{name}"})


@BOTH
@pytest.mark.parametrize("baseline", Switch)
@pytest.mark.parametrize("name", JOBS)
def test_every_file_is_as_described(name: JobName, baseline: Switch, tmp_path: Path, *, expressions_only: bool) -> None:
    files = _files(name, tmp_path, expressions_only=expressions_only, baseline=baseline)
    for content_type, data in files.items():
        documents = list(_documents(content_type, data))
        assert documents
        for schema, document in documents:
            _validator(schema, expressions_only=expressions_only).validate(document)


@pytest.mark.parametrize("name", JOBS)
def test_a_file_with_emotions_is_not_what_a_deployment_of_expressions_only_describes(
    name: JobName, tmp_path: Path
) -> None:
    for content_type, data in _files(name, tmp_path, expressions_only=False).items():
        schema, document = next(_documents(content_type, data))
        with pytest.raises(ValidationError):
            _validator(schema, expressions_only=True).validate(document)


@BOTH
def test_each_metric_is_listed_with_unit_and_range(*, expressions_only: bool) -> None:
    metrics = deployed_metrics(expressions_only=expressions_only)
    schemas: Any = result_schemas(metrics)
    assert tuple(schemas) == RESULT_SCHEMAS
    assert schemas["FaceMetrics"]["required"] == [*metrics.names, "confidence", "valid", "invalid reasons"]
    assert schemas["MetricName"]["enum"] == list(metrics.with_sides().with_probabilities().with_raw().with_eyes().names)
    for metric in metrics.with_sides().with_probabilities().with_raw().with_eyes():
        value = schemas["FaceMetrics"]["properties"][metric.name]
        assert (value["x-unit"], value["x-classifier"]) == (metric.unit, metric.classifier)
        assert (value.get("minimum"), value.get("maximum")) == (metric.minimum, metric.maximum)
        told = RELIABILITY.get(metric.name)
        assert value.get("x-reliability") == (None if told is None else told.grade)
        assert told is None or told.sentence in value["description"]


def _pages(api: Api) -> dict[str, str]:
    headers = {"Accept": "text/html"}
    pages = {path: api.ada.call("GET", path, headers=headers) for path in ("/", "/docs", "/openapi.json")}
    assert {answer.status_code for answer in pages.values()} == {200}
    return {path: answer.text for path, answer in pages.items()}


def test_a_deployment_of_expressions_only_speaks_of_no_emotion(users: Users) -> None:
    with running_api(users, expressions_only=True) as api:
        pages = _pages(api)
    for page in pages.values():
        assert "21 expressions; this deployment derives no emotions from them." in page
        assert [name for name in EMOTION_NAMES if name in page] == []
    assert [name for name in EXPRESSION_NAMES if name not in pages["/docs"]] == []


def test_any_other_names_them_all(api: Api) -> None:
    pages = _pages(api)
    assert all("from which 9 emotions are derived" in page for page in pages.values())
    for path in ("/docs", "/openapi.json"):
        assert [name for name in (*EMOTION_NAMES, *EXPRESSION_NAMES) if name not in pages[path]] == []
