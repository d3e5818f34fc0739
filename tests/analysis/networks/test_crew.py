import threading
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.networks.crew import MOST_HANDS, Crew


@given(st.lists(st.integers(), max_size=30), st.integers(1, 5))
def test_every_question_is_answered_in_its_order(questions: list[int], hands: int) -> None:
    asked: list[int] = []

    def double(part: Sequence[int]) -> list[int]:
        assert part
        asked.append(len(part))
        return [2 * each for each in part]

    assert Crew(hands).divide(double, questions) == [2 * each for each in questions]
    assert len(asked) <= hands
    assert max(asked, default=0) - min(asked, default=0) <= 1


def test_the_parts_are_worked_at_beside_each_other() -> None:
    meeting = threading.Barrier(2, timeout=10)

    def meet(part: Sequence[int]) -> list[int]:
        meeting.wait()
        return list(part)

    assert Crew(2).divide(meet, [1, 2]) == [1, 2]


@pytest.mark.parametrize("culprit", [0, 3])
def test_what_goes_wrong_rises_when_all_parts_have_ended(culprit: int) -> None:
    ended: list[int] = []

    def fail(part: Sequence[int]) -> list[int]:
        if culprit in part:
            raise ValueError("no answer")
        ended.extend(part)
        return list(part)

    with pytest.raises(ValueError, match="no answer"):
        Crew(2).divide(fail, [0, 1, 2, 3])
    assert len(ended) == 2


def test_one_question_needs_no_thread() -> None:
    threads = threading.active_count()
    assert Crew(4).divide(list, [1]) == [1]
    assert Crew(1).divide(list, [1, 2, 3]) == [1, 2, 3]
    assert threading.active_count() == threads


def test_several_may_give_it_work_at_a_time() -> None:
    crew = Crew(2)
    found: dict[int, list[int]] = {}
    givers = [
        threading.Thread(target=lambda start=start: found.update({start: crew.divide(list, range(start, start + 50))}))
        for start in range(8)
    ]
    for giver in givers:
        giver.start()
    for giver in givers:
        giver.join()
    assert found == {start: list(range(start, start + 50)) for start in range(8)}


def test_there_are_no_more_hands_than_processors_or_four() -> None:
    assert 1 <= Crew().hands <= MOST_HANDS
