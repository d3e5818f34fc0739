import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.skin_patches import _MIDDLE as _MIDDLE_PLACES
from chalicelib.analysis.expressions.skin_patches import SIZE, _cells, skin_patches, surroundings
from chalicelib.analysis.faces.mesh import Crop, FaceMesh
from chalicelib.analysis.faces.rigid_face import _INDICES, _PLACES

_EYE_DISTANCE_PX = 75.0
_MIDDLE = np.array([95.5, 70.0, 0.0])


def _sample(seed: int = 1) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).uniform(60, 200, (24, 24, 3)).astype(np.float32)
    return np.asarray(cv2.resize(noise, (192, 192), interpolation=cv2.INTER_CUBIC).clip(0, 255), dtype=np.uint8)


def _face(sample: NDArray[np.uint8], *, crop: Crop | None = None) -> FaceMesh:
    """A face that looks into the camera, in the middle of the sample, whose pixels are numbered 0 to 191."""
    points = np.tile(_MIDDLE, (478, 1))
    points[_INDICES] += _PLACES * _EYE_DISTANCE_PX
    for point, offset in {
        61: (-25.0, 60.0, 0.0),
        291: (25.0, 60.0, 0.0),
        13: (0.0, 60.0, 0.0),
        200: (0.0, 85.0, 0.0),
    }.items():
        points[point] = np.add(_MIDDLE, offset)
    return FaceMesh(points, 1.0, sample, crop or Crop(96.0, 96.0, 192.0, 0.0))


def test_surroundings_are_opencvs_blur_to_the_last_bit() -> None:
    numbers = np.random.default_rng(0)
    noise = [numbers.integers(0, 256, size, dtype=np.uint8) for size in numbers.integers(24, 192, (100, 2))]
    for grey in (*noise, _sample()[20:180, 24:170, 1], np.full((24, 24), 255, dtype=np.uint8)):
        np.testing.assert_array_equal(surroundings(grey), cv2.GaussianBlur(grey, (9, 9), 2.0))


def test_the_mirror_image_has_the_same_even_numbers_and_opposite_odd_ones() -> None:
    sample = _sample()
    mirrored = np.ascontiguousarray(sample[:, ::-1])
    even, odd = skin_patches([_face(sample), _face(mirrored)])
    np.testing.assert_allclose(even[0], even[1], atol=0.35)
    np.testing.assert_allclose(odd[0], -odd[1], atol=0.35)
    assert np.corrcoef(even[0], even[1])[0, 1] > 0.99
    assert np.corrcoef(odd[0], -odd[1])[0, 1] > 0.98


def test_a_face_is_described_alone_as_among_others() -> None:
    faces = [_face(_sample(seed)) for seed in (1, 2, 3)]
    together, alone = skin_patches(faces), skin_patches(faces[1:2])
    for many, one in zip(together, alone, strict=True):
        assert many.shape == (3, SIZE)
        np.testing.assert_array_equal(many[1], one[0])


def test_a_cell_reads_the_same_however_much_of_the_sample_the_others_see() -> None:
    narrow, wide = _face(_sample()), _face(_sample())
    wide.points[13], wide.points[200] = (0.0, 0.0, 0.0), (191.0, 191.0, 0.0)
    elsewhere = np.array([place.point is None for place in _MIDDLE_PLACES] + [True] * 12)
    # OpenCV interpolates some cells one by one, others eight at a time: the last bit may differ.
    np.testing.assert_allclose(_cells([narrow])[0, elsewhere], _cells([wide])[0, elsewhere], rtol=1e-6)


def test_lines_between_the_brows_are_seen_there_and_nowhere_else() -> None:
    smooth = np.full((192, 192, 3), 150, dtype=np.uint8)
    lined = smooth.copy()
    for x in (90, 101):
        cv2.line(lined, (x, 52), (x, 64), (90, 90, 90), 1, cv2.LINE_AA)
    (plain, furrowed), _ = skin_patches([_face(smooth), _face(lined)])
    changed = np.abs(furrowed - plain) > 0.5
    per_patch = SIZE // 16
    between_brows, chin = changed[:per_patch], changed[2 * per_patch : 3 * per_patch]
    assert between_brows.mean() > 0.1
    assert not chin.any()


def test_brighter_light_changes_little() -> None:
    sample = _sample()
    dim = (sample * 0.6).astype(np.uint8)
    even, _ = skin_patches([_face(sample), _face(dim)])
    assert np.abs(even[0] - even[1]).mean() < 0.1


def test_places_follow_the_face_into_its_crop() -> None:
    """The sample is what counts, wherever in the picture the crop lies and however large it is."""
    sample = _sample()
    near = _face(sample)
    far_points = np.add(near.points * 2, (300.0, 100.0, 0.0))
    far = FaceMesh(far_points, 1.0, sample, Crop(96 * 2 + 300.0, 96 * 2 + 100.0, 384.0, 0.0))
    np.testing.assert_allclose(skin_patches([near])[0], skin_patches([far])[0], atol=1e-3)
