"""Draws the box, the id, some scores and their curves of each face into a picture."""

import math
from collections import deque
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.domain.measurements.metrics import GAZE_NAMES, FaceMetrics, FrameMetrics
from chalicelib.rendering.covers import Box
from chalicelib.rendering.panels import Panels, Rectangle

Colour = tuple[int, int, int]

CURVE_S = 4.0
"""So much of the past a curve shows."""
MOST_PANELS = 8
"""If there are more faces in a frame, it shows boxes and ids only."""
_SCORE_COLOURS: tuple[Colour, ...] = ((80, 220, 255), (255, 190, 90), (140, 255, 140), (235, 140, 255))
_BOX_COLOURS: tuple[Colour, ...] = ((90, 200, 70), (60, 160, 255), (230, 150, 60), (200, 90, 220), (70, 220, 230))
_NOT_VALID: Colour = (150, 150, 150)
_NOT_VALID_NOTE = " (not valid)"
_GROUND: Colour = (30, 30, 30)
_WHITE: Colour = (255, 255, 255)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_LINE_OF_FONT = 32
"""The height of a line of the font at scale 1, in pixels."""
_GROUND_SHARE = 0.6
# Of the picture's shorter side, the height of a line of text, and its limits.
_LINE, _LEAST_LINE_PX, _MOST_LINE_PX = 0.042, 11, 40
_PANEL_LINES = 9
"""The least width of a panel, in lines; long names of scores need more."""
_CURVE_LINES = 2
_LONGEST_NUMBER = "-100"
_EYE_LINE = 0.33
"""Where in a face's box, from above, the eyes are."""


def face_box(face: FaceMetrics) -> Box:
    """Returns the box of a measured face."""
    left, top = face.values["face box left"], face.values["face box top"]
    return left, top, left + face.values["face box width"], top + face.values["face box height"]


