"""The network of the second look, and how it is taught: four convolutions and two layers over a grey patch."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from chalicelib.analysis.faces.proof.face_checks import PATCH_SIDE, normalised

Array = NDArray[np.float32]

_CHANNELS = (16, 32, 48, 64)
_WIDTH = 64
_DROPOUT = 0.3
_SOFTENED = 0.01
_RIGHT_APART, _WRONG_APART = 0.12, 0.2
_COVERED, _FREE = 0.35, 0.1
_HARDLY_A_FACE, _HARDLY_COUNTS = 0.2, 0.3
ANSWERS = ("right", "eyes", "mouth", "brows")


@dataclass(frozen=True, slots=True)
class Lessons:
    """`patches` (N, 64, 64) uint8; `answers` (N, 4) 0 or 1, and how much each counts, `weights` (N, 4)."""

    patches: NDArray[np.uint8]
    answers: Array
    weights: Array

    def where(self, rows: NDArray[np.bool_]) -> "Lessons":
        """Some of them."""
        return Lessons(self.patches[rows], self.answers[rows], self.weights[rows])


def lessons_of(made: dict[str, NDArray[np.generic]]) -> Lessons:
    """Lessons from made faces, by the names of `MadeFace`. Neither right nor wrong: a mesh a little off. Neither
    covered nor free: a part of which some is hidden. Of meshes that lie wrong nothing is learned about what hides
    them."""
    apart, flag = made["apart"].astype(np.float32), made["flag"].astype(np.float32)
    right = apart < _RIGHT_APART
    clear = right | (apart > _WRONG_APART)
    unlikely = ~right & (flag < _HARDLY_A_FACE)
    answers, weights = [right], [clear * np.where(unlikely, _HARDLY_COUNTS, 1.0)]
    for part in ANSWERS[1:]:
        hidden = made[part].astype(np.float32)
        answers.append(hidden > _COVERED)
        weights.append(((hidden > _COVERED) | (hidden < _FREE)) & (apart < _WRONG_APART))
    columns = (np.stack(each, axis=1).astype(np.float32) for each in (answers, weights))
    return Lessons(made["patch"].astype(np.uint8), *columns)


@dataclass(frozen=True, slots=True)
class Course:
    """The length and manner of the teaching."""

    rounds: int = 60
    batch: int = 128
    learning_rate: float = 4e-3
    weight_decay: float = 1e-3
    seed: int = 1


class CheckNetwork(torch.nn.Module):
    """(N, 1, 64, 64) patches -> (N, 4) logits of `ANSWERS`."""

    def __init__(self) -> None:
        super().__init__()
        inputs = (1, *_CHANNELS[:-1])
        sizes = (5, 3, 3, 3)
        self.convolutions = torch.nn.ModuleList(
            torch.nn.Conv2d(before, after, size, stride=2, padding=size // 2)
            for before, after, size in zip(inputs, _CHANNELS, sizes, strict=True)
        )
        cells = (PATCH_SIDE >> len(_CHANNELS)) ** 2
        self.hidden = torch.nn.Linear(_CHANNELS[-1] * cells, _WIDTH)
        self.answers = torch.nn.Linear(_WIDTH, len(ANSWERS))
        self.dropout = torch.nn.Dropout(_DROPOUT)

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        seen = patches
        for convolution in self.convolutions:
            seen = functional.relu(convolution(seen))
        hidden = functional.relu(self.hidden(self.dropout(seen.flatten(1))))
        answers: torch.Tensor = self.answers(self.dropout(hidden))
        return answers


def teach(lessons: Lessons, course: Course, report: Callable[[int, float], None]) -> CheckNetwork:
    """A taught network. `report`: round and loss, now and then."""
    torch.manual_seed(course.seed)
    random = np.random.default_rng(course.seed)
    patches = torch.tensor(normalised(lessons.patches.astype(np.float32)))
    answers, weights = torch.tensor(lessons.answers), torch.tensor(lessons.weights)
    network = CheckNetwork()
    network.train()
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=course.weight_decay)
    steps = len(patches) // course.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, course.learning_rate, total_steps=course.rounds * steps)
    for number in range(course.rounds):
        order, losses = random.permutation(len(patches)), 0.0
        for step in range(steps):
            rows = order[step * course.batch : (step + 1) * course.batch]
            wanted = answers[rows] * (1 - 2 * _SOFTENED) + _SOFTENED
            off = functional.binary_cross_entropy_with_logits(network(varied(patches[rows])), wanted, reduction="none")
            loss = (off * weights[rows]).sum() / weights[rows].sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses += loss.item()
        if number % 10 == 0 or number == course.rounds - 1:
            report(number, losses / steps)
    network.eval()
    return network


def varied(patches: torch.Tensor) -> torch.Tensor:
    """The patches mirrored, moved, turned and scaled a little, in another light, with noise."""
    count = len(patches)
    mirrored = torch.where(torch.rand(count, 1, 1, 1) < 0.5, patches.flip(-1), patches)
    turn, scale, shift = torch.randn(count) * 0.06, 1 + torch.randn(count) * 0.05, torch.randn(count, 2) * 0.04
    cosine, sine = scale * torch.cos(turn), scale * torch.sin(turn)
    rows = (torch.stack([cosine, -sine, shift[:, 0]], 1), torch.stack([sine, cosine, shift[:, 1]], 1))
    grid = functional.affine_grid(torch.stack(rows, 1), list(mirrored.shape), align_corners=False)
    moved = functional.grid_sample(mirrored, grid, align_corners=False, padding_mode="border")
    least, most = (getattr(moved, name)((1, 2, 3), keepdim=True) for name in ("amin", "amax"))
    lit = ((moved - least) / (most - least + 1e-6)) ** torch.exp(torch.randn(count, 1, 1, 1) * 0.25)
    steps = torch.linspace(-1, 1, patches.shape[-1])
    across, down = (torch.randn(count, 1, 1, 1) * 0.15 for _ in range(2))
    lit = lit * (1 + across * steps.view(1, 1, 1, -1) + down * steps.view(1, 1, -1, 1))
    lit = lit - lit.mean((1, 2, 3), keepdim=True)
    lit = lit / lit.std((1, 2, 3), keepdim=True).clamp(min=0.02)
    return lit + torch.randn_like(lit) * torch.rand(count, 1, 1, 1) * 0.08
