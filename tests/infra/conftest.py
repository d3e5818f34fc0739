"""Shared by the tests of the template: Chalice takes some seconds to package."""

from typing import Any

import pytest

from infra.deployment.places import Package
from tests.infra.packaged_app import merged_template, package_without_requirements, translated_template


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return package_without_requirements(tmp_path_factory.mktemp("packaged"))


@pytest.fixture(scope="session")
def template(package: Package) -> dict[str, Any]:
    """Returns what is uploaded."""
    return merged_template(package)


@pytest.fixture(scope="session")
def translated(package: Package) -> dict[str, Any]:
    """Returns what CloudFormation makes of it."""
    return translated_template(package)
