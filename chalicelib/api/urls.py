"""Absolute URLs of our own resources, as the caller can reach them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from chalice.app import Request

from chalicelib.errors import MalformedRequest

# The Host header comes from the client and ends up in documents and Location headers: a name or address, and a port.
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_STAGE_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")


@dataclass(frozen=True, slots=True)
class Urls:
    """The URLs under `base`, which has no slash at its end."""

    base: str

    @property
    def origin(self) -> str:
        """The origin of pages that the API itself serves, such as `https://api.example.org`."""
        scheme, _, rest = self.base.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}"

    def index(self) -> str:
        """The only URL that a client needs to know beforehand."""
        return f"{self.base}/"

    def console(self) -> str:
        """The console, for people."""
        return f"{self.base}/console"

    def docs(self) -> str:
        """The description for people."""
        return f"{self.base}/docs"

    def responsible_use(self) -> str:
        """The page on responsible use."""
        return f"{self.base}/responsible-use"

    def openapi(self) -> str:
        """The description for programs."""
        return f"{self.base}/openapi.json"

    def jobs(self, query: Mapping[str, str] | None = None) -> str:
        """The list of jobs, or the page of it that `query` selects."""
        return f"{self.base}/jobs" + (f"?{urlencode(query)}" if query else "")

    def job(self, job_id: str) -> str:
        """One job."""
        return f"{self.base}/jobs/{job_id}"

    def batches(self, query: Mapping[str, str] | None = None) -> str:
        """The list of batches, or the page of it that `query` selects."""
        return f"{self.base}/batches" + (f"?{urlencode(query)}" if query else "")

    def batch(self, batch_id: str) -> str:
        """One batch."""
        return f"{self.base}/batches/{batch_id}"

    def batch_jobs(self, batch_id: str, query: Mapping[str, str] | None = None) -> str:
        """The jobs of a batch, or the page of them that `query` selects."""
        return f"{self.batch(batch_id)}/jobs" + (f"?{urlencode(query)}" if query else "")

    def batch_uploads(self, batch_id: str, query: Mapping[str, str] | None = None) -> str:
        """The files that a batch waits for, or the page of them that `query` selects."""
        return f"{self.batch(batch_id)}/uploads" + (f"?{urlencode(query)}" if query else "")

    def job_upload(self, job_id: str) -> str:
        """The URL at which the direct upload of a job is completed or cancelled."""
        return f"{self.job(job_id)}/upload"

    def entry_upload(self, entry_id: str) -> str:
        """The URL at which the direct upload of an entry is completed or cancelled."""
        return f"{self.entry(entry_id)}/upload"

    def webhook_secret(self) -> str:
        """The URL of the account's webhook secret."""
        return f"{self.base}/webhook_secret"

    def job_search(self, query: Mapping[str, str]) -> str:
        """The jobs whose input or result has an annotation, as `query` describes it."""
        return f"{self.jobs()}/search_by_annotation?{urlencode(query)}"

    def entries(self, query: Mapping[str, str] | None = None) -> str:
        """The list of entries, or the page of it that `query` selects."""
        return f"{self.base}/entries" + (f"?{urlencode(query)}" if query else "")

    def entry_search(self, query: Mapping[str, str]) -> str:
        """The entries that have an annotation, as `query` describes it."""
        return f"{self.entries()}/search_by_annotation?{urlencode(query)}"

    def entry(self, entry_id: str) -> str:
        """One entry."""
        return f"{self.base}/entries/{entry_id}"

    def annotations(self, entry_id: str, query: Mapping[str, str] | None = None) -> str:
        """The annotations of an entry, or the page of them that `query` selects."""
        return f"{self.entry(entry_id)}/annotations" + (f"?{urlencode(query)}" if query else "")

    def annotation(self, entry_id: str, annotation_id: str) -> str:
        """One annotation."""
        return f"{self.annotations(entry_id)}/{annotation_id}"

    def faces(self, entry_id: str) -> str:
        """The faces of a result and their corrections."""
        return f"{self.entry(entry_id)}/faces"

    def representations(self, entry_id: str) -> str:
        """The URL at which representations are added to an entry."""
        return f"{self.entry(entry_id)}/representations"

    def representation(self, entry_id: str, representation_id: str) -> str:
        """One representation."""
        return f"{self.representations(entry_id)}/{representation_id}"

    def media(self, entry_id: str, representation_id: str) -> str:
        """The bytes of a representation."""
        return f"{self.representation(entry_id, representation_id)}/media"


def urls_of(request: Request, public_base_url: str | None) -> Urls:
    """URLs under `public_base_url`, or, without one, under the scheme, host and stage that `request` came by.

    Raises `MalformedRequest` for a Host header that no URL could hold.
    """
    if public_base_url:
        return Urls(public_base_url.rstrip("/"))
    scheme = "https" if request.headers.get("x-forwarded-proto", "").strip().lower() == "https" else "http"
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        raise MalformedRequest("The Host header is missing or is not a host name.")
    return Urls(f"{scheme}://{host}{_stage_prefix(request)}")


def _stage_prefix(request: Request) -> str:
    """Returns the prefix of the requested path before the route: the stage of API Gateway's own host name, the base
    path of a custom domain, or nothing."""
    requested = str(request.context.get("path", "")).rstrip("/")
    route_segments = request.path.rstrip("/").count("/")
    prefix = requested.rsplit("/", route_segments)[0] if route_segments else requested
    return prefix if _STAGE_PREFIX.fullmatch(prefix) else ""
