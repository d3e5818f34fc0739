"""The app as `make package` merges it, without what has to be downloaded for its zip."""

import shutil
from pathlib import Path
from typing import Any

import yaml

from infra.deployment.package import placeholders, run_chalice
from infra.deployment.parameters import load_parameters
from infra.deployment.places import ROOT, Package
from infra.deployment.sam import translate

STAGE = "production"
BUNDLE_BUCKET = "mien-test-artifacts"
BUNDLE_KEY = "deployment.zip"


def package_without_requirements(folder: Path) -> Package:
    """Runs Chalice over a copy of the app that requires nothing."""
    copy = folder / "app"
    shutil.copytree(ROOT / ".chalice", copy / ".chalice", ignore=shutil.ignore_patterns("deployments", "deployed"))
    shutil.copytree(ROOT / "chalicelib", copy / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", copy)
    (copy / "requirements.txt").touch()
    package = Package(folder / "package")
    run_chalice(STAGE, package, root=copy)
    return package


def merged_template(package: Package) -> dict[str, Any]:
    """Chalice's template with ours over it, in SAM."""
    template: dict[str, Any] = yaml.safe_load(package.merged.read_text())
    return template


def translated_template(package: Package) -> dict[str, Any]:
    """The same in CloudFormation's own resources."""
    template = merged_template(package)
    parameters = placeholders(STAGE) | load_parameters(STAGE, template)
    return translate(template, parameters, bundle_uri=f"s3://{BUNDLE_BUCKET}/{BUNDLE_KEY}")
