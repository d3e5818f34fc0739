"""The faces of a result after its corrections."""

import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.faces.corrections import MAX_CORRECTIONS, MAX_FACE_ID, Action, Correction
from chalicelib.domain.faces.face_index import MAX_SPANS, FaceIndex, FaceIndexBuilder
from chalicelib.domain.faces.face_plan import FacePlan, plan_faces
from chalicelib.domain.measurements.metrics import FaceMetrics, FrameMetrics
from chalicelib.errors import Invalid

# A letter is a frame: face 0 leaves and comes back as 2, face 1 is there nearly all the time, no one is at the end.
SEEN = ["0", "01", "01", "1", "1", "12", "12", "2", ""]
FRAMES = [
    FrameMetrics(float(number), tuple(FaceMetrics(int(each), {}) for each in ids)) for number, ids in enumerate(SEEN)
]


def index_of(frames: Sequence[FrameMetrics]) -> FaceIndex:
    builder = FaceIndexBuilder()
    for frame in frames:
        builder.add(frame)
    index = builder.index()
    assert index is not None
    return index


def seen_in(plan: FacePlan, frames: Sequence[FrameMetrics] = FRAMES) -> list[str]:
    return ["".join(str(face.face_id) for face in frame.faces) for frame in plan.applied(frames)]


def planned(*corrections: Correction) -> FacePlan:
    return plan_faces(index_of(FRAMES), corrections)


def name(face_id: int, text: str | None) -> Correction:
    return Correction(Action.NAME, face_id, name=text)


def merge(face_id: int, into: int) -> Correction:
    return Correction(Action.MERGE, face_id, into=into)


def split(face_id: int, at_s: float, new_face_id: int | None = None) -> Correction:
    return Correction(Action.SPLIT, face_id, at_s=at_s, new_face_id=new_face_id)


def ignore(face_id: int) -> Correction:
    return Correction(Action.IGNORE, face_id)


def test_nothing_changes_nothing() -> None:
    assert list(planned().applied(FRAMES)) == FRAMES


def test_each_action() -> None:
    assert seen_in(planned(merge(2, into=0))) == ["0", "01", "01", "1", "1", "01", "01", "0", ""]
    assert seen_in(planned(split(1, at_s=3.5))) == ["0", "01", "01", "1", "3", "23", "23", "2", ""]
    assert seen_in(planned(split(1, at_s=3.0))) == ["0", "01", "01", "3", "3", "23", "23", "2", ""]
    assert seen_in(planned(ignore(1))) == ["0", "0", "0", "", "", "2", "2", "2", ""]


def test_corrections_apply_to_what_earlier_ones_have_left() -> None:
    plan = planned(split(1, 4.0), merge(3, into=0), name(0, "Anna"), ignore(1))
    assert seen_in(plan) == ["0", "0", "0", "", "0", "02", "02", "2", ""]
    assert [(face.face_id, face.name, face.first_seen_s, face.last_seen_s, face.frames) for face in plan.faces()] == [
        (0, "Anna", 0.0, 6.0, 6),
        (2, None, 5.0, 7.0, 3),
    ]
    assert plan.corrections[0] == split(1, 4.0, new_face_id=3)


def test_a_split_gets_the_next_free_id_or_the_one_that_is_wished_for() -> None:
    plan = planned(split(1, 2.0), split(3, 4.0, new_face_id=9), split(9, 6.0))
    assert [correction.new_face_id for correction in plan.corrections] == [3, 9, 10]
    assert planned(*plan.corrections[:1]).corrections == plan.corrections[:1]


def test_a_merged_face_has_the_name_of_the_one_it_joins_or_its_own() -> None:
    assert planned(name(2, "Anna"), merge(2, into=0)).names == {0: "Anna"}
    assert planned(name(2, "Anna"), name(0, "Ann"), merge(2, into=0)).names == {0: "Ann"}
    assert planned(name(0, "Anna"), name(0, None)).names == {}
    assert planned(name(0, "Anna"), ignore(0), name(1, "Anna")).names == {1: "Anna"}


@pytest.mark.parametrize(
    ("corrections", "sentence"),
    [
        ([name(7, "x")], "There is no face 7 in this result; use an id that its files have"),
        ([merge(0, into=7)], "no face 7"),
        ([merge(0, into=0)], "Face 0 cannot be merged into itself"),
        ([merge(0, into=1)], "Faces 0 and 1 are both seen at 1 s, so they are not one person"),
        ([merge(2, into=0), ignore(2)], "Face 2 was merged or ignored by an earlier correction"),
        ([split(0, 0.0)], "Face 0 is seen from 0 s to 2 s and cannot be split at 0 s"),
        ([split(0, 2.1)], "cannot be split at 2.1 s; give a time after the first and not after the last"),
        ([split(1, 3.0, new_face_id=2)], "has a face 2 already"),
        ([split(1, 3.0, new_face_id=MAX_FACE_ID), split(1, 2.0)], "Face ids end at 999999999"),
        ([name(0, "Anna"), name(1, "Anna")], "Face 0 is called Anna already; merge the two"),
    ],
)
def test_the_impossible_is_refused_with_a_reason(corrections: list[Correction], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        planned(*corrections)


_IDS = st.integers(0, 6)
_STEPS = st.one_of(
    st.builds(merge, _IDS, _IDS),
    st.builds(split, _IDS, st.integers(0, 12).map(lambda half: half / 2)),
    st.builds(ignore, _IDS),
)


@given(st.lists(st.sets(st.integers(0, 3)), max_size=12), st.lists(_STEPS, max_size=6))
def test_a_frame_never_has_a_face_twice_and_none_appears_from_nowhere(
    seen: list[set[int]], steps: list[Correction]
) -> None:
    frames = [
        FrameMetrics(number / 2, tuple(FaceMetrics(face_id, {"was": float(face_id)}) for face_id in sorted(ids)))
        for number, ids in enumerate(seen)
    ]
    index, possible = index_of(frames), list[Correction]()
    for step in steps:
        try:
            plan_faces(index, (*possible, step))
        except Invalid:
            continue
        possible.append(step)
    plan = plan_faces(index, possible)
    made = list(plan.applied(frames))
    ignored = any(step.action is Action.IGNORE for step in possible)
    for before, after in zip(frames, made, strict=True):
        ids = [face.face_id for face in after.faces]
        assert ids == sorted(set(ids))
        kept = {face.values["was"] for face in after.faces}
        assert kept <= {face.values["was"] for face in before.faces}
        assert ignored or len(kept) == len(before.faces)
    counted = {face.face_id: face.frames for face in plan.faces()}
    found = [face.face_id for frame in made for face in frame.faces]
    assert counted == {face_id: found.count(face_id) for face_id in set(found)}


def test_nearly_as_many_splits_as_there_may_be_are_planned_at_once() -> None:
    """A face that is seen in every other frame has as many spans as an index may hold."""
    count = MAX_SPANS // 2
    index = FaceIndex(
        [number / 30 for number in range(2 * count)], {0: [(2 * each, 2 * each) for each in range(count)]}
    )
    step_s = count / 15 / MAX_CORRECTIONS
    splits = [split(99 + each if each else 0, step_s * (each + 1), 100 + each) for each in range(190)]
    began_s = time.process_time()
    plan = plan_faces(index, splits)
    assert time.process_time() - began_s < 0.5
    assert sum(face.frames for face in plan.faces()) == count
