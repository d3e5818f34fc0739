"""The API on a real socket, with the ports in memory."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
import requests
from chalice.app import Chalice

from chalicelib.api.application import register_api
from chalicelib.domain.accounts import User
from chalicelib.domain.ids import new_id
from chalicelib.local.http.server import HttpServer
from chalicelib.services.annotations import Annotations
from chalicelib.services.duties.entry_deletions import EntryDeletions
from chalicelib.services.duties.notifications import Notifications
from chalicelib.services.duties.notified_jobs import NotifiedJobs
from chalicelib.services.duties.retention import RetentionPlan
from chalicelib.services.duties.sweeper import Sweeper
from chalicelib.services.entries import Entries
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.intake.arrivals import Arrivals
from chalicelib.services.intake.dropped_files import DroppedFiles
from chalicelib.services.intake.drops import Drops
from chalicelib.services.intake.entry_uploads import EntryUploads
from chalicelib.services.intake.job_uploads import JobUploads
from chalicelib.services.intake.upload_targets import UploadTargets
from chalicelib.services.intake.uploaded_files import UploadedFiles
from chalicelib.services.jobs import Jobs
from chalicelib.services.runs.dead_letters import DeadLetters
from chalicelib.services.runs.job_runs import JobRuns
from chalicelib.services.throttle import Throttle
from chalicelib.services.users import Users
from chalicelib.services.webhook_secrets import WebhookSecrets
from chalicelib.settings import Settings
from chalicelib.wiring import ApiServices, BackgroundServices
from tests.fakes import (
    START,
    FakeAccounts,
    FakeAnnotations,
    FakeDeadLetters,
    FakeDrops,
    FakeEntries,
    FakeJobs,
    FakeKeyedRequests,
    FakeLoginFailures,
    FakeMedia,
    FakeQueue,
    FakeReminders,
    FakeUploads,
    FakeUsers,
    FakeWebhooks,
    FakeWebhookSecrets,
    FixedClock,
)

PASSWORD = "correct horse battery"
ADA, BEN = "ada@example.org", "ben@example.org"
MAX_BODY_BYTES = 4_000_000


def make_users(clock: FixedClock | None = None) -> Users:
    """Ada and Ben, each in an account of their own. Slow, as passwords are hashed: once for all tests."""
    users = Users(FakeUsers(), FakeLoginFailures(), clock or FixedClock())
    for email in (ADA, BEN):
        users.add(email, PASSWORD, new_id(START))
        users.authenticate(email, PASSWORD, source_ip="127.0.0.1")
    return users


@dataclass
class Backstage:
    """The ports in memory, and services on them."""

    clock: FixedClock = field(default_factory=FixedClock)
    jobs: FakeJobs = field(default_factory=FakeJobs)
    entries: FakeEntries = field(default_factory=FakeEntries)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    annotations: FakeAnnotations = field(default_factory=FakeAnnotations)
    media: FakeMedia = field(default_factory=FakeMedia)
    queue: FakeQueue = field(default_factory=FakeQueue)
    keyed_requests: FakeKeyedRequests = field(default_factory=FakeKeyedRequests)
    reminders: FakeReminders = field(default_factory=FakeReminders)
    deliveries: FakeQueue = field(default_factory=FakeQueue)
    webhooks: FakeWebhooks = field(default_factory=FakeWebhooks)
    webhook_secrets: FakeWebhookSecrets = field(default_factory=FakeWebhookSecrets)

    def __post_init__(self) -> None:
        self.uploads = FakeUploads(self.media)
        self.drops = FakeDrops(self.media, self.clock)
        self.notified_jobs = NotifiedJobs(self.jobs, self.reminders, self.deliveries, self.clock)

    def notifications(self) -> Notifications:
        """What the function behind the queue of deliveries is served with."""
        return Notifications(
            jobs=self.jobs,
            secrets=WebhookSecrets(self.webhook_secrets, self.clock),
            reminders=self.reminders,
            sender=self.webhooks,
            clock=self.clock,
        )

    def background(self, settings: Settings, users: Users) -> BackgroundServices:
        """What goes on without a request. The drop-folder knows the account `account` only."""
        services = self.services(settings, users)
        user_rows = FakeUsers()
        user_rows.create(User("drop@example.org", "account", "", self.clock()))
        drops = Drops(
            store=self.drops,
            users=user_rows,
            jobs=self.notified_jobs,
            entries=self.entries,
            annotations=self.annotations,
            reminders=self.reminders,
            queue=self.queue,
            retention=RetentionPlan(self.reminders, self.accounts, default_s=settings.retention_s),
            clock=self.clock,
            max_bytes=settings.max_upload_bytes,
        )
        return BackgroundServices(
            arrivals=Arrivals(services.job_uploads, services.entry_uploads, self.uploads),
            drops=drops,
            dead_letters=DeadLetters(self.notified_jobs, FakeDeadLetters(), self.reminders, self.clock),
            sweeper=Sweeper(self.reminders, {}, self.clock),
            notifications=self.notifications(),
        )

    def services(self, settings: Settings, users: Users) -> ApiServices:
        """What the API is served with."""
        retention = RetentionPlan(self.reminders, self.accounts, default_s=settings.retention_s)
        entries = Entries(self.entries, self.media, self.clock, retention=retention)
        deletions = EntryDeletions(
            self.entries, self.annotations, self.media, self.clock, dropped=DroppedFiles(self.drops)
        )
        files = UploadedFiles(self.entries, self.uploads, self.media, self.clock)
        targets = UploadTargets(self.uploads, self.clock, expires_s=settings.upload_expires_s)
        return ApiServices(
            settings=settings,
            users=users,
            jobs=Jobs(self.notified_jobs, entries, deletions, self.queue, self.clock, retention=retention),
            entries=entries,
            entry_deletions=deletions,
            annotations=Annotations(self.annotations, self.entries, self.clock),
            idempotency=Idempotency(self.keyed_requests, self.clock),
            throttle=Throttle(per_minute=settings.requests_per_minute, burst=settings.request_burst),
            job_uploads=JobUploads(
                jobs=self.notified_jobs,
                entries=self.entries,
                uploads=self.uploads,
                files=files,
                reminders=self.reminders,
                queue=self.queue,
                targets=targets,
                retention=retention,
                clock=self.clock,
            ),
            webhook_secrets=WebhookSecrets(self.webhook_secrets, self.clock),
            entry_uploads=EntryUploads(
                entries=self.entries,
                uploads=self.uploads,
                files=files,
                reminders=self.reminders,
                targets=targets,
                retention=retention,
                clock=self.clock,
            ),
        )


@dataclass
class Api:
    """A running API, what is behind it, and a client for each user."""

    url: str
    clock: FixedClock
    media: FakeMedia
    queue: FakeQueue
    runs: JobRuns
    backstage: Backstage
    ada: "Client" = field(init=False)
    ben: "Client" = field(init=False)

    def __post_init__(self) -> None:
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
    """What curl prints when Ada calls it with `arguments`; skips where there is no curl."""
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
    backstage = Backstage()
    services = backstage.services(settings, users)
    app = Chalice("mien", configure_logs=False, env={})
    register_api(app, lambda: services)
    runs = JobRuns(backstage.notified_jobs, backstage.clock, owner="worker", lease_s=60, max_attempts=3)
    with HttpServer(app, max_body_bytes=settings.max_body_bytes) as server:
        api = Api(server.url, backstage.clock, backstage.media, backstage.queue, runs, backstage)
        try:
            yield api
        finally:
            api.ada.close()
            api.ben.close()
