"""Notifications to URLs that clients name."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.domain.webhooks import Outcome, WebhookSecret
from chalicelib.errors import StaleWrite
from tests.fakes.kept import as_kept


class FakeWebhookSecrets:
    """The port `WebhookSecretStore`."""

    def __init__(self) -> None:
        self._rows: dict[str, WebhookSecret] = {}
        self._lock = threading.Lock()

    def get(self, account_id: str) -> WebhookSecret | None:
        with self._lock:
            return self._rows.get(account_id)

    def save(self, secret: WebhookSecret) -> None:
        with self._lock:
            there = self._rows.get(secret.account_id)
            if secret.version != (1 if there is None else there.version + 1):
                raise StaleWrite(f"the webhook secret was written since version {secret.version - 1}")
            self._rows[secret.account_id] = as_kept(secret)


@dataclass(frozen=True, slots=True)
class SentWebhook:
    """A request that `FakeWebhooks` was given to send."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class FakeWebhooks:
    """The port `WebhookSender`. `outcomes` come one after the other, the last one stays; `while_sending` is called
    during every attempt."""

    def __init__(self) -> None:
        self.sent: list[SentWebhook] = []
        self.outcomes: list[Outcome] = [Outcome(status_code=204)]
        self.while_sending: Callable[[], object] = lambda: None

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        self.sent.append(SentWebhook(url, headers, body))
        self.while_sending()
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
