"""The SAM translation, as CloudFormation does it after an upload, on this machine."""

import copy
from typing import Any

from boto3.session import Session
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from infra.deployment.errors import DeploymentError
from infra.deployment.places import REGION_OF_CHECKS

_NO_MANAGED_POLICIES: dict[str, str] = {}  # SAM looks policies up by name; ours are all written out
_FUNCTION = "AWS::Serverless::Function"


def translate(template: dict[str, Any], parameters: dict[str, str], *, bundle_uri: str) -> dict[str, Any]:
    """`template` in CloudFormation's own resources. Raises `DeploymentError` with all that SAM finds wrong."""
    translator = Translator(_NO_MANAGED_POLICIES, Parser(), boto_session=Session(region_name=REGION_OF_CHECKS))
    try:
        translated: dict[str, Any] = translator.translate(with_bundle(template, bundle_uri), dict(parameters))
    except InvalidDocumentException as invalid:
        reasons = "; ".join(cause.message for cause in invalid.causes)
        raise DeploymentError(f"SAM cannot translate the template: {reasons}") from invalid
    return translated


def with_bundle(template: dict[str, Any], bundle_uri: str) -> dict[str, Any]:
    """`template` with the zip of its functions at `bundle_uri` (`s3://bucket/key`)."""
    placed = copy.deepcopy(template)
    for resource in placed["Resources"].values():
        if resource["Type"] == _FUNCTION and "CodeUri" in resource["Properties"]:
            resource["Properties"]["CodeUri"] = bundle_uri
    return placed
