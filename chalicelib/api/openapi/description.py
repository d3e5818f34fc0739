"""`/openapi.json` and `/docs`: what this API is, for programs and for people."""

from functools import cache

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.conditional import unless_unchanged
from chalicelib.api.html.docs import docs_page
from chalicelib.api.html.style import page_response
from chalicelib.api.openapi.document import Node, openapi_document
from chalicelib.api.routes import READ, Answer, Route
from chalicelib.domain.measurements.metrics import MetricSet


def with_description(others: tuple[Route, ...]) -> tuple[Route, ...]:
    """`others`, and the routes that describe all of them and themselves. Nothing is made before the first request."""

    @cache
    def document(metrics: MetricSet) -> Node:
        return openapi_document(routes, metrics)

    def get_openapi(call: Call) -> Response:
        """GET /openapi.json: this description, for programs."""
        return unless_unchanged(call, {**document(call.metrics), "servers": [{"url": call.urls.base}]})

    def get_docs(call: Call) -> Response:
        """GET /docs: this description, for people."""
        page = docs_page(document(call.metrics), call.urls)
        return page_response(page)

    routes = (
        *others,
        Route(READ, "/openapi.json", get_openapi, Answer(schema="OpenApi"), is_public=True, is_conditional=True),
        Route(
            READ,
            "/docs",
            get_docs,
            Answer(headers=("Content-Security-Policy",)),
            pages=("text/html",),
            is_public=True,
        ),
    )
    return routes
