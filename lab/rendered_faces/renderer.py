"""Draws a head with moderngl on EGL: no display, no GPU needed (Mesa draws in software).

The face's skin gets its detail from two pictures in the plane of the neutral face, seen from the front: `decal`, what
is painted on it, and `relief`, how high it stands. The relief bends the normals and darkens hollows, so folds are lit
as the rest of the face is.
"""

import moderngl
import numpy as np
from numpy.typing import NDArray

from lab.rendered_faces.scene import DECAL_SIDE, SIDE, Camera, Floats, Light, Surface

_DEPTH = 4.5
"""How far a slope of the relief, per texel, bends the normal."""
_VERTEX = """#version 330
in vec3 place; in vec3 normal; in vec3 albedo; in vec2 decal_place; in vec2 gloss_skin;
uniform mat4 projection; uniform mat3 turn;
out vec3 n; out vec3 a; out vec2 d; out vec2 g;
void main() {
  gl_Position = projection * vec4(place, 1); n = turn * normal; a = albedo; d = decal_place; g = gloss_skin;
}
"""
_FRAGMENT = """#version 330
in vec3 n; in vec3 a; in vec2 d; in vec2 g;
uniform sampler2D decal; uniform sampler2D relief; uniform mat3 turn;
uniform vec3 lights[3]; uniform vec3 colours[3]; uniform vec3 sky; uniform vec3 ground; uniform vec3 up;
uniform float softness; uniform float shine; uniform float depth; uniform float cavity;
out vec4 colour;
void main() {
  vec3 normal = normalize(n); vec3 skin = a; float shade = 1.0;
  if (g.y > 0.01) {
    vec4 paint = texture(decal, d); skin = mix(skin, paint.rgb, paint.a * g.y);
    float s = 1.0 / 320.0;
    float h = texture(relief, d).r;
    vec2 slope = vec2(texture(relief, d + vec2(s, 0)).r - texture(relief, d - vec2(s, 0)).r,
                      texture(relief, d + vec2(0, s)).r - texture(relief, d - vec2(0, s)).r);
    normal = normalize(normal - depth * g.y * (turn * vec3(slope, 0.0)));
    shade = clamp(1.0 + cavity * g.y * (h - 0.5), 0.3, 1.2);
  }
  vec3 light = mix(ground, sky, 0.5 + 0.5 * dot(normal, up)); float mirror = 0.0;
  for (int i = 0; i < 3; i++) {
    vec3 l = normalize(lights[i]);
    light += colours[i] * max((dot(normal, l) + softness) / (1.0 + softness), 0.0);
    mirror += colours[i].g * pow(max(dot(normal, normalize(l + vec3(0, 0, 1))), 0.0), 20.0);
  }
  colour = vec4(pow(max(skin * shade * light + shine * g.x * mirror, 0.0), vec3(1.0 / 2.0)), 1.0);
}
"""


class Renderer:
    """One OpenGL context. Not for several threads; a process each. Raises what moderngl raises if there is no EGL."""

    def __init__(self) -> None:
        self._context = moderngl.create_context(standalone=True, backend="egl")
        self._context.enable(moderngl.DEPTH_TEST)
        self._program = self._context.program(vertex_shader=_VERTEX, fragment_shader=_FRAGMENT)
        colour, depth = self._context.texture((SIDE, SIDE), 4), self._context.depth_renderbuffer((SIDE, SIDE))
        self._frame = self._context.framebuffer(colour, depth)
        self._decal = self._context.texture((DECAL_SIDE, DECAL_SIDE), 4)
        self._relief = self._context.texture((DECAL_SIDE, DECAL_SIDE), 1, dtype="f4")

    def draw(
        self, surface: Surface, camera: Camera, light: Light, background: Floats, middle_cm: tuple[float, float, float]
    ) -> NDArray[np.uint8]:
        """(256, 256, 3) uint8 BGR; `background` (3,) RGB 0..1."""
        program, context = self._program, self._context
        self._decal.write(surface.decal.tobytes())
        self._relief.write(surface.relief.astype(np.float32).tobytes())
        self._decal.use(0)
        self._relief.use(1)
        program["decal"].value, program["relief"].value = 0, 1
        turn = camera.turn
        program["projection"].write(camera.projection(middle_cm).T.tobytes())
        program["turn"].write(np.ascontiguousarray(turn.T).tobytes())
        program["lights"].write(light.directions.astype(np.float32).tobytes())
        program["colours"].write(light.colours.astype(np.float32).tobytes())
        for name, value in (("sky", light.sky), ("ground", light.ground), ("up", (0.0, 1.0, 0.3))):
            program[name].value = tuple(float(each) for each in value)
        program["softness"].value, program["shine"].value = light.softness, light.shine
        program["depth"].value, program["cavity"].value = _DEPTH, light.cavity
        columns = (surface.places, surface.normals, surface.albedo, surface.decal_places, surface.gloss[:, None])
        rows = np.hstack([*columns, surface.skin[:, None]]).astype(np.float32)
        vertices = context.buffer(rows.tobytes())
        indices = context.buffer(np.ascontiguousarray(surface.triangles, dtype=np.int32).tobytes())
        layout = [(vertices, "3f 3f 3f 2f 2f", "place", "normal", "albedo", "decal_place", "gloss_skin")]
        array = context.vertex_array(program, layout, indices)
        self._frame.use()
        self._frame.clear(*(float(each) for each in background), 1.0)
        array.render()
        pixels = np.frombuffer(self._frame.read(components=3), dtype=np.uint8).reshape(SIDE, SIDE, 3)
        for each in (array, vertices, indices):
            each.release()
        return np.ascontiguousarray(pixels[::-1, :, ::-1])
