import logging
from datetime import timedelta

import pytest

from chalicelib.domain.accounts import Caller
from chalicelib.domain.idempotency import KEPT_S, LEASE_S, MAX_BODY_CHARACTERS, KeptAnswer, KeyedRequest
from chalicelib.domain.ids import new_id
from chalicelib.errors import Conflict, Invalid
from chalicelib.services.idempotency import Idempotency
from tests.fakes import START, FakeKeyedRequests, FixedClock

ADA = Caller("ada@example.org", new_id(START))
EVE = Caller("eve@example.org", new_id(START))
ANSWER = KeptAnswer(201, "https://media.example.org/jobs/1", "{}")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def idempotency(clock: FixedClock) -> Idempotency:
    return Idempotency(FakeKeyedRequests(), clock)


def _begun(idempotency: Idempotency, caller: Caller = ADA, fingerprint: str = "same") -> KeyedRequest:
    begun = idempotency.begin(caller, "key", fingerprint)
    assert isinstance(begun, KeyedRequest)
    return begun


def test_the_first_answer_is_given_again_until_a_day_has_passed(idempotency: Idempotency, clock: FixedClock) -> None:
    idempotency.finish(_begun(idempotency), ANSWER)
    clock.advance(KEPT_S - 1)
    assert idempotency.begin(ADA, "key", "same") == ANSWER
    clock.advance(1)
    _begun(idempotency)


def test_another_request_under_the_key_is_a_conflict(idempotency: Idempotency) -> None:
    begun = _begun(idempotency)
    for _ in range(2):  # while the first is being processed, and when it is done
        with pytest.raises(Conflict, match="another request") as conflict:
            idempotency.begin(ADA, "key", "other")
        assert conflict.value.retry_after_s is None
        idempotency.finish(begun, ANSWER)


def test_while_the_first_is_processed_the_second_is_to_wait(idempotency: Idempotency, clock: FixedClock) -> None:
    _begun(idempotency)
    with pytest.raises(Conflict, match="still being processed") as conflict:
        idempotency.begin(ADA, "key", "same")
    assert conflict.value.retry_after_s is not None
    clock.advance(LEASE_S)
    _begun(idempotency)


def test_what_came_to_nothing_leaves_the_key_for_a_better_request(idempotency: Idempotency) -> None:
    idempotency.release(_begun(idempotency))
    idempotency.finish(_begun(idempotency, fingerprint="other"), ANSWER)
    assert idempotency.begin(ADA, "key", "other") == ANSWER


def test_accounts_do_not_share_keys(idempotency: Idempotency) -> None:
    idempotency.finish(_begun(idempotency), ANSWER)
    _begun(idempotency, EVE)


def test_a_very_long_answer_is_not_kept_but_nothing_is_done_twice(idempotency: Idempotency) -> None:
    long = KeptAnswer(201, ANSWER.location, "x" * (MAX_BODY_CHARACTERS + 1))
    idempotency.finish(_begun(idempotency), long)
    with pytest.raises(Conflict, match=r"see https://media\.example\.org/jobs/1"):
        idempotency.begin(ADA, "key", "same")


def test_an_answer_that_cannot_be_kept_is_logged_and_no_more(
    idempotency: Idempotency, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    slow = _begun(idempotency)
    clock.advance(LEASE_S)
    quick = _begun(idempotency)
    with caplog.at_level(logging.ERROR):
        idempotency.finish(slow, ANSWER)
    assert "not kept" in caplog.text
    idempotency.finish(quick, KeptAnswer(200, None, "quick"))
    assert idempotency.begin(ADA, "key", "same") == KeptAnswer(200, None, "quick")


@pytest.mark.parametrize("key", ["", "x" * 256, "\u00e9", "a\tb", "a\nb", "\x7f"])
def test_impossible_keys(idempotency: Idempotency, key: str) -> None:
    with pytest.raises(Invalid, match="1 to 255 printable"):
        idempotency.begin(ADA, key, "same")


@pytest.mark.parametrize("key", ["x", " ~", "x" * 255])
def test_possible_keys(idempotency: Idempotency, key: str) -> None:
    assert isinstance(idempotency.begin(ADA, key, "same"), KeyedRequest)


@pytest.mark.parametrize(("until_s", "kept_s"), [(60, 60), (2 * KEPT_S, KEPT_S)])
def test_an_answer_is_kept_no_longer_than_it_is_to_be(
    idempotency: Idempotency, clock: FixedClock, until_s: int, kept_s: int
) -> None:
    idempotency.finish(_begun(idempotency), ANSWER, clock() + timedelta(seconds=until_s))
    clock.advance(kept_s - 1)
    assert idempotency.begin(ADA, "key", "same") == ANSWER
    clock.advance(1)
    _begun(idempotency)
