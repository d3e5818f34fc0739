import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.analysis.faces.appearance import Appearance
from chalicelib.analysis.faces.boxes import same_face
from chalicelib.analysis.faces.head_shape import HeadShape
from chalicelib.analysis.faces.identities import MEMORY_S, Sighting, Tracks

_FRAME_S = 0.04
_CAMERA = np.array([0.0, 0.0, -1.0])


def _box(x: float, y: float = 100.0, side: float = 50.0) -> NDArray[np.float64]:
    return np.array([x, y, x + side, y + side])


def _head(length: float = 1.0) -> HeadShape:
    """A head like any other, but for its length."""
    places = np.random.default_rng(0).normal(0.0, 0.4, (51, 3)) * np.array([1.0, length, 1.0])
    return HeadShape(places - places.mean(axis=0), _CAMERA)


def _seen(box: NDArray[np.float64], length: float = 1.0) -> Sighting:
    return Sighting(box, _head(length))


def _at(*places: float) -> list[Sighting]:
    return [_seen(_box(place)) for place in places]


def _started(*places: float, max_faces: int = 5) -> Tracks:
    tracks = Tracks(max_faces=max_faces)
    tracks.enter(0.0, 0)
    tracks.admit(_at(*places))
    return tracks


def test_identities_count_from_zero_the_largest_face_first() -> None:
    tracks = Tracks(max_faces=5)
    tracks.enter(0.0, 0)
    assert tracks.admit([_seen(_box(0, side=20)), _seen(_box(100, side=60)), _seen(_box(300, side=40))]) == [2, 0, 1]


def test_the_largest_faces_get_the_places() -> None:
    tracks = Tracks(max_faces=2)
    tracks.enter(0.0, 0)
    assert tracks.admit([_seen(_box(0, side=20)), _seen(_box(100, side=60)), _seen(_box(300, side=40))]) == [None, 0, 1]
    assert tracks.free_places() == 0


def test_a_face_on_a_live_one_is_not_taken_in() -> None:
    tracks = _started(0)
    assert tracks.admit(_at(5)) == [None]


def test_a_face_that_comes_back_in_time_keeps_its_identity() -> None:
    tracks = _started(0, 200)
    tracks.lose(1)
    tracks.enter(MEMORY_S * 0.9, 0)
    assert tracks.admit(_at(220)) == [1]


def test_a_face_that_comes_back_too_late_is_new() -> None:
    tracks = _started(0, 200)
    tracks.lose(1)
    tracks.enter(MEMORY_S * 1.1, 0)
    assert tracks.admit(_at(200)) == [2]


@pytest.mark.parametrize("box", [_box(400), _box(200, side=200), _box(215, side=15)])
def test_a_face_elsewhere_or_of_another_size_is_new(box: NDArray[np.float64]) -> None:
    tracks = _started(0, 200)
    tracks.lose(1)
    tracks.enter(_FRAME_S, 0)
    assert tracks.admit([_seen(box)]) == [2]


def test_the_nearest_lost_face_comes_back() -> None:
    tracks = _started(0, 60)
    tracks.lose(0)
    tracks.lose(1)
    tracks.enter(_FRAME_S, 0)
    assert tracks.admit(_at(45)) == [1]


def test_a_cut_ends_what_was_seen() -> None:
    tracks = _started(0)
    tracks.enter(_FRAME_S, 1)
    assert tracks.live() == []
    assert tracks.admit(_at(0)) == [1]


def test_a_scene_that_comes_back_brings_its_faces_back() -> None:
    tracks = _started(0)
    tracks.enter(_FRAME_S, 1)
    tracks.enter(2 * _FRAME_S, 0)
    assert tracks.admit(_at(0)) == [0]


def _looks(person: int) -> Appearance:
    whole, face = (np.random.default_rng(person).normal(size=count).astype(np.float32) for count in (1728, 768))
    return Appearance(whole / np.linalg.norm(whole), face / np.linalg.norm(face))


def _person(person: int, x: float) -> Sighting:
    return Sighting(_box(x), _head(), _looks(person))


def _two_persons() -> Tracks:
    tracks = Tracks(max_faces=5)
    tracks.enter(0.0, 0)
    assert tracks.admit([_person(7, 0), _person(8, 300)]) == [0, 1]
    return tracks


