"""Notifications to URLs that clients name."""

from collections.abc import Mapping
from typing import Protocol

from chalicelib.domain.webhooks import Outcome, WebhookSecret


class WebhookSecretStore(Protocol):
    """The secrets of accounts."""

    def get(self, account_id: str) -> WebhookSecret | None:
        """The account's secret, None before there is one."""

    def save(self, secret: WebhookSecret) -> None:
        """Writes the secret in the place of version `secret.version - 1`, or as the first. Raises `StaleWrite`."""


class WebhookSender(Protocol):
    """The way to receivers of notifications."""

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """POSTs `body` to an https URL within some seconds. External errors are outcomes, not exceptions."""
