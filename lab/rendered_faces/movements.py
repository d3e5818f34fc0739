"""Which movements a made face shows: weights of the model's shapes, and how far each expression is there.

Real faces never move one muscle at a time, so most pictures show company: the published prototypes of emotions with
units left out at random, mixtures, and talking mouths. The unit in question is there half of the time in every company,
or the company would be learned for the unit. What speaking does by the way to corners and chin is no expression, and
is taught as absent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from lab.rendered_faces.expression_shapes import Random, shapes_of

SIDED = (
    *("brow furrow", "brow raise", "cheek raise", "dimpler", "eye closure", "eye widen", "inner brow raise"),
    *("lid tighten", "lip corner depressor", "lip press", "lip stretch", "nose wrinkle", "smile", "upper lip raise"),
)
MIDDLE = ("chin raise", "jaw drop", "lip pucker", "lip suck")
UNNAMED = ("lower lip", "funnel", "upper lip shrug", "jaw forward", "puff")
TAUGHT: tuple[str, ...] = (*SIDED, *MIDDLE)
"""The expressions whose amount is known."""

PROTOTYPES: tuple[tuple[str, ...], ...] = (
    ("smile", "cheek raise"),
    ("smile", "cheek raise", "jaw drop", "lower lip"),
    ("smile", "cheek raise", "lid tighten", "upper lip raise"),
    ("smile", "dimpler"),
    ("inner brow raise", "brow furrow", "lip corner depressor", "chin raise"),
    ("inner brow raise", "lip corner depressor"),
    ("brow furrow", "lip corner depressor", "lip press", "chin raise", "lid tighten"),
    ("inner brow raise", "brow furrow", "cheek raise", "lip stretch", "upper lip raise"),
    ("inner brow raise", "brow raise", "brow furrow", "eye widen", "lip stretch", "jaw drop"),
    ("inner brow raise", "eye widen", "lip stretch"),
    ("brow furrow", "lid tighten", "lip press"),
    ("brow furrow", "eye widen", "lid tighten", "lip press", "chin raise"),
    ("brow furrow", "eye widen", "upper lip raise", "lower lip", "jaw drop", "nose wrinkle"),
    ("brow furrow", "nose wrinkle", "upper lip raise", "lower lip", "lip stretch", "jaw drop"),
    ("brow furrow", "nose wrinkle", "upper lip raise", "chin raise"),
    ("nose wrinkle", "upper lip raise", "cheek raise"),
    ("inner brow raise", "brow raise", "eye widen", "jaw drop"),
    ("inner brow raise", "brow raise"),
    ("brow raise", "inner brow raise", "lip press"),
    ("dimpler", "lip press"),
    ("dimpler", "chin raise", "lip corner depressor"),
    ("lip suck", "dimpler"),
    ("lip pucker", "brow furrow"),
)
"""Which units come together: C. F. Du, Y. Tao, A. Martinez, PNAS 2014, table 1; EMFACS for contempt; everyday faces."""


@dataclass
class Movement:
    """`shapes`: weights of the model's shapes. `amounts`: (left, right) of each expression that is there, the person's
    sides, 0..about 1.2; what is not named is absent. `kind`: how it was chosen."""

    kind: str
    shapes: dict[str, float] = field(default_factory=dict)
    amounts: dict[str, tuple[float, float]] = field(default_factory=dict)

    def amount(self, name: str) -> tuple[float, float]:
        """(left, right) of an expression of `TAUGHT`."""
        return self.amounts.get(name, (0.0, 0.0))


def choose_movement(random: Random) -> Movement:
    """A movement by chance."""
    kinds: Mapping[str, tuple[float, Callable[[Movement, Random], None]]] = {
        "rest": (0.15, _nothing),
        "single": (0.15, _single),
        "mixture": (0.22, _mixture),
        "prototype": (0.22, _prototype),
        "company": (0.12, _company),
        "talk": (0.14, _talk),
    }
    names = list(kinds)
    shares = np.array([kinds[name][0] for name in names])
    kind = names[random.choice(len(names), p=shares / shares.sum())]
    movement = Movement(kind)
    kinds[kind][1](movement, random)
    look_about(movement, random)
    return movement


def choose_one_sided(random: Random) -> Movement:
    """One expression, three times of four on one side only."""
    movement = Movement("one-sided")
    name = SIDED[random.integers(len(SIDED))]
    amount = float(random.uniform(0.6, 1.1))
    both = (amount, 0.0) if random.random() < 0.5 else (0.0, amount)
    if random.random() < 0.25:
        both = (amount, amount)
    movement.shapes |= shapes_of(name, both, random)
    movement.amounts[name] = both
    look_about(movement, random)
    return movement


def add(movement: Movement, name: str, amount: float, random: Random, *, taught: bool = True) -> None:
    """Adds an expression of the given amount, one side sometimes weaker. `taught`: whether it counts as there."""
    sides = _sides(name, random)
    both = (amount * sides[0], amount * sides[1]) if name in SIDED else (amount, amount)
    for shape, weight in shapes_of(name, both, random).items():
        movement.shapes[shape] = movement.shapes.get(shape, 0.0) + weight
    if taught and name in TAUGHT:
        movement.amounts[name] = both


def look_about(movement: Movement, random: Random) -> None:
    """Gaze and half-closed lids, which are no expression."""
    x, y = np.clip(random.normal(0, (0.28, 0.22)), -1, 1)
    for shape, weight in (("Out_L", x), ("In_R", x), ("In_L", -x), ("Out_R", -x)):
        movement.shapes[f"eyeLook{shape}"] = max(float(weight), 0.0)
    for side in ("_L", "_R"):
        movement.shapes[f"eyeLookUp{side}"], movement.shapes[f"eyeLookDown{side}"] = max(y, 0.0), max(-y, 0.0)
    if "eye closure" not in movement.amounts:
        lids = max(float(random.normal(0.04, 0.08)), 0.0)
        movement.shapes["eyeBlink_L"] = movement.shapes["eyeBlink_R"] = lids


def _sides(name: str, random: Random) -> tuple[float, float]:
    share = 0.3 if name in ("smile", "dimpler") else 0.15
    if name == "eye closure":
        share = 0.1
    if random.random() < share:
        weak = random.uniform(0, 0.4)
        return (1.0, weak) if random.random() < 0.5 else (weak, 1.0)
    left, right = np.maximum(1 + random.normal(0, 0.07, 2), 0)
    return float(left), float(right)


def _nothing(movement: Movement, random: Random) -> None:
    if random.random() < 0.4:
        movement.shapes["jawOpen"] = random.uniform(0, 0.07)


def _single(movement: Movement, random: Random) -> None:
    names = (*TAUGHT, *UNNAMED)
    add(movement, names[random.integers(len(names))], random.uniform(0.25, 1.2), random)


def _mixture(movement: Movement, random: Random) -> None:
    for name in random.choice((*TAUGHT, *UNNAMED), random.integers(2, 7), replace=False):
        add(movement, str(name), random.uniform(0.1, 1.1), random)


def _prototype(movement: Movement, random: Random) -> None:
    strength = random.uniform(0.4, 1.2)
    for name in PROTOTYPES[random.integers(len(PROTOTYPES))]:
        if random.random() < 0.85:
            add(movement, name, strength * random.uniform(0.4, 1.0), random)


def _company(movement: Movement, random: Random) -> None:
    """The company of a unit, and the unit itself half of the time."""
    company = PROTOTYPES[random.integers(len(PROTOTYPES))]
    asked = company[random.integers(len(company))]
    for name in company:
        if name != asked and random.random() < 0.9:
            add(movement, name, random.uniform(0.3, 1.1), random)
    if random.random() < 0.5:
        add(movement, asked, random.uniform(0.4, 1.1), random)


def _talk(movement: Movement, random: Random) -> None:
    """A mouth that speaks; sometimes an expression with it."""
    jaw = float(np.clip(random.normal(0.22, 0.2), 0, 0.8))
    movement.shapes["jawOpen"] = jaw
    movement.amounts["jaw drop"] = (jaw / 0.8, jaw / 0.8)
    for name, most in (("funnel", 0.5), ("lip pucker", 0.5), ("lip suck", 0.35), ("lower lip", 0.7)):
        if random.random() < 0.35:
            add(movement, name, random.uniform(0, most), random)
    if random.random() < 0.35:
        add(movement, "upper lip raise", random.uniform(0, 0.4), random)
    movement.shapes["mouthClose"] = jaw * random.uniform(0, 0.8) if random.random() < 0.35 else 0.0
    for name in ("lip corner depressor", "lip stretch", "lip press", "dimpler", "chin raise"):
        if random.random() < 0.3:
            add(movement, name, random.uniform(0, 0.25), random, taught=False)
    if random.random() < 0.35:
        names = ("smile", "brow raise", "brow furrow", "inner brow raise", "eye widen", "cheek raise", "nose wrinkle")
        for name in random.choice(names, random.integers(1, 3), replace=False):
            add(movement, str(name), random.uniform(0.3, 1.1), random)
