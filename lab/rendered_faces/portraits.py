"""Portraits of real persons, moved by the head that is fitted to them.

The portrait is the skin: every vertex takes its colour from where it lay in the picture, and is drawn where it moves
to. Light is carried over as the ratio of what the moved and the old surface would get from a lamp that is estimated
from the portrait (brightness = ambient + direction . normal). Folds come as a relief, as on rendered heads. What the
portrait does not show, eyeballs beyond the lids and the inside of the mouth, is painted. The background follows the
rim.
"""

from dataclasses import dataclass

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from lab.rendered_faces import face_model as parts
from lab.rendered_faces.cameras import Random
from lab.rendered_faces.face_model import FaceModel, Floats
from lab.rendered_faces.movements import Movement, choose_movement
from lab.rendered_faces.portrait_fit import HeadFit, MeshVertices, fit_head
from lab.rendered_faces.scene import DECAL_SIDE, Camera, decal_places
from lab.rendered_faces.skin import Skin, make_skin

SIDE = 256
_GRID = 33
_MARGIN_PX = 40.0
_VERTEX = """#version 330
in vec3 place; in vec2 source; in vec3 before; in vec3 after; in vec4 paint; in vec3 decal_place;
out vec2 s; out vec3 b; out vec3 a; out vec4 p; out vec3 d;
void main() { gl_Position = vec4(place, 1); s = source; b = before; a = after; p = paint; d = decal_place; }
"""
_FRAGMENT = """#version 330
in vec2 s; in vec3 b; in vec3 a; in vec4 p; in vec3 d;
uniform sampler2D picture; uniform sampler2D relief; uniform vec4 lamp;
out vec4 colour;
void main() {
  vec3 normal = normalize(a); float shade = 1.0;
  if (d.z > 0.01) {
    float t = 1.0 / 320.0;
    vec2 slope = vec2(texture(relief, d.xy + vec2(t, 0)).r - texture(relief, d.xy - vec2(t, 0)).r,
                      texture(relief, d.xy + vec2(0, t)).r - texture(relief, d.xy - vec2(0, t)).r);
    normal = normalize(normal - 4.5 * d.z * vec3(slope, 0.0));
    shade = clamp(1.0 + 1.2 * d.z * texture(relief, d.xy).r, 0.4, 1.2);
  }
  float now = max(lamp.x + dot(lamp.yzw, normal), 0.3 * lamp.x);
  float then = max(lamp.x + dot(lamp.yzw, normalize(b)), 0.3 * lamp.x);
  vec3 skin = texture(picture, s).rgb * clamp(sqrt(now / then), 0.45, 1.5) * shade;
  colour = vec4(mix(skin, p.rgb, p.a), 1.0);
}
"""


class PortraitRenderer:
    """One OpenGL context for portraits. Not for several threads."""

    def __init__(self) -> None:
        self._context = moderngl.create_context(standalone=True, backend="egl")
        self._program = self._context.program(vertex_shader=_VERTEX, fragment_shader=_FRAGMENT)
        colour, depth = self._context.texture((SIDE, SIDE), 4), self._context.depth_renderbuffer((SIDE, SIDE))
        self._frame = self._context.framebuffer(colour, depth)
        self._picture = self._context.texture((SIDE, SIDE), 3)
        self._relief = self._context.texture((DECAL_SIDE, DECAL_SIDE), 1, dtype="f4")
        for texture in (self._picture, self._relief):
            texture.repeat_x = texture.repeat_y = False

    def begin(self, picture: NDArray[np.uint8], relief: Floats, lamp: NDArray[np.float64]) -> None:
        """Clears the frame. `picture` (256, 256, 3) uint8 BGR; `relief` (320, 320), 0 level; `lamp` (4,)."""
        self._picture.write(np.ascontiguousarray(picture[..., ::-1]).tobytes())
        self._relief.write(relief.astype(np.float32).tobytes())
        self._picture.use(0)
        self._relief.use(1)
        self._program["picture"].value, self._program["relief"].value = 0, 1
        self._program["lamp"].value = tuple(float(each) for each in lamp)
        self._frame.use()
        self._frame.clear(0.0, 0.0, 0.0, 1.0)

    def draw(self, columns: list[NDArray[np.floating]], triangles: NDArray[np.int32], *, deep: bool) -> None:
        """`columns`: pixels (V, 3), source pixels (V, 2), normals before and after (V, 3), paint (V, 4), place on the
        decal and how much relief counts (V, 3)."""
        context = self._context
        (context.enable if deep else context.disable)(moderngl.DEPTH_TEST)
        pixels, source = columns[0], columns[1] / SIDE
        clip = np.column_stack([pixels[:, 0] / SIDE * 2 - 1, 1 - pixels[:, 1] / SIDE * 2, pixels[:, 2] / 600])
        rows = np.hstack([clip, source, *columns[2:]]).astype(np.float32)
        vertices = context.buffer(rows.tobytes())
        indices = context.buffer(np.ascontiguousarray(triangles, dtype=np.int32).tobytes())
        names = ("place", "source", "before", "after", "paint", "decal_place")
        array = context.vertex_array(self._program, [(vertices, "3f 2f 3f 3f 4f 3f", *names)], indices)
        array.render()
        for each in (array, vertices, indices):
            each.release()

    def end(self) -> NDArray[np.uint8]:
        """(256, 256, 3) uint8 BGR, what was drawn."""
        pixels = np.frombuffer(self._frame.read(components=3), dtype=np.uint8).reshape(SIDE, SIDE, 3)
        return np.ascontiguousarray(pixels[::-1, :, ::-1])


