"""Jobs of each name, direct upload, drop-folder, long video, links, another account, deletion."""

import hashlib
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from chalicelib.domain.requests.job_names import JobName
from chalicelib.errors import NotFound
from infra.smoke.visit import SmokeFailure, Visit, expect

_POLL_S = 1.0
_RESULT_FILES = 4


def job_of_name(name: JobName) -> Callable[[Visit], str]:
    """Returns the check of a job of that name, sent as a form."""

    def check(visit: Visit) -> str:
        job = visit.wait_for(visit.client.create_job(visit.clip, name))
        expect(job.name == name, f"the job is called {job.name}")
        wanted = 0 if name is JobName.NO_OP else _RESULT_FILES
        expect(len(job.files) == wanted, f"it has {[file.file_name for file in job.files]}")
        return f"done, {wanted} files"

    return check


def links(visit: Visit) -> str:
    """302 to a link that needs no credentials, keeps name and type, takes ranges, and brings the very bytes."""
    job = visit.wait_for(visit.client.create_job(visit.clip, JobName.SDK_METRICS))
    file = next(file for file in job.files if file.file_name.endswith(".csv"))
    answer = visit.call("GET", file.media_url, visit.ada)
    expect(answer.status_code == 302, f"status {answer.status_code}")
    link = answer.headers["Location"]
    expect(urlsplit(link).netloc != urlsplit(visit.index_url).netloc, "the link has the API's own origin")
    found = visit.call("GET", link)
    expect(found.status_code == 200, f"the link answers {found.status_code}")
    expect(hashlib.sha256(found.content).hexdigest() == file.sha256, "the bytes are others")
    expect(found.headers["Content-Type"] == file.content_type, f"the type is {found.headers['Content-Type']}")
    expect(file.file_name in found.headers.get("Content-Disposition", ""), "the link does not keep the file name")
    part = visit.call("GET", link, headers={"Range": "bytes=0-9"})
    expect((part.status_code, part.content) == (206, found.content[:10]), f"a range answers {part.status_code}")
    forged = visit.call("GET", link.replace("Signature=", "Signature=0"))
    expect(forged.status_code == 403, f"a forged link answers {forged.status_code}")
    return "302, name, type, range, SHA-256"


def direct_upload(visit: Visit) -> str:
    """Media past the API, straight to the bucket."""
    visit.wait_for(visit.client.upload_job(visit.clip, JobName.SDK_METRICS))
    return "announced, sent to the bucket, done"


def drop_folder(visit: Visit) -> str:
    """An object becomes a job, and its results come back under the same path."""
    path = f"{visit.ada.account_id}/{JobName.SDK_METRICS}/smoke/a b.mp4"
    visit.s3.upload_file(str(visit.clip), visit.target.bucket, f"drop/{path}")
    prefix = f"results/{path}"
    deadline = time.monotonic() + visit.job_limit_s
    while time.monotonic() < deadline:
        found = visit.s3.list_objects_v2(Bucket=visit.target.bucket, Prefix=prefix).get("Contents", [])
        names = sorted(each["Key"].removeprefix(prefix) for each in found)
        expect(".error.txt" not in names, "an error file came back")
        if len(names) == _RESULT_FILES:
            return f"{len(names)} files under results/"
        time.sleep(_POLL_S)
    raise SmokeFailure(f"nothing came back in {visit.job_limit_s:.0f} s")


def long_video(visit: Visit) -> str:
    """A video that is divided into segments, each measured by a process of its own, and stitched."""
    job = visit.wait_for(visit.client.upload_job(visit.long_clip, JobName.SDK_METRICS))
    row = visit.services.ports.jobs().get(visit.ada.account_id, job.id)
    if row.segments is None:
        raise SmokeFailure("it was not divided")
    expect(job.frames_done == job.frames_total, f"{job.frames_done} of {job.frames_total} frames")
    return f"{job.frames_done} frames in {row.segments.count} segments"


def another_account(visit: Visit) -> str:
    """Everything of Ada's answers Ben with 404, and no list shows it."""
    job = visit.client.create_job(visit.clip, JobName.NO_OP)
    entry = visit.wait_for(job).document["input"]
    urls = [job.url, entry["self"], entry["annotations"], entry["representations"][0]["media"]]
    for method, url in [*(("GET", url) for url in urls), ("DELETE", job.url), ("POST", f"{job.url}/requeue")]:
        status = visit.call(method, url, visit.ben).status_code
        expect(status == 404, f"{method} of another account's {urlsplit(url).path} is {status}")
    expect(visit.call("GET", "jobs", visit.ben).json() == [], "the list shows another account's jobs")
    first = visit.call("GET", "jobs?limit=1", visit.ada).links
    if "next" in first:
        status = visit.call("GET", first["next"]["url"], visit.ben).status_code
        expect(status == 400, f"another account's cursor is {status}")
    return f"404 for {len(urls) + 2} requests, an empty list"


def deletion(visit: Visit) -> str:
    """A deleted job leaves nothing."""
    job = visit.wait_for(visit.client.create_job(visit.clip, JobName.SDK_METRICS))
    removed = visit.client.delete_job(job.id)["removed"]
    expect(removed == {"entries": 2, "files": 1 + _RESULT_FILES}, f"it removed {removed}")
    expect(visit.call("GET", job.url, visit.ada).status_code == 404, "the job is still there")
    try:
        visit.services.ports.jobs().get(visit.ada.account_id, job.id)
    except NotFound:
        return f"{removed['entries']} entries, {removed['files']} files removed"
    raise SmokeFailure("the row is still there")
