"""`make package`: bundles the light functions, merges the template, and checks both.

Needs no AWS account and no Docker. What it leaves under `build/package/<stage>/` is what `make deploy` uploads.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from infra.deployment.bundle import BundleMeasures, check_bundle
from infra.deployment.errors import DeploymentError
from infra.deployment.parameters import load_parameters
from infra.deployment.places import FOUNDATION, REGION_OF_CHECKS, ROOT, TEMPLATE, Package, chosen_stage, package_of
from infra.deployment.policies import complaints, load_wildcards
from infra.deployment.sam import translate

_BUNDLE_TO_COME = "s3://set-by-make-deploy/deployment.zip"
_IMAGE_TO_COME = "000000000000.dkr.ecr.eu-central-1.amazonaws.com/mien-worker@sha256:" + "0" * 64
_WANTED_IMPORT_S = 0.5


def main() -> int:
    """Runs the command; returns 0, or 1 after an error's message on stderr."""
    try:
        make_package(chosen_stage())
    except DeploymentError as error:
        print(f"The package was not made: {error}", file=sys.stderr)
        return 1
    return 0


def make_package(stage: str) -> Package:
    """Makes and checks the package of a stage, and prints what it finds. Raises `DeploymentError`."""
    package = package_of(stage)
    run_chalice(stage, package)
    template = yaml.safe_load(package.merged.read_text())
    _write(package.template, template)
    parameters = placeholders(stage) | load_parameters(stage, template)
    translated = translate(template, parameters, bundle_uri=_BUNDLE_TO_COME)
    _write(package.translated, translated)
    _report_bundle(check_bundle(package.bundle))
    lint(package.template, package.translated, FOUNDATION)
    print("Template: cfn-lint finds nothing, before or after the SAM translation.")
    refuse_wildcards(translated)
    print(f"Policies: no wildcard without a reason. The package is in {package.folder.relative_to(ROOT)}/.")
    return package


def placeholders(stage: str) -> dict[str, str]:
    """Values for what only a deployment knows."""
    return {"Stage": stage, "WorkerImage": _IMAGE_TO_COME, "GpuWorkerImage": _IMAGE_TO_COME}


def lint(*paths: Path) -> None:
    """Raises `DeploymentError` with what cfn-lint finds in the templates, warnings included."""
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--regions", REGION_OF_CHECKS, "us-east-1"]
    command += ["--", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed
    if done.returncode != 0:
        names = ", ".join(path.name for path in paths)
        raise DeploymentError(f"cfn-lint found problems in {names}:\n{done.stdout}{done.stderr}")


def refuse_wildcards(translated: dict[str, Any]) -> None:
    """Raises `DeploymentError` if a policy allows more than `wildcards.json` has reasons for."""
    found = complaints(translated, load_wildcards())
    if found:
        raise DeploymentError("the policies are too wide:\n" + "\n".join(found))


def run_chalice(stage: str, package: Package, root: Path = ROOT) -> None:
    """Bundles the app in `root`, our template over Chalice's, into an empty folder. Raises `DeploymentError`."""
    shutil.rmtree(package.folder, ignore_errors=True)
    package.folder.mkdir(parents=True)
    command = [str(Path(sys.executable).with_name("chalice")), "package", "--stage", stage]
    command += ["--merge-template", str(TEMPLATE), str(package.folder)]
    # Chalice wants to know a region and looks for nothing there.
    environment = os.environ | {"AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION", REGION_OF_CHECKS)}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise DeploymentError(f"Chalice could not package the app:\n{done.stdout}{done.stderr}")


def _report_bundle(measures: BundleMeasures) -> None:
    slow = "" if measures.import_s < _WANTED_IMPORT_S else f", more than the {_WANTED_IMPORT_S} s that are wanted"
    print(
        f"Zip: {measures.size_bytes / 1e6:.2f} MB; importing it takes {measures.import_s:.2f} s of this machine{slow}."
    )


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
