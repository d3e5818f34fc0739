from lab.rendered_faces.folds import FOLDS, activation


def test_every_group_of_folds_has_an_activation() -> None:
    assert set(activation({})) == set(FOLDS)


def test_a_face_at_rest_folds_nothing() -> None:
    assert set(activation({}).values()) == {0.0}


def test_the_sides_mirror_each_other() -> None:
    for name, lines in FOLDS.items():
        if name.endswith("_L"):
            mirrored = tuple(tuple((-x, y) for x, y in line) for line in lines)
            assert FOLDS[f"{name[:-2]}_R"] == mirrored


def test_a_movement_of_one_side_folds_that_side_alone() -> None:
    active = activation({"noseSneer_L": 1.0})
    assert active["side of the nose_L"] == 1.0
    assert active["side of the nose_R"] == 0.0
    assert active["cheek_R"] == 0.0


def test_knit_brows_fold_the_skin_between_them() -> None:
    active = activation({"browKnit_L": 1.0, "browKnit_R": 1.0})
    assert active["between brows_L"] == active["between brows_R"] == 1.0
    assert active["middle of the forehead"] == 0.0