class Annotations:
    """Draws frame after frame of one video; keeps the last seconds of each face for its curves."""

    def __init__(self, scores: Sequence[str]) -> None:
        self._scores = tuple(scores)
        self._panels = Panels()
        self._past: dict[int, deque[tuple[float, tuple[float, ...]]]] = {}

    def draw(self, image: NDArray[np.uint8], frame: FrameMetrics, scale: float, *, is_still: bool = False) -> None:
        """Draws into `image`, in place, which is `scale` times as large as the measured frame. A still has no curves,
        and no room for them."""
        self._remember(frame)
        height, width = image.shape[:2]
        has_panels = len(frame.faces) <= MOST_PANELS
        line_px = _line_px(min(height, width), len(frame.faces))
        boxes = {face.face_id: _rounded(face_box(face), scale) for face in frame.faces}
        for face in frame.faces:
            left, top, right, bottom = boxes[face.face_id]
            cv2.rectangle(image, (left, top), (right, bottom), _colour(face), max(line_px // 9, 1), cv2.LINE_AA)
            _draw_gaze(image, face, boxes[face.face_id], max(line_px // 6, 1))
            if not has_panels:
                _write(image[max(top, 0) :, max(left, 0) :], 0, str(face.face_id), _colour(face), line_px)
        if has_panels:
            size = self._panel_size(max(boxes, default=0), line_px, 0 if is_still else _CURVE_LINES)
            places = self._panels.placed(boxes, size, (width, height))
            for face in frame.faces:
                left, top, right, bottom = places[face.face_id]
                panel = image[top:bottom, left:right]
                self._draw_panel(panel, face, line_px)
                if not is_still:
                    self._draw_curves(panel[self._text_px(line_px) :], face.face_id, frame.time_s, line_px)

    def _remember(self, frame: FrameMetrics) -> None:
        begin_s = frame.time_s - CURVE_S
        for face in frame.faces:
            values = tuple(face.values.get(name, 0.0) for name in self._scores)
            self._past.setdefault(face.face_id, deque()).append((frame.time_s, values))
        for past in self._past.values():
            while past and past[0][0] < begin_s:
                past.popleft()
        self._past = {face_id: past for face_id, past in self._past.items() if past}

    def _panel_size(self, highest_id: int, line_px: int, curve_lines: int) -> tuple[int, int]:
        """Returns width and height: no text is cut off, and the width is the same while the numbers change."""
        texts = [_title(highest_id, _NOT_VALID_NOTE), *(f"{name} {_LONGEST_NUMBER}" for name in self._scores)]
        height = line_px * (1 + len(self._scores) + curve_lines) + line_px // 2
        return max(_PANEL_LINES * line_px, *(_text_width(text, line_px) for text in texts)), height

    def _text_px(self, line_px: int) -> int:
        """Returns the height of the text of a panel."""
        return line_px * (1 + len(self._scores)) + line_px // 4

    def _draw_panel(self, panel: NDArray[np.uint8], face: FaceMetrics, line_px: int) -> None:
        ground = np.full_like(panel, _GROUND)
        cv2.addWeighted(ground, _GROUND_SHARE, panel, 1 - _GROUND_SHARE, 0, dst=panel)
        title = _title(face.face_id, "" if face.is_valid else _NOT_VALID_NOTE)
        _write(panel, 0, title, _colour(face) if face.is_valid else _WHITE, line_px)
        for row, name in enumerate(self._scores, start=1):
            text = f"{name} {face.values[name]:.0f}" if name in face.values else f"{name} -"
            _write(panel, row, text, _SCORE_COLOURS[(row - 1) % len(_SCORE_COLOURS)], line_px)

    def _draw_curves(self, part: NDArray[np.uint8], face_id: int, time_s: float, line_px: int) -> None:
        """From 0 at the lower edge to 100 at the upper one; the right edge is now."""
        height, width = part.shape[:2]
        past = self._past[face_id]
        if height < 3 or width < 3 or not past:
            return
        x = (width - 1) * (1 - (time_s - np.array([each[0] for each in past])) / CURVE_S)
        for place in range(len(self._scores)):
            levels = np.clip([each[1][place] for each in past], 0, 100)
            y = (height - 2) * (1 - levels / 100)
            points = np.rint(np.stack([x, y], axis=1)).astype(np.int32).reshape(-1, 1, 2)
            colour = _SCORE_COLOURS[place % len(_SCORE_COLOURS)]
            cv2.polylines(
                part, [points], isClosed=False, color=colour, thickness=max(line_px // 14, 1), lineType=cv2.LINE_AA
            )


def _colour(face: FaceMetrics) -> Colour:
    return _BOX_COLOURS[face.face_id % len(_BOX_COLOURS)] if face.is_valid else _NOT_VALID


def _draw_gaze(image: NDArray[np.uint8], face: FaceMetrics, box: Rectangle, pen_px: int) -> None:
    """An arrow from about between the eyes, as the camera sees the gaze: none for eyes that look into it. Nothing if
    gaze was not read."""
    yaw_deg, pitch_deg = (face.values.get(name, math.nan) for name in GAZE_NAMES[:2])
    if math.isnan(yaw_deg):
        return
    left, top, right, bottom = box
    yaw, pitch, length = math.radians(yaw_deg), math.radians(pitch_deg), right - left
    start = round(left + (right - left) / 2), round(top + _EYE_LINE * (bottom - top))
    x, y = math.sin(yaw) * math.cos(pitch), -math.sin(pitch)
    end = round(start[0] + length * x), round(start[1] + length * y)
    cv2.arrowedLine(image, start, end, _colour(face), pen_px, cv2.LINE_AA)


def _rounded(box: Box, scale: float) -> Rectangle:
    left, top, right, bottom = (round(scale * side) for side in box)
    return left, top, right, bottom


def _line_px(side_px: int, faces: int) -> int:
    """Returns the height of a line of text; of many faces each has less room."""
    wanted = _LINE * side_px / max(math.sqrt(faces / 2), 1)
    return min(max(round(wanted), _LEAST_LINE_PX), _MOST_LINE_PX)


def _title(face_id: int, note: str) -> str:
    return f"face {face_id}{note}"


def _write(panel: NDArray[np.uint8], row: int, text: str, colour: Colour, line_px: int) -> None:
    place = (line_px // 4, line_px * row + round(0.8 * line_px))
    cv2.putText(panel, text, place, _FONT, line_px / _LINE_OF_FONT, colour, _pen_px(line_px), cv2.LINE_AA)


def _text_width(text: str, line_px: int) -> int:
    """Returns the width that `_write` needs, with its margins."""
    (width, _), _ = cv2.getTextSize(text, _FONT, line_px / _LINE_OF_FONT, _pen_px(line_px))
    return width + 2 * (line_px // 4)


def _pen_px(line_px: int) -> int:
    return max(line_px // 18, 1)


def drawn_names(scores: Sequence[str]) -> tuple[str, ...]:
    """Returns the metrics that drawing needs."""
    return (*scores, "face box left", "face box top", "face box width", "face box height")
