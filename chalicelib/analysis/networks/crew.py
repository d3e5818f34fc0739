"""Threads that take parts of the same work: a network's questions about several faces, or several windows."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

from chalicelib.analysis.networks.machine import processors

Question = TypeVar("Question")
Answer = TypeVar("Answer")

MOST_HANDS = 4
"""More would wait for each other: what lies between the networks' runs holds Python's lock."""


class Crew:
    """The caller and up to three more threads, one for each processor. The threads start when they are first
    needed and end with the crew; any number of threads may give it work at a time."""

    def __init__(self, hands: int | None = None) -> None:
        """`hands`: the number of threads, including the caller; by default the number of processors."""
        self.hands = hands or min(processors(), MOST_HANDS)

    def divide(
        self, work: Callable[[Sequence[Question]], Sequence[Answer]], questions: Sequence[Question]
    ) -> list[Answer]:
        """`work` gives one answer for each question it is asked; here it is asked for equal parts of `questions` at a
        time. The answers come in the order of the questions. Raises what `work` raises, when all parts have ended."""
        parts = _parts(questions, self.hands)
        if len(parts) < 2:
            return list(work(questions)) if questions else []
        others = [self._threads.submit(work, part) for part in parts[1:]]
        try:
            answers = list(work(parts[0]))
        finally:
            # The caller may close the data of the parts as soon as this returns.
            failures = [other.exception() for other in others]
        for failure in failures:
            if failure is not None:
                raise failure
        for other in others:
            answers += other.result()
        return answers

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.hands - 1, thread_name_prefix="crew")


def _parts(questions: Sequence[Question], most: int) -> list[Sequence[Question]]:
    """As many as `most`, none empty, whose sizes differ by one at the most."""
    count = min(most, len(questions))
    ends = [len(questions) * index // count for index in range(count + 1)] if count else []
    return [questions[start:end] for start, end in pairwise(ends)]
