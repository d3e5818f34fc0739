"""Jobs, entries, representations and annotations to store."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.domain.audit import AuditAction, AuditRecord
from chalicelib.domain.entries import Annotation, Entry, Representation, representation_id, upload_key
from chalicelib.domain.ids import new_id
from chalicelib.domain.intake.uploads import DirectUpload, UploadKey, UploadOwner
from chalicelib.domain.jobs import Job
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.webhooks import Delivery, Notification, Webhook
from tests.fakes import START, as_kept

ACCOUNT = "account-one"
OTHER_ACCOUNT = "account-two"
AUTHOR = "ada@example.org"

ODD_TEXTS = [
    "clip.mp4",
    "say \"hi\" \\ 100% 'done'; filename=evil.exe",
    "Grüße aus Köln → €.mov",
    "e\u0301 and \u00e9 are not made one",
    "笑顔 смех 😀👩\u200d🚀.mp4",
    "\u2067\u05e2\u05d1\u05e8\u05d9\u05ea \u200f\u0639\u0631\u0628\u064a\u2069.mp4",  # right to left
    "a=b&c=d?e#f/g+h i",
    "=1+1,\tcsv",
    "\ufeff\u00a0 spaces \u2003",
    "x" * 255,
    "😀" * 255,
]


def make_job(age_s: float = 0.0, *, account_id: str = ACCOUNT, name: JobName = JobName.MULTIFACE) -> Job:
    """A fresh job, made `age_s` seconds before START."""
    made = START - timedelta(seconds=age_s)
    return Job(new_id(made), account_id, AUTHOR, name, made, made)


def make_job_with_webhook() -> Job:
    """A job whose end was told at the second attempt, and whose next is being told."""
    job = make_job()
    webhook = Webhook(
        url="https://example.org/hook",
        jobs_url="https://api.example.org/jobs",
        notification=Notification(new_id(START), "job.done", START, START, attempts=1, is_sending=True),
        deliveries=(
            Delivery(new_id(START), "job.error", 1, START, error="timeout"),
            Delivery(new_id(START), "job.error", 2, START, status_code=204),
        ),
    )
    return replace(job, webhook=as_kept(webhook))


def make_entry(*, account_id: str = ACCOUNT) -> Entry:
    """An entry without files."""
    return Entry(new_id(START), account_id, AUTHOR, START, START)


def make_upload(size_bytes: int = 3) -> DirectUpload:
    """An upload that something waits for."""
    key = UploadKey(new_id(START), UploadOwner.JOB, new_id(START))
    return DirectUpload(str(key), "clip.mp4", "video/mp4", size_bytes, START + timedelta(hours=1))


def make_representation(entry: Entry, file_name: str = "clip.mp4", *, size_bytes: int = 3) -> Representation:
    """A file of the entry."""
    file_id = representation_id(entry.id, file_name)
    return Representation(
        id=file_id,
        entry_id=entry.id,
        account_id=entry.account_id,
        file_name=file_name,
        content_type="video/mp4",
        size_bytes=size_bytes,
        sha256="00" * 32,
        media_key=upload_key(entry.account_id, entry.id, file_id, new_id(START)),
        published=START,
        updated=START,
    )


def make_annotation(entry: Entry, age_s: float = 0.0, *, key: str = "scene", value: str = "indoors") -> Annotation:
    """A note on the entry, made `age_s` seconds before START."""
    made = START - timedelta(seconds=age_s)
    return Annotation(new_id(made), entry.id, entry.account_id, AUTHOR, key, value, None, made, made)


def make_audit_record(entry: Entry) -> AuditRecord:
    """Returns what is left of the entry once it is deleted."""
    return AuditRecord(new_id(START), entry.account_id, AUTHOR, AuditAction.ENTRY_DELETED, entry.id, START)
