"""Rendered persons: an identity, a skin, a face at rest, and pictures of them moving."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.rendered_faces.cameras import choose_camera, choose_light
from lab.rendered_faces.expression_shapes import resting_face
from lab.rendered_faces.eyeballs import fixating, iris_rows, middle_of
from lab.rendered_faces.face_model import FaceModel, Floats
from lab.rendered_faces.movements import Movement, choose_movement
from lab.rendered_faces.renderer import Renderer
from lab.rendered_faces.scene import Camera, Surface, decal_places, project
from lab.rendered_faces.skin import Skin, make_skin

Random = np.random.Generator
MIDDLE_CM = (0.0, 1.0, 2.0)
_IDENTITY_SPREAD = 0.9
_ODD_REST_SHARE = 0.4


@dataclass(frozen=True)
class MadeFace:
    """`image` (S, S, 3) uint8 BGR, undegraded; `landmarks` (68, 2) pixels; what the face does and how it is turned."""

    image: NDArray[np.uint8]
    landmarks: Floats
    movement: Movement
    camera: Camera


class RenderedPerson:
    """A person by chance; `picture` shows them with a movement by chance."""

    def __init__(
        self,
        model: FaceModel,
        renderer: Renderer,
        random: Random,
        *,
        age: float | None = None,
        tone: float | None = None,
        iris_size: float = 1.0,
    ) -> None:
        """`age`, `tone`, `iris_size`: see `make_skin`."""
        self._model, self._renderer, self._random = model, renderer, random
        identity = random.normal(0, _IDENTITY_SPREAD, len(model.identity)).astype(np.float32)
        rest = resting_face(random) if random.random() < _ODD_REST_SHARE else {}
        self.at_rest: Floats = model.person(identity) + model.displacement(rest)
        self._skin: Skin = make_skin(model, random, age=age, tone=tone, iris_size=iris_size)
        self._decal_places = decal_places(model.flat)
        self._skin_share = _skin_share(model)

    @property
    def between_eyes(self) -> Floats:
        """(3,) midway between the middles of the eyeballs, in the head's frame."""
        left, right = (middle_of(self.at_rest[ball]) for ball in self._model.parts.eyeballs)
        return ((left + right) / 2).astype(np.float32)

    @property
    def iris_lightness(self) -> float:
        """The lightness of the irises, 0..1 (linear)."""
        ball = self._model.parts.eyeballs[0]
        return float(self._skin.albedo[ball][iris_rows(self._model.flat[ball])].mean())

    def picture(
        self, movement: Movement | None = None, camera: Camera | None = None, fixated: Floats | None = None
    ) -> MadeFace:
        """One picture; by chance what is not given. `fixated`: the place (3,) in the head's frame that both eyes look
        at; without it they look where the movement turns them."""
        random, model = self._random, self._model
        movement = movement or choose_movement(random)
        camera = camera or choose_camera(random)
        places = self.at_rest + model.displacement(movement.shapes)
        normals = model.normals(places)
        if fixated is not None:
            for ball in model.parts.eyeballs:
                places[ball], normals[ball] = fixating(self.at_rest[ball], model.flat[ball], fixated)
        surface = Surface(
            places=places,
            normals=normals,
            albedo=self._skin.albedo,
            decal_places=self._decal_places,
            gloss=self._skin.gloss,
            skin=self._skin_share,
            triangles=model.triangles,
            decal=self._skin.decal,
            relief=self._skin.relief(movement.shapes),
        )
        background = (random.uniform(0.05, 0.95) + random.normal(0, 0.15, 3)).clip(0, 1).astype(np.float32)
        image = self._renderer.draw(surface, camera, choose_light(random), background, MIDDLE_CM)
        return MadeFace(image, project(places[model.landmarks], camera, MIDDLE_CM), movement, camera)


def _skin_share(model: FaceModel) -> Floats:
    """(V,) how much a vertex is skin that is seen from the front."""
    share = np.zeros(len(model.neutral), dtype=np.float32)
    facing = model.normals(model.neutral)[model.parts.face, 2]
    share[model.parts.face] = np.clip((facing - 0.05) / 0.25, 0, 1)
    return share