def test_who_takes_over_a_tile_is_new() -> None:
    tracks = _two_persons()
    tracks.enter(_FRAME_S, 0)
    tracks.lose(1, suddenly=True)
    assert tracks.admit([_person(9, 300)]) == [2]


def test_who_was_hidden_little_by_little_may_look_otherwise() -> None:
    tracks = _two_persons()
    tracks.enter(_FRAME_S, 0)
    tracks.lose(1)
    tracks.enter(0.6, 0)
    assert tracks.admit([_person(9, 300)]) == [1]


def test_two_hidden_little_by_little_are_told_apart_by_place_however_they_look() -> None:
    tracks = Tracks(max_faces=5)
    tracks.enter(0.0, 0)
    assert tracks.admit([_person(7, 0), _person(8, 40)]) == [0, 1]
    tracks.enter(_FRAME_S, 0)
    for face_id in (0, 1):
        tracks.lose(face_id)
    tracks.enter(0.6, 0)
    assert tracks.admit([_person(8, 5), _person(7, 35)]) == [0, 1]


def test_a_camera_that_was_off_for_a_while_shows_the_same_face() -> None:
    tracks = _two_persons()
    tracks.enter(_FRAME_S, 0)
    tracks.lose(1, suddenly=True)
    tracks.enter(MEMORY_S * 0.9, 0)
    assert tracks.admit([_person(8, 310)]) == [1]


@pytest.mark.parametrize("scene", [0, 1])
def test_persons_whose_tiles_change_places_keep_their_identities(scene: int) -> None:
    tracks = _two_persons()
    tracks.enter(0.1, scene)
    for face_id in (0, 1) if scene == 0 else ():
        tracks.lose(face_id, suddenly=True)
    assert tracks.admit([_person(9, 600), _person(8, 0), _person(7, 300)]) == [2, 1, 0]


def test_who_is_off_while_others_stay_comes_back() -> None:
    tracks = _two_persons()
    tracks.enter(_FRAME_S, 1)
    assert tracks.admit([_person(7, 0)]) == [0]
    tracks.enter(0.6, 1)
    assert tracks.admit([_person(8, 300)]) == [1]


def test_who_comes_back_with_what_looks_like_a_cut_keeps_the_identity() -> None:
    tracks = _two_persons()
    tracks.enter(_FRAME_S, 1)
    assert tracks.admit([_person(7, 0)]) == [0]
    tracks.enter(0.6, 1)
    tracks.see(0, _person(7, 0))
    tracks.enter(0.64, 2)
    assert tracks.admit([_person(7, 0), _person(8, 300)]) == [0, 1]


def test_who_comes_where_one_was_before_the_tiles_changed_is_new() -> None:
    tracks = _two_persons()
    tracks.enter(_FRAME_S, 1)
    assert tracks.admit([_person(7, 0), _person(9, 300)]) == [0, 2]


def test_a_picture_is_known_for_a_moment_only() -> None:
    tracks = _two_persons()
    tracks.enter(0.5, 1)
    assert tracks.admit([_person(7, 0)]) == [2]


def test_no_identity_outlives_a_dissolve() -> None:
    tracks = _two_persons()
    tracks.enter(_FRAME_S, 1, is_dissolved=True)
    assert tracks.admit([_person(7, 0)]) == [2]


def test_of_two_on_one_face_the_older_stays() -> None:
    tracks = _started(0, 200)
    tracks.see(1, _seen(_box(3)))
    assert tracks.lose_duplicates() == [1]
    assert [track.face_id for track in tracks.live()] == [0]


def test_a_face_beside_a_lost_duplicate_stays() -> None:
    tracks = _started(0, 200, 400)
    for face_id, place in enumerate((0, 20, 40)):
        tracks.see(face_id, _seen(_box(place)))
    assert tracks.lose_duplicates() == [1]
    assert [track.face_id for track in tracks.live()] == [0, 2]


def _walked(path: NDArray[np.float64]) -> Tracks:
    """Tracks that saw faces at `path` (frames, faces): the left edges of their boxes, frame by frame."""
    tracks = Tracks(max_faces=5)
    for index, places in enumerate(path):
        tracks.enter(index * _FRAME_S, 0)
        if index == 0:
            tracks.admit(_at(*places))
            continue
        for face_id, place in enumerate(places):
            tracks.see(face_id, _seen(_box(place)))
    return tracks


