"""The promises of `WebhookSecretStore`."""

from dataclasses import replace

import pytest

from chalicelib.domain.webhooks import WebhookSecret, new_secret
from chalicelib.errors import StaleWrite
from chalicelib.services.ports import WebhookSecretStore
from tests.contract.samples import ACCOUNT, OTHER_ACCOUNT
from tests.fakes import START, as_kept

_FIRST = as_kept(WebhookSecret(ACCOUNT, new_secret(), START))


def test_a_secret_is_read_back_by_its_account_only(webhook_secrets: WebhookSecretStore) -> None:
    assert webhook_secrets.get(ACCOUNT) is None
    webhook_secrets.save(_FIRST)
    assert webhook_secrets.get(ACCOUNT) == _FIRST
    assert webhook_secrets.get(OTHER_ACCOUNT) is None


def test_there_is_one_first(webhook_secrets: WebhookSecretStore) -> None:
    webhook_secrets.save(_FIRST)
    with pytest.raises(StaleWrite):
        webhook_secrets.save(replace(_FIRST, secret=new_secret()))
    assert webhook_secrets.get(ACCOUNT) == _FIRST


def test_a_secret_replaces_the_version_before(webhook_secrets: WebhookSecretStore) -> None:
    with pytest.raises(StaleWrite):
        webhook_secrets.save(replace(_FIRST, version=2))
    webhook_secrets.save(_FIRST)
    second = replace(_FIRST, secret=new_secret(), version=2)
    webhook_secrets.save(second)
    for version in (1, 2, 4):
        with pytest.raises(StaleWrite):
            webhook_secrets.save(replace(_FIRST, version=version))
    assert webhook_secrets.get(ACCOUNT) == second
