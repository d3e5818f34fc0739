"""Resources as the JSON documents of the wire contract."""

from collections.abc import Iterable, Mapping

from chalicelib.api.urls import Urls
from chalicelib.domain.entries import Annotation, Entry, Representation
from chalicelib.domain.intake.uploads import DirectUpload
from chalicelib.domain.jobs import Job, Progress
from chalicelib.domain.requests.job_options import KEPT_OPTIONS
from chalicelib.domain.times import format_time
from chalicelib.domain.webhooks import Webhook, WebhookSecret
from chalicelib.services.batches.batches import Batch

Document = dict[str, object]


def entry_ids_of(jobs: Iterable[Job]) -> list[str]:
    """The entries that the documents of `jobs` show, each once."""
    ids = (entry_id for job in jobs for entry_id in (job.input_entry_id, job.result_entry_id) if entry_id)
    return list(dict.fromkeys(ids))


def job_document(job: Job, entries: Mapping[str, Entry], urls: Urls) -> Document:
    """A job with its entries, which are looked up in `entries` by id; one that is not there is shown as none.

    `result` is there once the job is done, `error` when its status is `error`, `earlier_result` after a requeue until
    another run is done.
    """
    document: Document = {
        "self": urls.job(job.id),
        "name": job.name,
        "status": job.status,
        "author": job.author,
        "published": format_time(job.published),
        "updated": format_time(job.updated),
        "filename": job.filename,
        **{row.name: getattr(job.options, row.name) for row in KEPT_OPTIONS},
        "input": _entry_or_none(job.input_entry_id, entries, urls) or [],
        "progress": _progress_document(job.progress),
        **_result_member(job, entries, urls),
    }
    if job.earlier_result_entry_ids:
        document["earlier_result"] = urls.entry(job.earlier_result_entry_ids[-1])
    document |= _end_members(job)
    if job.upload is not None and job.awaits_upload:
        document["upload"] = upload_document(job.upload, urls.job_upload(job.id))
    if job.batch is not None or job.members is not None:
        document["batch"] = urls.batch(job.id if job.batch is None else job.batch.batch_id)
    return document


def batch_document(batch: Batch, entries: Mapping[str, Entry], urls: Urls) -> Document:
    """A batch with the numbers of its jobs by state. `result`, its table, is there once it is done."""
    job, members = batch.job, batch.job.members
    return {
        "self": urls.batch(job.id),
        "job": urls.job(job.id),
        "jobs": urls.batch_jobs(job.id),
        "uploads": urls.batch_uploads(job.id),
        "name": None if members is None else members.analysis,
        "status": job.status,
        "author": job.author,
        "published": format_time(job.published),
        "updated": format_time(job.updated),
        "count": 0 if members is None else members.count,
        "created": batch.created,
        "states": dict(batch.counts),
        **{row.name: getattr(job.options, row.name) for row in KEPT_OPTIONS},
        "data_split": job.data_split,
        "annotations": [{"key": note.key, "value": note.value, "source": note.source} for note in job.notes],
        **_result_member(job, entries, urls),
        **_end_members(job),
    }


def _result_member(job: Job, entries: Mapping[str, Entry], urls: Urls) -> Document:
    result = _entry_or_none(job.result_entry_id, entries, urls)
    return {} if result is None else {"result": result}


def _end_members(job: Job) -> Document:
    """Returns why it failed, when it is deleted and who is notified, as far as there is anything to say."""
    members: Document = {}
    if job.error is not None:
        members["error"] = job.error
    if job.expires is not None:
        members["expires"] = format_time(job.expires)
    if job.webhook is not None:
        members |= _webhook_document(job.webhook)
    return members


def _webhook_document(webhook: Webhook) -> Document:
    """Returns the callback URL of the job and the last delivery attempts, oldest first."""
    return {
        "callback_url": webhook.url,
        "deliveries": [
            {
                "id": delivery.id,
                "event": delivery.event,
                "attempt": delivery.attempt,
                "time": format_time(delivery.time),
                "status_code": delivery.status_code,
                "error": delivery.error,
            }
            for delivery in webhook.deliveries
        ],
        "next_delivery": None if webhook.next_at is None else format_time(webhook.next_at),
    }


def entry_document(entry: Entry, urls: Urls) -> Document:
    """An entry with its representations, oldest first."""
    representations = sorted(entry.representations.values(), key=lambda each: (each.published, each.id))
    document: Document = {
        "self": urls.entry(entry.id),
        "annotations": urls.annotations(entry.id),
        "representation_self": urls.representations(entry.id),
        "author": entry.author,
        "source": entry.source,
        "data_split": entry.data_split,
        "media_seconds": entry.media_seconds,
        "published": format_time(entry.published),
        "updated": format_time(entry.updated),
        "representations": [representation_document(each, urls) for each in representations],
    }
    if entry.job_id is not None:
        document["job"] = urls.job(entry.job_id)
    if entry.faces is not None:
        document["faces"] = urls.faces(entry.id)
    if entry.expires is not None:
        document["expires"] = format_time(entry.expires)
    if entry.upload is not None:
        document["upload"] = upload_document(entry.upload, urls.entry_upload(entry.id))
    return document


def representation_document(representation: Representation, urls: Urls) -> Document:
    """One file of an entry."""
    return {
        "self": urls.representation(representation.entry_id, representation.id),
        "media": urls.media(representation.entry_id, representation.id),
        "content_type": representation.content_type,
        "file_name": representation.file_name,
        "size_bytes": representation.size_bytes,
        "sha256": representation.sha256,
        "published": format_time(representation.published),
        "updated": format_time(representation.updated),
    }


def upload_document(upload: DirectUpload, complete_url: str) -> Document:
    """An upload that is waited for."""
    return {
        "method": "post" if upload.multipart_id is None else "multipart",
        "content_type": upload.content_type,
        "size_bytes": upload.size_bytes,
        "expires": format_time(upload.expires),
        "complete": complete_url,
    }


def webhook_secret_document(secret: WebhookSecret, urls: Urls) -> Document:
    """Returns the document of the account's webhook secret."""
    return {"self": urls.webhook_secret(), "secret": secret.secret, "created": format_time(secret.created)}


def annotation_document(annotation: Annotation, urls: Urls) -> Document:
    """One note on an entry."""
    return {
        "self": urls.annotation(annotation.entry_id, annotation.id),
        "entry": urls.entry(annotation.entry_id),
        "author": annotation.author,
        "source": annotation.source,
        "key": annotation.key,
        "value": annotation.value,
    }


def _entry_or_none(entry_id: str | None, entries: Mapping[str, Entry], urls: Urls) -> Document | None:
    entry = entries.get(entry_id) if entry_id else None
    return entry_document(entry, urls) if entry else None


def _progress_document(progress: Progress | None) -> Document | None:
    if progress is None:
        return None
    return {
        "frames_done": progress.frames_done,
        "frames_total": progress.frames_total,
        "frames_per_second": progress.frames_per_second,
    }
