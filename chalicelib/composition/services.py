"""Every service of a process, each composed once, when it is first asked for."""

from collections.abc import Callable
from functools import cached_property

from chalicelib.composition.batches import BatchServices
from chalicelib.composition.faces import face_runs_of, faces_of
from chalicelib.composition.performers import performers
from chalicelib.domain.jobs import Job
from chalicelib.services.accounts import Accounts
from chalicelib.services.annotations import Annotations
from chalicelib.services.batches.progress import BatchProgress
from chalicelib.services.comparisons import Comparisons
from chalicelib.services.duties.earlier_results import replaced
from chalicelib.services.duties.entry_deletions import EntryDeletions
from chalicelib.services.duties.job_deletions import JobDeletions
from chalicelib.services.duties.notifications import Notifications, announced
from chalicelib.services.duties.retention import JobRetention, RetentionPlan
from chalicelib.services.duties.sweeper import Sweeper
from chalicelib.services.entries import Entries
from chalicelib.services.faces import Faces
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.intake.arrivals import receive_object
from chalicelib.services.intake.dropped_files import DroppedFiles, shown_in_results
from chalicelib.services.intake.drops import Drops
from chalicelib.services.intake.entry_uploads import EntryUploads
from chalicelib.services.intake.fetched_inputs import FetchedInputs
from chalicelib.services.intake.job_uploads import JobUploads
from chalicelib.services.intake.upload_targets import UploadTargets
from chalicelib.services.intake.uploaded_files import UploadedFiles
from chalicelib.services.job_ends import EndObserver, ObservedJobs
from chalicelib.services.jobs import Jobs
from chalicelib.services.ports import JobStore
from chalicelib.services.ports.all_ports import Ports
from chalicelib.services.runs.dead_letters import DeadLetters
from chalicelib.services.runs.face_runs import FaceRuns
from chalicelib.services.runs.job_runs import JobRuns
from chalicelib.services.runs.segment_runs import SegmentRuns
from chalicelib.services.throttle import Throttle
from chalicelib.services.users import Users
from chalicelib.services.webhook_secrets import WebhookSecrets
from chalicelib.settings import Settings