@dataclass(frozen=True)
class MovedPortrait:
    """`image` (256, 256, 3) uint8 BGR, `landmarks` (68, 2), the movement added, and the turn added, yaw and pitch."""

    image: NDArray[np.uint8]
    landmarks: NDArray[np.float64]
    movement: Movement
    turn_deg: tuple[float, float]


class Portrait:
    """A person's portrait, `picture` (256, 256, 3) uint8 BGR, with the points of its mesh (478, 3) in its pixels."""

    def __init__(
        self,
        model: FaceModel,
        renderer: PortraitRenderer,
        random: Random,
        *,
        picture: NDArray[np.uint8],
        points: NDArray[np.floating],
        pairs: MeshVertices,
    ) -> None:
        self._model, self._renderer, self._random, self._picture = model, renderer, random, picture
        self.fit: HeadFit = fit_head(model, points, pairs)
        self._skin: Skin = make_skin(model, random)
        self._shown = self.fit.at_rest + model.displacement(self.fit.shapes)
        self._places = self.fit.to_picture(self._shown)
        self._offsets = _spread(self._shown, pairs, self.fit.residuals)
        self._normals = model.normals(self._shown) @ self.fit.rotation.T
        self._source = self._places[:, :2] + self._offsets
        self._lamp, self._level = _lamp(picture, self._source[parts.FACE], self._normals[parts.FACE])
        triangles = model.triangles
        skin = (triangles < parts.FACE.stop).all(axis=1)
        inside = (triangles >= parts.MOUTH_SOCKET.start).all(axis=1)
        sockets = ((triangles >= parts.EYE_SOCKETS.start) & (triangles < parts.EYE_SOCKETS.stop)).any(axis=1)
        self._triangles = triangles[skin | (inside & ~sockets)]
        self._decal = np.column_stack(
            [decal_places(model.neutral), np.clip((model.normals(model.neutral)[:, 2] - 0.1) / 0.3, 0, 1)]
        )
        self._decal[parts.FACE.stop :, 2] = 0

    def picture(self, movement: Movement | None = None) -> MovedPortrait:
        """The person with a movement added, and turned a little; by chance what is not given."""
        random, model = self._random, self._model
        movement = movement or choose_movement(random)
        wide = random.random() < 0.35
        turn_deg = (
            float(np.clip(random.normal(0, 15 if wide else 5), -32, 32)),
            float(np.clip(random.normal(0, 9 if wide else 4), -20, 20)),
        )
        turn = Camera(1.0, 1.0, *turn_deg, 0.0).turn
        shapes = {**self.fit.shapes}
        for name, weight in movement.shapes.items():
            shapes[name] = min(shapes.get(name, 0.0) + weight, 1.4)
        moved = self.fit.at_rest + model.displacement(shapes)
        pixels = self.fit.to_picture(moved, turn)
        pixels[:, :2] += self._offsets
        normals = model.normals(moved) @ (self.fit.rotation @ turn).T
        grown = self._skin.relief(movement.shapes) - self._skin.relief({})
        self._renderer.begin(self._picture, grown, self._lamp)
        grid, moved_grid, squares = self._background(pixels)
        count = len(grid)
        level, flat = np.zeros((count, 3)), np.tile((0.0, 0.0, 1.0), (count, 1))
        columns = [np.column_stack([moved_grid, np.zeros(count)]), grid, flat, flat, np.zeros((count, 4)), level]
        self._renderer.draw(columns, squares, deep=False)
        columns = [pixels, self._source, self._normals, normals, self._paint(normals), self._decal]
        self._renderer.draw(columns, self._triangles, deep=True)
        return MovedPortrait(self._renderer.end(), pixels[model.landmarks, :2], movement, turn_deg)

    def _paint(self, normals: NDArray[np.floating]) -> NDArray[np.float64]:
        """(V, 4) what is painted, and how much of it: everything behind the skin."""
        paint = np.zeros((len(normals), 4))
        behind = slice(parts.MOUTH_SOCKET.start, None)
        light = np.sqrt(max(self._level, 0.02) / 0.45) * np.clip(0.75 + 0.25 * normals[behind, 2], 0.3, 1.0)
        colours = np.sqrt(self._skin.albedo[behind]) * light[:, None]
        if _is_grey(self._picture):
            colours = np.repeat(colours @ (0.299, 0.587, 0.114), 3).reshape(-1, 3)
        paint[behind, :3], paint[behind, 3] = np.clip(colours, 0, 1), 1.0
        return paint

    def _background(
        self, pixels: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int32]]:
        """A grid over the picture, where it goes, and its triangles: near the head it follows the rim."""
        steps = np.linspace(-_MARGIN_PX, SIDE + _MARGIN_PX, _GRID)
        grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
        rim = np.flatnonzero(abs(self._normals[parts.FACE, 2]) < 0.35)[::4]
        apart = np.linalg.norm(grid[:, None] - self._source[None, rim], axis=2)
        nearest = apart.min(axis=1, keepdims=True)
        weights = np.exp(-(((apart - nearest) / 10.0) ** 2))
        weights /= weights.sum(axis=1, keepdims=True)
        moved = grid + (weights @ (pixels[rim, :2] - self._source[rim])) * np.exp(-((nearest / 45.0) ** 2))
        first = (np.arange(_GRID - 1)[:, None] * _GRID + np.arange(_GRID - 1)).ravel()
        corners = ((0, 1, _GRID), (1, _GRID + 1, _GRID))
        squares = np.concatenate([first[:, None] + np.array(corner) for corner in corners])
        return grid, moved, squares.astype(np.int32)


