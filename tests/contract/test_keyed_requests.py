"""The promises of `KeyedRequestStore`."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from chalicelib.domain.idempotency import KEPT_S, LEASE_S, KeptAnswer, KeyedRequest, new_keyed_request
from chalicelib.errors import StaleWrite
from chalicelib.services.ports import KeyedRequestStore
from tests.contract.samples import ACCOUNT, OTHER_ACCOUNT
from tests.fakes import START, FakeKeyedRequests, FixedClock, as_kept

_ANSWER = KeptAnswer(201, "https://media.example.org/jobs/1", '{"name":"\\u00e9"}', "1")


def _request(owner: str, *, key: str = "key #1", account_id: str = ACCOUNT, age_s: float = 0.0) -> KeyedRequest:
    now = FixedClock(START).advance(-age_s)
    return as_kept(new_keyed_request(account_id, key, "fingerprint", owner=owner, now=now))


def test_a_key_is_claimed_once(keyed_requests: KeyedRequestStore) -> None:
    first = _request("first")
    assert keyed_requests.claim(first, START) is None
    assert keyed_requests.claim(_request("second"), START) == first


def test_a_claim_that_is_sent_again_meets_itself(keyed_requests: KeyedRequestStore) -> None:
    """boto3 repeats a write whose response was lost: the first one arrived."""
    first = _request("first")
    for _ in range(2):
        assert keyed_requests.claim(first, START) is None
    assert keyed_requests.claim(_request("second"), START) == first


def test_other_keys_and_accounts_are_apart(keyed_requests: KeyedRequestStore) -> None:
    assert keyed_requests.claim(_request("1"), START) is None
    assert keyed_requests.claim(_request("2", key="key #2"), START) is None
    assert keyed_requests.claim(_request("3", account_id=OTHER_ACCOUNT), START) is None


@pytest.mark.parametrize("answer", [_ANSWER, KeptAnswer(204, None, ""), KeptAnswer(201, "u", None, "1")])
def test_an_answer_is_kept_beyond_the_lease_and_not_beyond_its_time(
    keyed_requests: KeyedRequestStore, answer: KeptAnswer
) -> None:
    request = _request("first")
    keyed_requests.claim(request, START)
    keyed_requests.save(request.answered(answer))
    clock = FixedClock()
    for seconds in (LEASE_S + 1, KEPT_S - LEASE_S - 3):
        found = keyed_requests.claim(_request("second"), clock.advance(seconds))
        assert found is not None
        assert found.answer == answer
    assert keyed_requests.claim(_request("second"), clock.advance(4)) is None


def test_a_request_that_died_frees_its_key_after_the_lease(keyed_requests: KeyedRequestStore) -> None:
    keyed_requests.claim(_request("first"), START)
    clock = FixedClock()
    assert keyed_requests.claim(_request("second"), clock.advance(LEASE_S - 1)) is not None
    assert keyed_requests.claim(_request("second"), clock.advance(1)) is None


def test_responses_go_with_their_subject_and_leave_the_keys_taken(keyed_requests: KeyedRequestStore) -> None:
    def answered(key: str, subject_id: str, account_id: str = ACCOUNT) -> KeyedRequest:
        request = _request(key, key=key, account_id=account_id)
        keyed_requests.claim(request, START)
        keyed_requests.save(request.answered(replace(_ANSWER, subject_id=subject_id)))
        return request

    def kept(request: KeyedRequest, key: str) -> KeptAnswer | None:
        found = keyed_requests.claim(_request("again", key=key, account_id=request.account_id), START)
        assert found is not None  # nothing is done twice
        return found.answer

    several = {f"several {number}": answered(f"several {number}", "1") for number in range(30)}
    others = {"longer": answered("longer", "10"), "foreign": answered("foreign", "1", OTHER_ACCOUNT)}
    for _ in range(2):
        keyed_requests.delete_responses(ACCOUNT, "1")
    assert {kept(request, key) for key, request in several.items()} == {replace(_ANSWER, body=None)}
    assert [getattr(kept(request, key), "body", None) for key, request in others.items()] == [_ANSWER.body] * 2


def test_the_clients_key_is_not_stored() -> None:
    assert "Lovelace" not in repr(_request("first", key="Ada Lovelace.mp4"))


def test_a_request_that_came_to_nothing_frees_its_key_at_once(keyed_requests: KeyedRequestStore) -> None:
    request = _request("first")
    keyed_requests.claim(request, START)
    keyed_requests.save(request.given_up(START))
    assert keyed_requests.claim(_request("second"), START) is None


def test_who_lost_the_key_cannot_save(keyed_requests: KeyedRequestStore) -> None:
    first, second = _request("first"), _request("second")
    with pytest.raises(StaleWrite):
        keyed_requests.save(first)
    keyed_requests.claim(first, START)
    clock = FixedClock()
    keyed_requests.claim(second, clock.advance(LEASE_S))
    with pytest.raises(StaleWrite):
        keyed_requests.save(first.answered(_ANSWER))
    keyed_requests.save(replace(second, answer=_ANSWER))


def test_of_many_claims_at_once_the_fake_lets_one_win() -> None:
    # moto in this process is not safe for threads; tests/api/test_idempotency_on_embedded_aws.py has it behind its lock
    keyed_requests = FakeKeyedRequests()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: keyed_requests.claim(_request(str(number)), START), range(64)))
    assert found.count(None) == 1
