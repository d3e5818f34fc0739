"""Callers from outside the stack: a page in a real browser, and another user of this machine."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from boto3.session import Session

from chalicelib.aws.clients import AwsClients
from chalicelib.domain.messages import MESSAGE_VARIABLE
from chalicelib.local.aws.batch_service import BatchService
from chalicelib.local.aws.credentials import write_profile
from chalicelib.local.aws.embedded import EmbeddedAws
from tests.local.aws.browser import PageServer, find_browser, looking_at

HERE = Path(__file__).parent
NOBODY = 65534
PATIENCE_S = 120
PAGE, REBOUND = "elsewhere.example", "rebound.example"


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as embedded:
        AwsClients().s3.put_object(Bucket=embedded.settings.media_bucket, Key="secret", Body=b"a face")
        yield embedded


@pytest.fixture
def witness(tmp_path: Path) -> Path:
    """A file that is there once the played Batch has started anything."""
    return tmp_path / "started"


@pytest.fixture
def batch(aws: EmbeddedAws, tmp_path: Path, witness: Path) -> Iterator[BatchService]:
    command = (sys.executable, "-c", f"import pathlib; pathlib.Path({str(witness)!r}).write_text('started')")
    log_path = tmp_path / "log"
    with BatchService(aws.environment, log_path, aws.credentials, max_processes=1, command=command) as service:
        yield service


def test_another_user_of_this_machine_gets_nothing(
    aws: EmbeddedAws, batch: BatchService, tmp_path: Path, witness: Path
) -> None:
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0 or setpriv is None:
        pytest.skip("only root can become another user, and needs setpriv for it")
    python = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin") or sys.executable
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    write_profile(aws.credentials, private / "credentials")
    with subprocess.Popen([sys.executable, "-c", "input()"], env=aws.environment, stdin=subprocess.PIPE) as child:
        done = subprocess.run(
            [setpriv, "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", python, "-I", "-",
             aws.endpoint_url, batch.url, str(private), str(child.pid), str(witness)],
            input=(HERE / "stranger.py").read_text(), capture_output=True, text=True, cwd="/", timeout=PATIENCE_S,
            check=False,
        )  # fmt: skip
        child.kill()
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    files = {name: told.pop(name) for name in ("files", "directory", "environment")}
    assert set(told.values()) == {403}, told
    assert files.pop("files") in ("nothing", "PermissionError")
    assert files == {"directory": "PermissionError", "environment": "PermissionError"}
    assert not witness.exists()


def test_a_page_from_elsewhere_gets_nothing_but_what_was_signed_for_it(
    aws: EmbeddedAws, batch: BatchService, tmp_path: Path, witness: Path
) -> None:
    if find_browser() is None:
        pytest.skip("there is no Chromium; install the package chromium")
    s3, bucket = AwsClients().s3, aws.settings.media_bucket
    form = s3.generate_presigned_post(bucket, "posted")
    signed = {
        "get": s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "secret"}),
        "put": s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "put"}),
        "form": form["url"],
        "fields": form["fields"],
    }
    for origin, is_rebound in ((PAGE, False), (REBOUND, True)):
        with PageServer((HERE / "page.html").read_bytes()) as server:
            # The second page thinks that the services have its own name, as after DNS rebinding.
            local = {"aws": aws.endpoint_url, "batch": batch.url}
            if is_rebound:
                local = {name: url.replace("127.0.0.1", REBOUND) for name, url in local.items()}
            wanted = quote(json.dumps(local | signed))
            url = f"http://{origin}:{server.port}/#{wanted}"
            with looking_at(url, tmp_path / origin, PAGE, REBOUND):
                told = json.loads(server.reports.get(timeout=PATIENCE_S))
        allowed = {name: told.pop(name) for name in ("get", "put", "post")}
        assert told.pop("blind") == "opaque 0", "sent, and refused"
        assert set(told.values()) == {"refused"}, told
        assert allowed == {"get": "cors 200 a face", "put": "cors 200", "post": "cors 204"}
        assert s3.get_object(Bucket=bucket, Key="posted")["Body"].read() == b"posted"
        assert s3.get_object(Bucket=bucket, Key="put")["Body"].read() == b"put"
    assert not witness.exists()


def test_a_name_that_points_at_this_machine_is_no_way_in(aws: EmbeddedAws, tmp_path: Path) -> None:
    """After DNS rebinding the page is of the service's own origin, and may read every answer."""
    browser = find_browser()
    if browser is None:
        pytest.skip("there is no Chromium; install the package chromium")
    url = aws.endpoint_url.replace("127.0.0.1", REBOUND)
    done = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}",
         f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1", "--dump-dom", f"{url}/moto-api/data.json"],
        capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert "another address" in done.stdout, done.stderr
    assert "mien" not in done.stdout.replace("make serve", "")


def test_the_stacks_own_processes_get_in_and_jobs_get_their_message_only(
    aws: EmbeddedAws, batch: BatchService, witness: Path
) -> None:
    client: Any = Session().client("batch", endpoint_url=batch.url)
    job = {"jobName": "x", "jobQueue": "q", "jobDefinition": "d", "arrayProperties": {"size": 2}}
    evil = {"environment": [{"name": "PYTHONPATH", "value": "elsewhere"}, {"name": MESSAGE_VARIABLE, "value": "{}"}]}
    with pytest.raises(Exception, match="only variable"):
        client.submit_job(**job, containerOverrides=evil)
    assert not witness.exists()
    client.submit_job(**job, containerOverrides={"environment": [{"name": MESSAGE_VARIABLE, "value": "{}"}]})
