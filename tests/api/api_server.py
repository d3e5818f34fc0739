"""The API on a real socket, with the ports in memory."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property

import pytest
import requests
from chalice.app import Chalice

from chalicelib.api.application import register_api
from chalicelib.composition.services import Services
from chalicelib.domain.accounts import User
from chalicelib.domain.ids import new_id
from chalicelib.local.http.server import HttpServer
from chalicelib.services.users import Users
from chalicelib.settings import Settings
from tests.fakes import LOW_COST, START, FakeLoginFailures, FakePorts, FakeUsers, FixedClock

PASSWORD = "correct horse battery"
ADA, BEN = "ada@example.org", "ben@example.org"
MAX_BODY_BYTES = 4_000_000


def make_users(clock: FixedClock | None = None) -> Users:
    """Ada and Ben, each in an account of their own."""
    users = Users(FakeUsers(), FakeLoginFailures(), clock or FixedClock(), cost=LOW_COST)
    for email in (ADA, BEN):
        users.add(email, PASSWORD, new_id(START))
        users.authenticate(email, PASSWORD, source_ip="127.0.0.1")
    return users


class ApiServices(Services):
    """Services with users who are there already."""

    def __init__(self, backstage: FakePorts, settings: Settings, users: Users) -> None:
        super().__init__(backstage.ports(), settings, owner="worker")
        self._known_users = users

    @cached_property
    def users(self) -> Users:
        return self._known_users


@dataclass
class Api:
    """A running API, what is behind it, and a client for each user."""

    url: str
    backstage: FakePorts
    services: Services
    ada: "Client" = field(init=False)
    ben: "Client" = field(init=False)

    def __post_init__(self) -> None:
        self.clock, self.media, self.queue = self.backstage.clock, self.backstage.media, self.backstage.queue
        self.runs = self.services.runs
        self.ada = Client(self.url, ADA)
        self.ben = Client(self.url, BEN)


class Client(requests.Session):
    """Calls paths of the API as one user, and never follows redirects."""

    def __init__(self, base_url: str, email: str) -> None:
        super().__init__()
        self._base_url = base_url
        self.auth = (email, PASSWORD)
        self.trust_env = False

    def call(self, method: str, path: str, **options: object) -> requests.Response:
        """`path` is a path, or a URL that the API gave."""
        url = path if path.startswith("http") else self._base_url + path
        return self.request(method, url, allow_redirects=False, timeout=20, **options)  # type: ignore[arg-type]  # requests' own options

    def send_job(self, content: bytes = b"video", file_name: str = "clip.mp4", **fields: str) -> requests.Response:
        """POST /jobs; `fields` are those of `entry_job`."""
        data = {f"entry_job[{name}]": text for name, text in fields.items()}
        return self.call("POST", "/jobs", files={"entry_job[input]": (file_name, content)}, data=data)

    def send_entry(self, content: bytes = b"video", file_name: str = "clip.mp4") -> requests.Response:
        """POST /entries."""
        return self.call("POST", "/entries", files={"entry[media]": (file_name, content)})


def curl(*arguments: str) -> str:
    """Returns what curl prints when Ada calls it with `arguments`; skips if there is no curl."""
    program = shutil.which("curl")
    if program is None:
        pytest.skip("there is no curl on this machine")
    command = [program, "-sS", "--max-time", "20", "-u", f"{ADA}:{PASSWORD}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


@contextmanager
def running_api(users: Users, **changed_settings: object) -> Iterator[Api]:
    """Serves the API with empty stores until the block ends."""
    settings = Settings(
        "table",
        "bucket",
        "queue",
        delivery_queue_url="deliveries",
        max_body_bytes=MAX_BODY_BYTES,
        requests_per_minute=0,
    )
    settings = replace(settings, **changed_settings)  # type: ignore[arg-type]  # names are checked by replace
    backstage = FakePorts()
    backstage.users.create(User("drop@example.org", "account", "", backstage.clock()))
    services = ApiServices(backstage, settings, users)
    app = Chalice("mien", configure_logs=False, env={})
    register_api(app, lambda: services)
    with HttpServer(app, max_body_bytes=settings.max_body_bytes) as server:
        api = Api(server.url, backstage, services)
        try:
            yield api
        finally:
            api.ada.close()
            api.ben.close()
