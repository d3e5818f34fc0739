import cv2
import numpy as np

from chalicelib.analysis.networks.pixels import rgb_planes


def test_planes_are_red_green_and_blue_of_each_image() -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 20, 30, 3), dtype=np.uint8)
    planes = rgb_planes(list(images))
    assert planes.dtype == np.float32
    np.testing.assert_array_equal(planes, cv2.dnn.blobFromImages(list(images), swapRB=True))
