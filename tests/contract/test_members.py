"""The promises of `MemberStore`."""

from chalicelib.domain.batches import MAX_MEMBERS, BatchInput, input_rows, member_rows
from chalicelib.services.ports import MemberStore
from tests.contract.samples import ACCOUNT, ODD_TEXTS, OTHER_ACCOUNT

_INPUTS = tuple(BatchInput(f"{place} {text}"[:255], size_bytes=place + 1) for place, text in enumerate(ODD_TEXTS * 12))


def _create(members: MemberStore, batch_id: str = "batch", account_id: str = ACCOUNT) -> None:
    inputs = input_rows(account_id, batch_id, _INPUTS)
    members.create(member_rows(account_id, batch_id, len(_INPUTS)), inputs)


def test_rows_come_in_order_and_by_account(members: MemberStore) -> None:
    _create(members)
    _create(members, "batch2")
    _create(members, account_id=OTHER_ACCOUNT)
    rows = members.list(ACCOUNT, "batch")
    assert [(row.part, row.count, row.first) for row in rows] == [(0, 100, 0), (1, 32, 100)]
    assert rows[1].missing == tuple(range(100, 132))
    found = members.inputs(ACCOUNT, "batch", 1)
    assert found is not None
    assert found.inputs == _INPUTS[100:]
    members.delete(ACCOUNT, "batch")
    members.delete(ACCOUNT, "batch")
    assert members.list(ACCOUNT, "batch") == ()
    assert members.inputs(ACCOUNT, "batch", 0) is None
    assert len(members.list(OTHER_ACCOUNT, "batch")) == 2
    assert members.inputs(ACCOUNT, "batch2", 0) is not None


def test_a_thousand_long_urls_fit(members: MemberStore) -> None:
    inputs = tuple(BatchInput("x" * 255, f"https://example.org/{'%F0' * 676}") for _ in range(MAX_MEMBERS))
    members.create(member_rows(ACCOUNT, "batch", MAX_MEMBERS), input_rows(ACCOUNT, "batch", inputs))
    last = members.inputs(ACCOUNT, "batch", 9)
    assert last is not None
    assert last.inputs == inputs[900:]


def test_new_marks_leave_those_that_are_there(members: MemberStore) -> None:
    _create(members)
    row = members.list(ACCOUNT, "batch")[1]
    assert members.mark(ACCOUNT, "batch", 101, 47)
    members.add(row, dict.fromkeys(range(100, 125), 0))
    marks = members.list(ACCOUNT, "batch")[1].marks
    assert marks == {**{str(index): 0 for index in range(100, 125)}, "101": 47}
    members.delete(ACCOUNT, "batch")
    members.add(row, {100: 0})
    assert members.list(ACCOUNT, "batch") == ()


def test_a_mark_never_falls(members: MemberStore) -> None:
    _create(members)
    assert members.mark(ACCOUNT, "batch", 5, 20)
    assert not members.mark(ACCOUNT, "batch", 5, 20)
    assert not members.mark(ACCOUNT, "batch", 5, 13)
    assert members.mark(ACCOUNT, "batch", 5, 31)
    assert members.list(ACCOUNT, "batch")[0].marks == {"5": 31}
    assert not members.mark(ACCOUNT, "no batch", 5, 31)
    assert not members.mark(OTHER_ACCOUNT, "batch", 5, 41)


def test_inputs_are_removed_part_by_part(members: MemberStore) -> None:
    _create(members)
    members.delete_inputs(ACCOUNT, "batch", 0)
    members.delete_inputs(ACCOUNT, "batch", 0)
    assert members.inputs(ACCOUNT, "batch", 0) is None
    assert members.inputs(ACCOUNT, "batch", 1) is not None
    assert len(members.list(ACCOUNT, "batch")) == 2