def test_a_face_that_goes_on_behind_something_is_found_where_it_comes_out() -> None:
    tracks = _walked(np.linspace(0, 100, 26)[:, None])
    tracks.lose(0)
    tracks.enter(1.0 + 0.8, 0)
    assert tracks.admit(_at(180)) == [0]


def test_two_who_cross_out_of_sight_are_told_apart_by_where_they_were_going() -> None:
    there, back = np.linspace(0, 100, 26), np.linspace(260, 160, 26)
    tracks = _walked(np.stack([there, back], axis=1))
    tracks.lose(0)
    tracks.lose(1)
    tracks.enter(1.0 + 1.0, 0)
    assert tracks.admit(_at(200, 60)) == [0, 1]


def test_of_two_on_one_face_the_one_stays_that_was_going_there() -> None:
    # The first is drawn along by the second, which covers it, for the last three frames.
    there, back = np.linspace(0, 100, 26), np.linspace(300, 170, 26)
    there[-3:] = back[-3:]
    tracks = _walked(np.stack([there, back], axis=1))
    assert tracks.lose_duplicates() == [0]
    assert [track.face_id for track in tracks.live()] == [1]


def test_a_head_of_other_proportions_is_another_face() -> None:
    tracks = _started(0)
    tracks.lose(0)
    tracks.enter(_FRAME_S, 0)
    assert tracks.admit([_seen(_box(0), length=1.3)]) == [1]


def test_of_two_that_return_at_once_each_takes_the_nearest() -> None:
    tracks = _started(0, 60)
    tracks.lose(0)
    tracks.lose(1)
    tracks.enter(_FRAME_S, 0)
    assert tracks.admit(_at(62, 2)) == [1, 0]


_PLACES = st.lists(st.integers(0, 40), max_size=6)
_STEPS = st.lists(
    st.tuples(st.floats(0.0, 0.6), st.integers(0, 2), _PLACES, st.lists(st.integers(0, 30), max_size=3)),
    max_size=40,
)


@given(_STEPS, st.integers(1, 4))
def test_identities_are_unique_and_never_given_twice(
    steps: list[tuple[float, int, list[int], list[int]]], max_faces: int
) -> None:
    tracks = Tracks(max_faces=max_faces)
    time_s, given_new, forgotten = 0.0, 0, set[int]()
    for elapsed_s, scene, places, losses in steps:
        time_s += elapsed_s
        tracks.enter(time_s, scene)
        for face_id in losses:
            if face_id in {track.face_id for track in tracks.live()}:
                tracks.lose(face_id)
        kept = {track.face_id for track in [*tracks.live(), *tracks.lost()]}
        before = {track.face_id for track in tracks.live()}
        admitted = [
            face_id for face_id in tracks.admit(_at(*(10.0 * place for place in places))) if face_id is not None
        ]
        live = [track.face_id for track in tracks.live()]
        assert live == sorted(set(live))
        assert len(live) <= max_faces
        assert len(set(admitted)) == len(admitted)
        assert not before & set(admitted)
        assert not forgotten & set(admitted)
        fresh = sorted(face_id for face_id in admitted if face_id >= given_new)
        assert fresh == list(range(given_new, given_new + len(fresh)))
        assert {face_id for face_id in admitted if face_id < given_new} <= kept
        given_new += len(fresh)
        forgotten = set(range(given_new)) - {track.face_id for track in tracks._tracks.values()}


@given(_STEPS, st.integers(1, 4))
def test_what_is_kept_is_bounded(steps: list[tuple[float, int, list[int], list[int]]], max_faces: int) -> None:
    tracks = Tracks(max_faces=max_faces)
    time_s = 0.0
    for elapsed_s, scene, places, _ in steps:
        time_s += elapsed_s
        tracks.enter(time_s, scene)
        assert len(tracks._tracks) <= 2 * max_faces
        tracks.admit(_at(*(10.0 * place for place in places)))
        live = tracks.live()
        boxes = np.array([track.box for track in live]).reshape(-1, 4)
        assert same_face(boxes, boxes).sum() == len(live)


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=50))
def test_a_face_that_is_always_seen_keeps_its_identity(moves: list[float]) -> None:
    tracks = _started(1000)
    place = 1000.0
    for index, move in enumerate(moves):
        tracks.enter(_FRAME_S * (index + 1), 0)
        place += move
        tracks.see(0, _seen(_box(place)))
        assert tracks.lose_duplicates() == []
        assert tracks.admit(_at(place)) == [None]
    assert [track.face_id for track in tracks.live()] == [0]
