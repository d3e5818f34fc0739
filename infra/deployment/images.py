"""The worker image in ECR. Its tag is derived from its inputs, so an existing image is not built again."""

import base64
import hashlib
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from infra.deployment.errors import DeploymentError
from infra.deployment.places import DOCKERFILE, ROOT

if TYPE_CHECKING:
    from mypy_boto3_ecr.client import ECRClient

Variant = Literal["cpu", "cpu-arm64", "cuda"]
"""`cpu` is for x86_64, as `cuda` is; `cpu-arm64` has the same packages and models for Graviton."""
Docker = Callable[[Sequence[str], str | None], None]
"""Runs `docker` with arguments and a text on its standard input. Raises `DeploymentError`."""

_INPUTS = ("chalicelib", "infra/models", "models", "requirements/worker.txt", "requirements/worker-cuda.txt")


def run_docker(arguments: Sequence[str], standard_input: str | None) -> None:
    """The port `Docker`, on this machine."""
    try:
        done = subprocess.run(["docker", *arguments], input=standard_input, text=True, cwd=ROOT, check=False)  # noqa: S603, S607
    except FileNotFoundError as missing:
        raise DeploymentError("there is no docker on this machine, and the worker image is to be built.") from missing
    if done.returncode != 0:
        raise DeploymentError(f"docker {arguments[0]} failed; what it says is above.")


def image_tag(variant: Variant, root: Path = ROOT) -> str:
    """Names everything that the image is built of."""
    digest = hashlib.sha256()
    paths = [root / DOCKERFILE.relative_to(ROOT), *(root / name for name in _INPUTS)]
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                digest.update(f"{file.relative_to(root)} {content}\n".encode())
    return f"{variant}-{digest.hexdigest()[:20]}"


class WorkerImages:
    """The repository of worker images at `uri`."""

    def __init__(
        self, client: "ECRClient", uri: str, *, docker: Docker = run_docker, say: Callable[[str], None] = print
    ) -> None:
        self._client = client
        self._uri = uri
        self._docker = docker
        self._say = say

    def publish(self, variant: Variant) -> str:
        """Returns the image's address by digest; builds and pushes it if it does not exist."""
        tag = image_tag(variant)
        digest = self._digest(tag)
        if digest is None:
            self._say(f"Building the worker image {tag}.")
            self._build_and_push(variant, f"{self._uri}:{tag}")
            digest = self._digest(tag)
        if digest is None:
            raise DeploymentError(f"the image {tag} was pushed, but is not in {self._uri}.")
        return f"{self._uri}@{digest}"

    def _digest(self, tag: str) -> str | None:
        _, _, name = self._uri.partition("/")
        try:
            found = self._client.describe_images(repositoryName=name, imageIds=[{"imageTag": tag}])
        except ClientError as failure:
            if failure.response["Error"]["Code"] == "ImageNotFoundException":
                return None
            raise
        return found["imageDetails"][0]["imageDigest"]

    def _build_and_push(self, variant: Variant, address: str) -> None:
        packages, _, architecture = variant.partition("-")
        platform = f"linux/{architecture or 'amd64'}"
        # No provenance: it would make an index of the image, which Lambda does not take.
        build = ["build", "--platform", platform, "--provenance=false", "--build-arg", f"VARIANT={packages}"]
        self._docker([*build, "-f", str(DOCKERFILE.relative_to(ROOT)), "-t", address, "."], None)
        token: Any = self._client.get_authorization_token()["authorizationData"][0]
        user, _, password = base64.b64decode(token["authorizationToken"]).decode().partition(":")
        self._docker(["login", "--username", user, "--password-stdin", self._uri.partition("/")[0]], password)
        self._docker(["push", address], None)
