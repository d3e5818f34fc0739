"""The webhooks of the description."""

from collections.abc import Mapping

from chalicelib.api.openapi.terms import Schema, ref
from chalicelib.api.responses import JSON_CONTENT_TYPE
from chalicelib.domain.webhooks import DELIVERY_HEADER, RETRIED_AFTER_S, SIGNATURE_HEADER, USER_AGENT

NOTIFICATION_HEADERS: Mapping[str, Schema] = {
    DELIVERY_HEADER: {
        "description": "The id of the notification: the same for every attempt. Process each id once.",
        "schema": {"type": "string"},
        "example": "01kg9p5xn2d7q4s8v0w3y6z1ab",
    },
    SIGNATURE_HEADER: {
        "description": "`t`, seconds since 1970, and `v1`, HMAC-SHA256 in hex of `<t>.<body>` with the secret of your "
        "account. Check it against the raw bytes of the body, and reject old timestamps.",
        "schema": {"type": "string", "pattern": "^t=[0-9]+,v1=[0-9a-f]{64}$"},
        "example": f"t=1769851800,v1={'0a' * 32}",
    },
    "User-Agent": {"description": "The sender.", "schema": {"type": "string"}, "example": USER_AGENT},
}


def webhooks() -> dict[str, object]:
    """The member `webhooks` of the description. It has no tag: openapi-generator would write over the routes of it."""
    pauses = ", ".join(f"{pause_s:g}" for pause_s in RETRIED_AFTER_S)
    operation = {
        "operationId": "job_ended",
        "summary": "A job has ended. Sent to the callback_url of the job.",
        "description": "Respond within 10 seconds; its body is not read, and redirects are not followed. "
        f"A failed notification is sent again after {pauses} seconds, then dropped.",
        "security": [],
        "parameters": [
            {"name": name, "in": "header", "required": True, **header} for name, header in NOTIFICATION_HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {JSON_CONTENT_TYPE: {"schema": ref("Notification")}}},
        "responses": {
            "2XX": {"description": "Received."},
            "default": {"description": "Failed; the notification is sent again."},
        },
    }
    return {"job.ended": {"post": operation}}