def _is_grey(picture: NDArray[np.uint8]) -> bool:
    return bool(np.abs(picture[..., 0].astype(int) - picture[..., 2]).mean() < 1.0)


def _spread(places: Floats, pairs: MeshVertices, residuals: NDArray[np.float64]) -> NDArray[np.float64]:
    """(V, 2) what the fit leaves over at the measured vertices, spread over their surroundings."""
    offsets = np.zeros((len(places), 2))
    known = places[pairs.vertices]
    for start in range(0, parts.LASHES_FROM, 2000):
        chosen = places[start : start + 2000]
        squares = (chosen**2).sum(axis=1)[:, None] + (known**2).sum(axis=1) - 2 * chosen @ known.T
        apart = np.sqrt(np.maximum(squares, 0))
        nearest = np.partition(apart, 3, axis=1)[:, [3]]
        weights = np.exp(-((apart / (nearest + 0.3)) ** 2))
        weights /= weights.sum(axis=1, keepdims=True)
        far = np.clip(1 - (apart.min(axis=1, keepdims=True) - 1.5) / 3, 0, 1)
        offsets[start : start + 2000] = weights @ residuals * far
    return offsets


def _lamp(
    picture: NDArray[np.uint8], places: NDArray[np.float64], normals: NDArray[np.floating]
) -> tuple[NDArray[np.float64], float]:
    """(4,) ambient light and direction that explain the brightness of the skin best, robustly, and its median."""
    grey = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (0, 0), 1.5).astype(np.float64) / 255
    seen = normals[:, 2] > 0.25
    columns, rows = np.clip(np.round(places[seen]).astype(int), 0, SIDE - 1).T
    bright = grey[rows, columns] ** 2
    known = np.column_stack([np.ones(len(bright)), normals[seen]])
    weights = np.ones(len(bright))
    for _ in range(4):
        squares = (known * weights[:, None]).T @ known + np.eye(4) * 2
        lamp = np.linalg.solve(squares, (known * weights[:, None]).T @ bright)
        off = bright - known @ lamp
        weights = 1 / (1 + (off / (0.5 * np.median(abs(off)) + 1e-3)) ** 2)
    lamp[0] = max(lamp[0], 0.3 * np.linalg.norm(lamp[1:]) + 0.02)
    return lamp, float(np.median(bright))
