"""The places of panels: each next to its face, as far as there is room not over other faces or other panels."""

from collections.abc import Iterator, Mapping

Rectangle = tuple[int, int, int, int]
"""Left, top, right, bottom, in whole pixels of the picture."""

# Of a panel's area: a panel changes its side only for more than this.
_STAYS_FOR = 0.3


class Panels:
    """Chooses a side for the panel of each face, and keeps it from frame to frame if it is about as good as others."""

    def __init__(self) -> None:
        self._sides: dict[int, int] = {}

    def placed(
        self, boxes: Mapping[int, Rectangle], panel: tuple[int, int], picture: tuple[int, int]
    ) -> dict[int, Rectangle]:
        """Returns a place for each face of `boxes`, all within the picture. `panel`, `picture`: width and height."""
        width, height = min(panel[0], picture[0]), min(panel[1], picture[1])
        places: dict[int, Rectangle] = {}
        for face_id, box in boxes.items():
            others = [other for name, other in boxes.items() if name != face_id]
            taken = [*others, *places.values()]
            candidates = [_within(left, top, width, height, picture) for left, top in _sides(box, width, height)]
            costs = [sum(_common(place, each) for each in (box, *taken)) for place in candidates]
            side = min(range(len(costs)), key=costs.__getitem__)
            before = self._sides.get(face_id)
            if before is not None and costs[before] - costs[side] <= _STAYS_FOR * width * height:
                side = before
            self._sides[face_id] = side
            places[face_id] = candidates[side]
        self._sides = {face_id: side for face_id, side in self._sides.items() if face_id in boxes}
        return places


def _sides(box: Rectangle, width: int, height: int) -> Iterator[tuple[int, int]]:
    """Yields the corners of panels on the right, on the left, below and above."""
    left, top, right, bottom = box
    yield right, top
    yield left - width, top
    yield left, bottom
    yield left, top - height


def _within(left: int, top: int, width: int, height: int, picture: tuple[int, int]) -> Rectangle:
    left, top = min(max(left, 0), picture[0] - width), min(max(top, 0), picture[1] - height)
    return left, top, left + width, top + height


def _common(one: Rectangle, other: Rectangle) -> int:
    """Returns the area that both cover."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return max(across, 0) * max(down, 0)
