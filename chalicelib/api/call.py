"""One request, as views see it."""

from dataclasses import dataclass

from chalice.app import Request

from chalicelib.api.authentication import caller_of
from chalicelib.api.urls import Urls, urls_of
from chalicelib.composition.services import Services
from chalicelib.domain.accounts import Caller
from chalicelib.domain.ids import check_id
from chalicelib.domain.measurements.metrics import MetricSet, deployed_metrics
from chalicelib.errors import TooLarge


@dataclass(frozen=True, slots=True)
class Call:
    """A request with the services that can answer it and the URLs to answer with."""

    request: Request
    services: Services
    urls: Urls

    @property
    def caller(self) -> Caller:
        """Returns the authenticated caller. Raises `NotAuthenticated`."""
        return caller_of(self.request)

    @property
    def metrics(self) -> MetricSet:
        """Returns the metrics of this deployment."""
        return deployed_metrics(expressions_only=self.services.settings.expressions_only)

    def path_id(self, noun: str) -> str:
        """The id in the path that names a `noun` (`job`, `entry` ...). Raises `MalformedRequest`."""
        return check_id((self.request.uri_params or {}).get(f"{noun}_id", ""), noun)

    def query(self, name: str) -> str | None:
        """Returns a query parameter; the last one if it is given more than once."""
        parameters = self.request.query_params
        return None if parameters is None else parameters.get(name)

    def header(self, name: str) -> str | None:
        """A header of the request."""
        return self.request.headers.get(name)

    def body(self) -> bytes:
        """The body. Raises `TooLarge`."""
        body = self.request.raw_body
        raw = body.encode() if isinstance(body, str) else body
        limit = self.services.settings.max_body_bytes
        if len(raw) > limit:
            raise TooLarge(too_large_sentence(limit))
        return raw


def make_call(request: Request, services: Services) -> Call:
    """Raises `MalformedRequest` if the request has no valid Host."""
    return Call(request, services, urls_of(request, services.settings.public_base_url))


def too_large_sentence(limit_bytes: int) -> str:
    """Returns the error message for a body that is too large."""
    return (
        f"The request body is too large; at most {limit_bytes:,} bytes are accepted here. "
        "Announce the file instead: POST "
        'JSON with its "file_name", "content_type" and "size_bytes" to the same URL, and upload it to the addresses in '
        "the answer."
    )
