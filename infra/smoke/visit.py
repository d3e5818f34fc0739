"""The means of the checks: two users of their own, a client, the bucket, clips; all of it removed at the end."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import requests

from chalicelib.composition.services import Services
from chalicelib.domain.ids import new_id
from chalicelib.errors import MienError
from chalicelib.local.demo_clip import write_demo_clip
from chalicelib.wiring import table_services, utc_now
from infra.smoke.target import Target
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient

_REQUEST_S = 60.0
_POLL_S = 1.0
FOREIGN_ORIGIN = "https://smoke.example.org"


class SmokeFailure(MienError):
    """The stack does not do what the contract says. The message says what it did."""


def expect(is_so: bool, instead: str) -> None:
    """Raises `SmokeFailure` with what was found `instead`."""
    if not is_so:
        raise SmokeFailure(instead)


@dataclass(frozen=True, slots=True)
class Guest:
    """A user who exists for the checks only."""

    email: str
    password: str
    account_id: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One round of checks. `long_clip` is a video that the stack divides into segments."""

    target: Target
    services: Services
    ada: Guest
    ben: Guest
    client: MediaApiClient
    s3: Any
    clip: Path
    long_clip: Path
    job_limit_s: float

    @property
    def index_url(self) -> str:
        return self.target.index_url

    def call(self, method: str, path: str, guest: Guest | None = None, **options: Any) -> requests.Response:
        """Sends one request, without following redirects; `path` is below the index, or a URL that the API gave."""
        url = path if path.startswith("http") else self.index_url + path
        with requests.Session() as session:
            session.trust_env = not _is_on_this_machine(url)
            auth = None if guest is None else (guest.email, guest.password)
            return session.request(method, url, auth=auth, allow_redirects=False, timeout=_REQUEST_S, **options)

    def wait_for(self, job: RemoteJob) -> RemoteJob:
        """Returns the job once it is done. Raises `SmokeFailure` if it ends otherwise or takes too long."""
        began = utc_now()

        def check_time(current: RemoteJob) -> None:
            lasted_s = (utc_now() - began).total_seconds()
            expect(lasted_s < self.job_limit_s, f"job {current.id} is {current.status} after {lasted_s:.0f} s")

        ended = self.client.wait_for_job(job, check_time, interval_s=_POLL_S)
        expect(ended.status == "done", f"job {ended.id} is {ended.status}: {ended.error}")
        return ended


@contextmanager
def visit(target: Target, *, job_limit_s: float) -> Iterator[Visit]:
    """Makes the users and clips; at the end deletes the jobs and disables the users, which stay as rows."""
    services = table_services(target.table, endpoint_url=target.endpoint_url, region=target.session.region_name)
    with ExitStack() as undo:
        directory = Path(undo.enter_context(TemporaryDirectory(prefix="mien-smoke-")))
        clip, long_clip = directory / "smoke.mp4", directory / "long.mp4"
        write_demo_clip(clip, seconds=0.4)
        write_demo_clip(long_clip, seconds=target.segment_above_s + 20, fps=1, size_px=(160, 90))
        ada, ben = (_guest(services, name, undo) for name in ("ada", "ben"))
        on_this_machine = _is_on_this_machine(target.index_url)
        client = undo.enter_context(
            MediaApiClient(target.index_url, ada.email, ada.password, uses_environment=not on_this_machine)
        )
        undo.callback(_delete_jobs, client)
        yield Visit(target, services, ada, ben, client, target.s3(), clip, long_clip, job_limit_s)


def _guest(services: Services, name: str, undo: ExitStack) -> Guest:
    email = f"smoke-{name}-{secrets.token_hex(4)}@example.org"
    guest = Guest(email, secrets.token_urlsafe(18), new_id(utc_now()))
    services.users.add(guest.email, guest.password, guest.account_id)
    undo.callback(services.users.disable, guest.email)
    return guest


def _delete_jobs(client: MediaApiClient) -> None:
    with suppress(MienError):
        for job in list(client.list_jobs(limit=None)):
            client.delete_job(job.id)


def _is_on_this_machine(url: str) -> bool:
    return urlsplit(url).hostname in ("127.0.0.1", "::1", "localhost")
