"""From a view to a response: every error of the tree gets its status, anything else is ours and a 500."""

import logging
from collections.abc import Callable

from chalice.app import Request, Response

from chalicelib.api.call import Call, make_call
from chalicelib.api.idempotent_requests import answer_once
from chalicelib.api.responses import error_response, retry_after
from chalicelib.composition import Services
from chalicelib.errors import (
    CallerError,
    Conflict,
    Invalid,
    MalformedRequest,
    NotAcceptable,
    NotAuthenticated,
    NotFound,
    StaleWrite,
    TooLarge,
    TooManyRequests,
    UnsupportedContentType,
)

View = Callable[[Call], Response]

OUR_FAULT_SENTENCE = "Internal server error; try again, and report the X-Request-Id if it persists."

_STATUS_OF: dict[type[CallerError], int] = {
    MalformedRequest: 400,
    NotAuthenticated: 401,
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
        if not is_public:
            call.services.throttle.check(call.caller)
        return answer_once(view, call, is_secret=is_secret)
    except CallerError as error:
        return error_response(status_of(error), str(error), retry_after(error.retry_after_s))
    except StaleWrite:
        return error_response(409, "Another request is changing this resource; try again.", retry_after(1))
    except Exception:  # noqa: BLE001  # the boundary of the API: the client gets a message, the log gets the details
        _log.exception("request %s failed: %s %s", request_id_of(request), request.method, request.path)
        return error_response(500, OUR_FAULT_SENTENCE)


def status_of(error: CallerError) -> int:
    """The HTTP status of an error that is the caller's fault; 400 for one that has none of its own."""
    return next((_STATUS_OF[cls] for cls in type(error).__mro__ if cls in _STATUS_OF), 400)


def request_id_of(request: Request) -> str:
    """The id under which this request is in the logs: API Gateway's own, else the Lambda invocation's."""
    gateway_id = request.context.get("requestId")
    return str(gateway_id or getattr(request.lambda_context, "aws_request_id", ""))
