"""Webhooks: callback URLs, and the secret that signs notifications."""

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.documents import webhook_secret_document
from chalicelib.api.responses import created, json_response
from chalicelib.api.routes import READ, Answer, Route
from chalicelib.domain.webhooks import Webhook, make_webhook
from chalicelib.errors import Invalid


def webhook_of(call: Call, callback_url: str | None) -> Webhook | None:
    """The webhook that a new job asks for. Raises `Invalid` for a URL that nothing can be sent to.

    Makes the account's secret: the function that sends notifications may not.
    """
    webhook = make_webhook(callback_url, call.urls.jobs())
    if webhook is not None and call.services.settings.delivery_queue_url is None:
        raise Invalid("This deployment sends no notifications; leave the callback_url out and poll the job.")
    if webhook is not None:
        call.services.webhook_secrets.get(call.caller.account_id)
    return webhook


def get_webhook_secret(call: Call) -> Response:
    """GET /webhook_secret: the secret of the caller's account, created at the first request."""
    secret = call.services.webhook_secrets.get(call.caller.account_id)
    return json_response(webhook_secret_document(secret, call.urls))


def rotate_webhook_secret(call: Call) -> Response:
    """POST /webhook_secret: replaces the secret; the new one signs from now on; 201."""
    secret = call.services.webhook_secrets.rotate(call.caller.account_id)
    return created(webhook_secret_document(secret, call.urls))


ROUTES = (
    Route(READ, "/webhook_secret", get_webhook_secret, Answer(200, "WebhookSecret")),
    Route(("POST",), "/webhook_secret", rotate_webhook_secret, Answer(201, "WebhookSecret"), is_secret=True),
)
