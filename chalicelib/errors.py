"""The error tree. One tree, three destinies:

* `CallerError`: the caller's fault. The API answers 4xx with its message.
* `MediaError`: the media file's fault. The job ends as `error` with its message; the queue message is consumed.
* everything else is ours: let it rise. The API answers 500; the queue delivers the message again and in the end
  hands it to the dead-letter queue.

Every message of a `CallerError` or `MediaError` is written for a person: what was wrong and what to do about it.
"""

from collections.abc import Iterator
from contextlib import contextmanager


class MienError(Exception):
    """Root of everything raised on purpose."""


class CallerError(MienError):
    """The request cannot be served as it was made. `retry_after_s` says when the same request may fare better."""

    def __init__(self, sentence: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class MalformedRequest(CallerError):
    """The request cannot be read at all (a malformed id, a broken multipart body). HTTP 400."""


class NotAuthenticated(CallerError):
    """Missing or wrong credentials. HTTP 401."""


class Forbidden(CallerError):
    """Credentials may be right, but the request comes from a page that may not make it. HTTP 403."""


class NotFound(CallerError):
    """No such thing in the caller's account. HTTP 404."""


class NotAcceptable(CallerError):
    """No representation matches the Accept header. HTTP 406."""


class Conflict(CallerError):
    """The resource is in a state that forbids the request. HTTP 409."""


class TooLarge(CallerError):
    """The body exceeds a limit. HTTP 413."""


class UnsupportedContentType(CallerError):
    """The request's Content-Type cannot be read by this route. HTTP 415."""


class Invalid(CallerError):
    """The request can be read, but a value in it is missing or wrong. HTTP 422."""


class TooManyRequests(CallerError):
    """The caller must wait, `retry_after_s` seconds if known. HTTP 429."""


class MediaError(MienError):
    """The media file cannot be analysed; the message becomes the job's `error`."""


class JobNotClaimable(MienError):
    """The job is finished, cancelled, superseded or deleted: its message is consumed without work."""


class JobBusy(MienError):
    """Another worker holds a live lease on the job: the message must be delivered again later."""


class LeaseLost(MienError):
    """This worker no longer holds the job (cancelled, requeued, or its lease expired and was taken): stop quietly."""


class StillLeased(MienError):
    """A worker failed and could not give its job back either: no worker can claim it for `lease_s` seconds."""

    def __init__(self, sentence: str, *, lease_s: float) -> None:
        super().__init__(sentence)
        self.lease_s = lease_s


class NotDue(MienError):
    """There is no notification to send now: it was delivered, another process is sending it, or it is not due yet."""


class Unavailable(MienError):
    """A service that we need is overloaded or its disk is full: the same request may fare better in a while."""


class StaleWrite(MienError):
    """Another process wrote the row since it was read: read again, decide again."""


class ModelFileError(MienError):
    """A model file is missing or is not the file that the manifest names."""


@contextmanager
def translated(*kinds: type[Exception], into: Exception) -> Iterator[None]:
    """Raises `into` in the place of errors of these kinds."""
    try:
        yield
    except kinds as error:
        raise into from error
