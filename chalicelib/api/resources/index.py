"""`/`: the URLs of the services, for programs and for people."""

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.html.index import index_page
from chalicelib.api.html.style import page_response
from chalicelib.api.requests.negotiation import preferred_content_type
from chalicelib.api.responses import JSON_CONTENT_TYPE, VARIES, json_response
from chalicelib.api.routes import READ, Answer, Route
from chalicelib.errors import NotAcceptable

_API_VERSIONS = ("v1", "development")


def get_index(call: Call) -> Response:
    """GET /: the URLs of the services by API version, or a page for browsers."""
    services = {"jobs": call.urls.jobs(), "entries": call.urls.entries(), "batches": call.urls.batches()}
    wanted = preferred_content_type(call.header("accept"), (JSON_CONTENT_TYPE, "text/html"))
    if wanted is None:
        raise NotAcceptable(f"The index is there as {JSON_CONTENT_TYPE} and as text/html only.")
    if wanted == JSON_CONTENT_TYPE:
        return json_response(dict.fromkeys(_API_VERSIONS, services), headers=VARIES)
    return page_response(index_page(call.urls, services, call.metrics), VARIES)


ROUTES = (
    Route(
        READ,
        "/",
        get_index,
        Answer(schema="Index", headers=("Content-Security-Policy",)),
        pages=("text/html",),
        errors=(406,),
        is_public=True,
    ),
)
