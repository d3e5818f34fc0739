"""From a view to a response: every error of the tree gets its status, anything else is ours and a 500."""

import errno
import logging
from collections.abc import Callable

from chalice.app import Request, Response

from chalicelib.api.call import Call, make_call
from chalicelib.api.cors import check_page
from chalicelib.api.html.refusal import refusal_page
from chalicelib.api.html.style import page_response
from chalicelib.api.idempotent_requests import answer_once
from chalicelib.api.requests.negotiation import prefers_page
from chalicelib.api.responses import VARIES, error_response, retry_after
from chalicelib.api.urls import urls_of
from chalicelib.composition.services import Services
from chalicelib.errors import (
    CallerError,
    Conflict,
    Forbidden,
    Invalid,
    MalformedRequest,
    NotAcceptable,
    NotAuthenticated,
    NotFound,
    StaleWrite,
    TooLarge,
    TooManyRequests,
    Unavailable,
    UnsupportedContentType,
)

View = Callable[[Call], Response]

OUR_FAULT_SENTENCE = "Internal server error; try again, and report the X-Request-Id if it persists."

UNAVAILABLE_SENTENCE = "A part of the service is overloaded or full at the moment; try again as Retry-After says."
FULL_SENTENCE = "The disk of the service is full; free some space on it, then send the request again."
_UNAVAILABLE_S = 30
_FULL = (errno.ENOSPC, errno.EDQUOT)

_STATUS_OF: dict[type[CallerError], int] = {
    MalformedRequest: 400,
    NotAuthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    NotAcceptable: 406,
    Conflict: 409,
    TooLarge: 413,
    UnsupportedContentType: 415,
    Invalid: 422,
    TooManyRequests: 429,
}

_log = logging.getLogger(__name__)


def answer(
    view: View,
    request: Request,
    services: Callable[[], Services],
    *,
    is_public: bool = False,
    is_secret: bool = False,
) -> Response:
    """Returns the response of `view`, or the error envelope for its exception. `services` is called inside, because it
    may fail.

    A view that is not public gets a request only if its caller is authenticated and within the rate limit. A response
    that `is_secret` is not stored under an idempotency key.
    """
    try:
        call = make_call(request, services())
        check_page(
            request.method,
            request.headers,
            own_origin=call.urls.origin,
            allowed=call.services.settings.cors_origins,
        )
        if not is_public:
            call.services.throttle.check(call.caller)
        return answer_once(view, call, is_secret=is_secret)
    except NotFound as missing:
        return not_found(request, str(missing), services().settings.public_base_url)
    except CallerError as error:
        return error_response(status_of(error), str(error), retry_after(error.retry_after_s))
    except StaleWrite:
        return error_response(409, "Another request is changing this resource; try again.", retry_after(1))
    except Unavailable:
        _log.exception("request %s failed: %s %s", request_id_of(request), request.method, request.path)
        return error_response(503, UNAVAILABLE_SENTENCE, retry_after(_UNAVAILABLE_S))
    except Exception as fault:  # noqa: BLE001  # the boundary of the API: the client gets a message, the log gets the details
        _log.exception("request %s failed: %s %s", request_id_of(request), request.method, request.path)
        is_full = isinstance(fault, OSError) and fault.errno in _FULL
        return error_response(507, FULL_SENTENCE) if is_full else error_response(500, OUR_FAULT_SENTENCE)


def not_found(request: Request, sentence: str, public_base_url: str | None = None) -> Response:
    """Returns 404, as a page if the request comes from a browser."""
    if not prefers_page(request.headers.get("accept")):
        return error_response(404, sentence)
    return page_response(refusal_page(sentence, urls_of(request, public_base_url)), VARIES, status=404)


def status_of(error: CallerError) -> int:
    """The HTTP status of an error that is the caller's fault; 400 for one that has none of its own."""
    return next((_STATUS_OF[cls] for cls in type(error).__mro__ if cls in _STATUS_OF), 400)


def request_id_of(request: Request) -> str:
    """The id under which this request is in the logs: API Gateway's own, else the Lambda invocation's."""
    gateway_id = request.context.get("requestId")
    return str(gateway_id or getattr(request.lambda_context, "aws_request_id", ""))
