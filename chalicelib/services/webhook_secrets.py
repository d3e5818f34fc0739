"""The secrets that accounts' notifications are signed with."""

from dataclasses import replace

from chalicelib.domain.webhooks import WebhookSecret, new_secret
from chalicelib.errors import StaleWrite
from chalicelib.services.ports import Clock, WebhookSecretStore


class WebhookSecrets:
    """One secret per account, made when it is first asked for."""

    def __init__(self, store: WebhookSecretStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def get(self, account_id: str) -> WebhookSecret:
        """The account's secret."""
        there = self._store.get(account_id)
        if there is not None:
            return there
        first = WebhookSecret(account_id, new_secret(), self._clock())
        try:
            self._store.save(first)
        except StaleWrite:  # another request was first, and the account has one secret
            return self.get(account_id)
        return first

    def rotate(self, account_id: str) -> WebhookSecret:
        """A new secret in the place of the old one, which signs nothing any more. Raises `StaleWrite`."""
        there = self.get(account_id)
        rotated = replace(there, secret=new_secret(), created=self._clock(), version=there.version + 1)
        self._store.save(rotated)
        return rotated
