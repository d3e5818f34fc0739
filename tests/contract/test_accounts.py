"""The promises of `AccountStore`."""

from dataclasses import replace

import pytest

from chalicelib.domain.accounts import AccountSettings
from chalicelib.errors import StaleWrite
from chalicelib.services.ports import AccountStore
from tests.contract.samples import ACCOUNT, OTHER_ACCOUNT

_FIRST = AccountSettings(ACCOUNT, retention_s=86_400)


def test_what_was_decided_is_read_back_for_its_account_only(accounts: AccountStore) -> None:
    assert accounts.get(ACCOUNT) is None
    accounts.save(_FIRST)
    assert accounts.get(ACCOUNT) == _FIRST
    assert accounts.get(OTHER_ACCOUNT) is None


def test_of_two_who_decide_first_one_does(accounts: AccountStore) -> None:
    accounts.save(_FIRST)
    with pytest.raises(StaleWrite):
        accounts.save(replace(_FIRST, retention_s=1))
    assert accounts.get(ACCOUNT) == _FIRST


def test_a_decision_replaces_the_version_before(accounts: AccountStore) -> None:
    with pytest.raises(StaleWrite):
        accounts.save(replace(_FIRST, version=2))
    accounts.save(_FIRST)
    undecided = replace(_FIRST, retention_s=None, version=2)
    accounts.save(undecided)
    for version in (1, 2, 4):
        with pytest.raises(StaleWrite):
            accounts.save(replace(_FIRST, version=version))
    assert accounts.get(ACCOUNT) == undecided
