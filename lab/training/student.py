"""The student: a small network from the points of a mesh, seen from the front, to the teacher's blendshapes.

Two heads, each a perceptron that sees its own part of the face: eyes and brows, or the mouth. A head that does not see
the mouth cannot take a smile for a raised brow, which it would learn from portraits, where one comes with the other.
The answer to a face is averaged with the mirrored answer to its mirror image, so a mirrored face gets exactly the
mirrored scores.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from lab.training.teacher import BLENDSHAPES

Array = NDArray[np.float32]

LEARNED: tuple[str, ...] = tuple(name for name in BLENDSHAPES if name.startswith(("eye", "brow", "mouth", "jaw")))
"""The blendshapes that the student learns; the teacher never moves the others (neutral, cheeks, nose)."""

# Upper limit of what a head of the upper face sees and lower limit of what the mouth's head sees, in eye distances
# below the line of the eye corners.
_UPPER_FACE_TO, _LOWER_FACE_FROM = 0.25, 0.05
_WIDTHS = (256, 128)
_COMPONENTS = 200
_COMPONENT_NOISE = 0.0003
_MOST_FOR_COMPONENTS = 6000
_LOGIT_LIMIT = 1e-3
_LOGIT_SHARE = 0.2
_LEAST_SPREAD = 0.02


@dataclass(frozen=True, slots=True)
class Lessons:
    """The lessons of a student: `points` (N, P, 3) frontal meshes in the frame of `rigid_face`, the teacher's
    `blendshapes` (N, 52) of the same pictures, and how often each is looked at, `weights` (N,)."""

    points: Array
    blendshapes: Array
    weights: Array


@dataclass(frozen=True, slots=True)
class Course:
    """The schedule of a training. `noise`: standard deviation added to coordinates, in eye
    distances."""

    steps: int = 7000
    batch: int = 256
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    noise: float = 0.0005
    seed: int = 1


def mirrored_names(names: tuple[str, ...]) -> list[int]:
    """For each name, the place of the one that says the same of the other side of the face."""
    swap = {"Left": "Right", "Right": "Left"}
    other = [next((n.replace(a, b) for a, b in swap.items() if a in n), n) for n in names]
    return [names.index(name) for name in other]


def mirrored_points(points: Array) -> list[int]:
    """For each point of a mesh, the one on the other side of the face: found in the median of meshes (N, P, 3)."""
    median = np.median(points, axis=0)
    apart = np.linalg.norm((median * (-1, 1, 1))[:, None] - median[None], axis=-1)
    return [int(place) for place in apart.argmin(axis=1)]


class Part(torch.nn.Module):
    """One head: the principal components of its points, each divided by its spread, then a perceptron."""

    def __init__(self, seen: Array, places: NDArray[np.intp], answers: list[int]) -> None:
        """`seen` (N, P, 3): the training meshes; `places`: the points the head looks at; `answers`: which of `LEARNED`
        it gives."""
        super().__init__()
        self.places, self.answers = torch.tensor(places), answers
        flat = seen[:, places].reshape(len(seen), -1).astype(np.float64)
        centre = flat.mean(axis=0)
        few = flat[:: max(len(flat) // _MOST_FOR_COMPONENTS, 1)]
        spreads, components = np.linalg.eigh(np.cov(few - centre, rowvar=False))
        best = np.argsort(-spreads)[:_COMPONENTS]
        basis = components[:, best] / np.sqrt(spreads[best] + _COMPONENT_NOISE**2)
        self.centre = torch.nn.Buffer(torch.tensor(centre, dtype=torch.float32))
        self.basis = torch.nn.Buffer(torch.tensor(basis, dtype=torch.float32))
        sizes = (len(best), *_WIDTHS)
        layers: list[torch.nn.Module] = []
        for before, after in itertools.pairwise(sizes):
            layers += [torch.nn.Linear(before, after), torch.nn.ReLU()]
        self.layers = torch.nn.Sequential(*layers, torch.nn.Linear(sizes[-1], len(answers)))

    def project(self, points: torch.Tensor) -> torch.Tensor:
        """(N, P, 3) meshes -> (N, C) components."""
        return (points[:, self.places].flatten(1) - self.centre) @ self.basis


class Student(torch.nn.Module):
    """Logits (N, len(LEARNED)) of frontal meshes (N, P, 3); the scores are their sigmoid."""

    def __init__(self, points: Array) -> None:
        """`points` (N, P, 3): the training meshes, from which regions and components are taken."""
        super().__init__()
        self.other_point = torch.nn.Buffer(torch.tensor(mirrored_points(points)))
        self.other_name = torch.nn.Buffer(torch.tensor(mirrored_names(LEARNED)))
        height = np.median(points[:, :, 1], axis=0)
        upper, lower = np.flatnonzero(height < _UPPER_FACE_TO), np.flatnonzero(height > _LOWER_FACE_FROM)
        regions = {("eye", "brow"): upper, ("mouth", "jaw"): lower}
        parts = [
            Part(points, places, [place for place, name in enumerate(LEARNED) if name.startswith(stems)])
            for stems, places in regions.items()
        ]
        self.parts = torch.nn.ModuleList(parts)
        order = [answer for part in parts for answer in part.answers]
        self.back = torch.nn.Buffer(torch.tensor(np.argsort(order)))

    def mirrored(self, points: torch.Tensor) -> torch.Tensor:
        """The mirror images of meshes (N, P, 3)."""
        return points[:, self.other_point] * torch.tensor([-1.0, 1.0, 1.0])

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        ahead, behind = (
            self.answer([part.project(side) for part in self.parts]) for side in (points, self.mirrored(points))
        )
        return (ahead + behind[:, self.other_name]) / 2

    def answer(self, components: list[torch.Tensor]) -> torch.Tensor:
        """Logits from the components that each part sees."""
        answers = [part.layers(seen) for part, seen in zip(self.parts, components, strict=True)]
        return torch.cat(answers, dim=1)[:, self.back]

    def scores(self, points: Array) -> Array:
        """(N, P, 3) frontal meshes -> (N, len(LEARNED)) scores 0..1."""
        with torch.no_grad():
            return np.asarray(torch.sigmoid(self(torch.tensor(points, dtype=torch.float32))).numpy())


def teach(lessons: Lessons, course: Course, report: Callable[[int, float], None]) -> Student:
    """A trained student. Equal lessons and courses give equal students on one machine. `report`: step and loss, now
    and then."""
    torch.manual_seed(course.seed)
    random = torch.Generator().manual_seed(course.seed)
    student = Student(lessons.points)
    columns = [BLENDSHAPES.index(name) for name in LEARNED]
    wanted = torch.tensor(lessons.blendshapes[:, columns])
    wanted = torch.cat([wanted, wanted[:, student.other_name]])
    weights = torch.tensor(lessons.weights).repeat(2)
    points = torch.tensor(lessons.points)
    # Principal components once for all, of faces and mirror images: a step then works on few numbers, and noise on
    # points is noise on components, whose basis is orthogonal.
    components = [
        torch.cat([part.project(side) for side in (points, student.mirrored(points))]) for part in student.parts
    ]
    noises = [course.noise * part.basis.norm(dim=0) for part in student.parts]
    spread = wanted.std(dim=0).clamp(min=_LEAST_SPREAD)
    optimizer = torch.optim.AdamW(student.parameters(), course.learning_rate, weight_decay=course.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, course.learning_rate, total_steps=course.steps)
    for step in range(course.steps):
        chosen = torch.multinomial(weights, course.batch, replacement=True, generator=random)
        seen = [
            whole[chosen] + noise * torch.randn(len(chosen), len(noise), generator=random)
            for whole, noise in zip(components, noises, strict=True)
        ]
        loss = _loss(student.answer(seen), wanted[chosen], spread)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 500 == 0:
            report(step, float(loss.detach()))
    student.eval()
    return student


def _loss(answer: torch.Tensor, wanted: torch.Tensor, spread: torch.Tensor) -> torch.Tensor:
    """The error in units of each blendshape's spread, and a share of the error of the logits, so that what hardly moves
    is learned too."""
    scores = (torch.sigmoid(answer) - wanted).abs() / spread
    logits = torch.nn.functional.smooth_l1_loss(answer, torch.logit(wanted, eps=_LOGIT_LIMIT))
    return scores.mean() + _LOGIT_SHARE * logits
