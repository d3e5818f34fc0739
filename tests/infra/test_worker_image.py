"""The worker image's steps in a clean directory, and its handler as Lambda calls it."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from chalicelib.aws.clients import AwsClients
from chalicelib.domain.accounts import Caller
from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import JobStatus
from chalicelib.domain.messages import MESSAGE_VARIABLE, encode_message
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.local.aws.embedded import EmbeddedAws
from chalicelib.local.aws.provisioning import queue_arn
from chalicelib.local.workers.queue_poller import sqs_event
from chalicelib.services.entries import Upload
from chalicelib.wiring import make_services, utc_now
from infra.deployment.places import ROOT
from tests.infra.runtime_api import RuntimeApi
from tests.infra.worker_image import WorkerImage, copy_from_context, stages
from tests.media_factory import image_bytes

_MODELS = ROOT / "models"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> WorkerImage:
    if not _MODELS.is_dir():
        pytest.skip("there are no models; run make setup")
    return WorkerImage(tmp_path_factory.mktemp("image"), _MODELS)


@contextmanager
def function(image: WorkerImage, environment: dict[str, str]) -> Iterator[RuntimeApi]:
    """The image as a Lambda function, between events."""
    with RuntimeApi() as api:
        variables = image.environment() | environment | {"AWS_LAMBDA_RUNTIME_API": api.address}
        process = subprocess.Popen(
            image.command(), cwd=image.app, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )
        try:
            yield api
        finally:
            process.kill()
            process.wait()


def aws_variables(aws: EmbeddedAws) -> dict[str, str]:
    """Returns what Lambda gives a function of this stack: nothing of the image's own."""
    own = {name: value for name, value in aws.environment.items() if name.startswith(("AWS_", "MIEN_"))}
    del own["MIEN_MODELS_DIR"]
    return own


def next_event(aws: EmbeddedAws) -> dict[str, Any]:
    sqs = AwsClients().sqs
    url = aws.settings.job_queue_url
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5, AttributeNames=["All"])["Messages"]
    return sqs_event(message, queue_arn=queue_arn(sqs, url))


def white_picture() -> Upload:
    picture = image_bytes(Image.new("RGB", (96, 96), "white"), "PNG")
    return Upload("white.png", "image/png", BytesIO(picture), len(picture))


def test_the_function_does_the_job_of_an_sqs_event(image: WorkerImage) -> None:
    caller = Caller("ada@example.org", new_id(utc_now()))
    with EmbeddedAws() as aws, function(image, aws_variables(aws)) as lambda_service:
        jobs = make_services(aws.settings).jobs
        job = jobs.create(caller, NewJob(JobName.MULTIFACE), white_picture())
        path, answer = lambda_service.invoke("first", next_event(aws))
        assert (path, answer) == ("/invocation/first/response", {"batchItemFailures": []})
        done = jobs.get(caller, job.id)
        assert (done.status, done.error) == (JobStatus.DONE, None)
        event = {"Records": [{"messageId": "m1", "body": "not a message"}]}
        path, answer = lambda_service.invoke("second", event)  # the same process goes on
        assert (path, answer) == ("/invocation/second/response", {"batchItemFailures": [{"itemIdentifier": "m1"}]})


def test_the_same_image_does_a_job_as_a_process_of_batch(image: WorkerImage, template: dict[str, Any]) -> None:
    (command,) = {
        tuple(each["Properties"]["ContainerProperties"]["Command"])
        for each in template["Resources"].values()
        if each["Type"] == "AWS::Batch::JobDefinition"
    }
    caller = Caller("ada@example.org", new_id(utc_now()))
    with EmbeddedAws() as aws:
        jobs = make_services(aws.settings).jobs
        job = jobs.create(caller, NewJob(JobName.MULTIFACE), white_picture())
        variables = image.environment() | aws_variables(aws) | {MESSAGE_VARIABLE: encode_message(job.message)}
        done = subprocess.run(
            image.command(*command), cwd=image.app, env=variables, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert jobs.get(caller, job.id).status is JobStatus.DONE


def test_the_image_has_what_the_worker_needs_and_nothing_for_other_machines(image: WorkerImage) -> None:
    folders = {path.name for path in (image.app / "chalicelib").iterdir()}
    assert {"worker", "analysis", "formats", "aws"} <= folders
    assert not {"local", "client", "cli", "__pycache__"} & folders


def test_it_runs_as_nobody_in_particular_on_a_base_with_a_tag() -> None:
    last = stages()[-1]
    assert any(line.startswith("USER 1") for line in last)
    assert ":latest" not in "".join(line for stage in stages() for line in stage)


def test_a_model_that_is_not_the_manifests_ends_the_build(tmp_path: Path) -> None:
    if not _MODELS.is_dir():
        pytest.skip("there are no models; run make setup")
    (models_stage,) = (stage for stage in stages() if stage[0].endswith("AS models"))
    for _, source, target in (line.split() for line in models_stage if line.startswith("COPY ")):
        if source == "models":
            shutil.copytree(_MODELS, tmp_path / target)
        else:
            copy_from_context(source, tmp_path / target)
    (run,) = (line.split()[1:] for line in models_stage if line.startswith("RUN "))
    assert run[0] == "python"
    command = [sys.executable, "-S", *run[1:]]  # nothing is installed in that stage
    good = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    assert good.returncode == 0, good.stderr
    model = next((tmp_path / "models").glob("*.onnx"))
    model.write_bytes(model.read_bytes()[:-1])
    bad = subprocess.run(command, cwd=tmp_path, env={"PIP_NO_INDEX": "1"}, capture_output=True, text=True, check=False)
    assert bad.returncode != 0
