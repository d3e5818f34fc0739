"""The promises of `DeadLetterStore`."""

from dataclasses import replace

from chalicelib.domain.dead_letters import DeadLetter
from chalicelib.domain.ids import new_id
from chalicelib.services.ports import DeadLetterStore
from tests.contract.samples import ACCOUNT, OTHER_ACCOUNT
from tests.fakes import START, as_kept


def test_a_run_is_noted_once_and_taken_away(dead_letters: DeadLetterStore) -> None:
    letter = as_kept(DeadLetter(ACCOUNT, new_id(START), 1, START))
    others = [replace(letter, run=2), replace(letter, account_id=OTHER_ACCOUNT)]
    for each in (letter, *others, letter):
        dead_letters.add(each)
    assert sorted(dead_letters.list(), key=str) == sorted([letter, *others], key=str)
    for _ in range(2):
        dead_letters.remove(letter)
    assert sorted(dead_letters.list(), key=str) == sorted(others, key=str)