class Services:
    """Every service of a process, each composed once, when it is first asked for."""

    def __init__(self, ports: Ports, settings: Settings, *, owner: str = "") -> None:
        """`owner`: what this worker is called in leases; no other worker bears the name."""
        self.ports = ports
        self.settings = settings
        self._owner = owner

    @cached_property
    def users(self) -> Users:
        return Users(self.ports.users(), self.ports.login_failures(), self.ports.clock)

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.ports.accounts(), self.ports.users(), self.ports.audit_trail())

    @cached_property
    def job_rows(self) -> JobStore:
        """Returns the job store of services that may end a job, whose observers get their ports at an end."""
        return self._observed(BatchProgress.changed)

    def _observed(self, change: Callable[[BatchProgress, Job], None] | None = None) -> JobStore:
        ports = self.ports
        observers: list[EndObserver] = [
            lambda job: shown_in_results(job, ports.entries(), ports.drops()),
            lambda job: replaced(job, ports.reminders(), ports.clock),
        ]
        if (deliveries := ports.deliveries) is not None:
            observers.insert(0, lambda job: announced(job, ports.reminders(), deliveries(), ports.clock))
        changed = None if change is None else lambda job: change(self.batch_services.progress, job)
        return ObservedJobs(ports.jobs(), observers, changed)

    @cached_property
    def jobs(self) -> Jobs:
        queue, clock, reminders = self.ports.queue(), self.ports.clock, self.ports.reminders()
        rows, retention = self.job_rows, self.retention
        return Jobs(rows, self.entries, self.entry_deletions, queue, clock, retention=retention, reminders=reminders)

    @cached_property
    def batch_services(self) -> BatchServices:
        rows = self._observed(BatchProgress.note)
        targets, at_once = self._upload_targets, self.settings.batch_jobs_at_once
        return BatchServices(self.ports, rows, targets=targets, retention=self.retention, at_once=at_once)

    @cached_property
    def entries(self) -> Entries:
        return Entries(self.ports.entries(), self.ports.media(), self.ports.clock, retention=self.retention)

    @cached_property
    def entry_deletions(self) -> EntryDeletions:
        ports, requests = self.ports, self.ports.keyed_requests()
        entries, annotations, media = ports.entries(), ports.annotations(), ports.media()
        return EntryDeletions(entries, annotations, media, requests, ports.clock, dropped=self.dropped)

    @cached_property
    def job_retention(self) -> JobRetention:
        ports, rows, deletions = self.ports, self.job_rows, self.entry_deletions
        uploads, requests = ports.uploads(), ports.keyed_requests()
        members, dropped, clock = self.batch_services.retirement, self.dropped, ports.clock
        return JobRetention(
            rows, deletions, requests=requests, uploads=uploads, dropped=dropped, members=members, clock=clock
        )

    @cached_property
    def job_deletions(self) -> JobDeletions:
        entries, reminders = self.ports.entries(), self.ports.reminders()
        return JobDeletions(self.job_rows, entries, reminders, self.job_retention, self.ports.clock)

    @cached_property
    def annotations(self) -> Annotations:
        return Annotations(self.ports.annotations(), self.ports.entries(), self.ports.jobs(), self.ports.clock)

    @cached_property
    def comparisons(self) -> Comparisons:
        return Comparisons(self.jobs, self.ports.jobs(), self.annotations, self.retention, self.ports.clock)

    @cached_property
    def faces(self) -> Faces:
        return faces_of(self.ports)

    @cached_property
    def face_runs(self) -> FaceRuns:
        return face_runs_of(self.ports, self.dropped, self.settings)

    @cached_property
    def idempotency(self) -> Idempotency:
        return Idempotency(self.ports.keyed_requests(), self.ports.clock)

    @cached_property
    def throttle(self) -> Throttle:
        return Throttle(per_minute=self.settings.requests_per_minute, burst=self.settings.request_burst)

    @cached_property
    def retention(self) -> RetentionPlan:
        return RetentionPlan(self.ports.reminders(), self.ports.accounts(), default_s=self.settings.retention_s)

    @cached_property
    def job_uploads(self) -> JobUploads:
        return JobUploads(
            jobs=self.job_rows,
            entries=self.ports.entries(),
            uploads=self.ports.uploads(),
            files=self._uploaded_files,
            reminders=self.ports.reminders(),
            queue=self.ports.queue(),
            targets=self._upload_targets,
            retention=self.retention,
            annotations=self.ports.annotations(),
            clock=self.ports.clock,
        )

    @cached_property
    def entry_uploads(self) -> EntryUploads:
        return EntryUploads(
            entries=self.ports.entries(),
            uploads=self.ports.uploads(),
            files=self._uploaded_files,
            reminders=self.ports.reminders(),
            targets=self._upload_targets,
            retention=self.retention,
            clock=self.ports.clock,
        )

    @cached_property
    def _uploaded_files(self) -> UploadedFiles:
        return UploadedFiles(self.ports.entries(), self.ports.uploads(), self.ports.media(), self.ports.clock)

    @cached_property
    def _upload_targets(self) -> UploadTargets:
        return UploadTargets(self.ports.uploads(), self.ports.clock, expires_s=self.settings.upload_expires_s)

    def receive_object(self, media_key: str) -> None:
        """See `intake.arrivals`."""
        receive_object(media_key, self.job_uploads, self.entry_uploads, self.ports.uploads())

    @cached_property
    def drops(self) -> Drops:
        return Drops(
            store=self.ports.drops(),
            users=self.ports.users(),
            jobs=self.job_rows,
            entries=self.ports.entries(),
            annotations=self.ports.annotations(),
            reminders=self.ports.reminders(),
            queue=self.ports.queue(),
            retention=self.retention,
            secrets=self.webhook_secrets,
            clock=self.ports.clock,
            max_bytes=self.settings.max_upload_bytes,
            jobs_url=self._jobs_url,
        )

    @property
    def _jobs_url(self) -> str | None:
        """Returns the public URL of jobs, if notifications are sent and the URL is configured."""
        base = (self.settings.public_base_url or "").rstrip("/")
        return f"{base}/jobs" if base and self.ports.deliveries is not None else None

    @cached_property
    def dropped(self) -> DroppedFiles:
        return DroppedFiles(self.ports.drops())

    @cached_property
    def fetched_inputs(self) -> FetchedInputs:
        ports, jobs, deletions = self.ports, self.job_rows, self.entry_deletions
        entries, media, reminders = ports.entries(), ports.media(), ports.reminders()
        return FetchedInputs(
            jobs=jobs, entries=entries, media=media, deletions=deletions, reminders=reminders, clock=ports.clock
        )

    @cached_property
    def runs(self) -> JobRuns:
        lease_s, most = self.settings.lease_s, self.settings.max_attempts
        return JobRuns(self.job_rows, self.ports.clock, owner=self._owner, lease_s=lease_s, max_attempts=most)

    @cached_property
    def segment_runs(self) -> SegmentRuns:
        ports, most = self.ports, self.settings.max_attempts
        segments, reminders, batch = ports.segments(), ports.reminders(), ports.batch and ports.batch()
        jobs, clock = self.job_rows, ports.clock
        return SegmentRuns(
            jobs=jobs, segments=segments, reminders=reminders, batch=batch, clock=clock, max_attempts=most
        )

    @cached_property
    def dead_letters(self) -> DeadLetters:
        # A deployment allows the function that buries them no row of a batch: the duty of the batch sees the end.
        return DeadLetters(self._observed(), self.ports.dead_letters(), self.ports.reminders(), self.ports.clock)

    @cached_property
    def webhook_secrets(self) -> WebhookSecrets:
        return WebhookSecrets(self.ports.webhook_secrets(), self.ports.clock)

    @cached_property
    def notifications(self) -> Notifications:
        ports, secrets = self.ports, self.webhook_secrets
        return Notifications(
            jobs=ports.jobs(), secrets=secrets, reminders=ports.reminders(), sender=ports.webhooks(), clock=ports.clock
        )

    @cached_property
    def sweeper(self) -> Sweeper:
        return Sweeper(self.ports.reminders(), performers(self), self.ports.clock)
