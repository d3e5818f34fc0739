"""Teaches the expression head: `python -m lab.training.train_head` (`make train` runs it after the networks).

Makes faces (rendered heads, portraits moved), measures real ones, teaches heads without some of the persons, chooses
the source of each expression (`head_sources`), teaches again with everybody, and writes one file a mesh and the record.
Each stage is kept in `build/training`; delete the folder to begin again.
"""

import argparse
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.taught import COMPANY, DISTURBANCE, NETWORK_SCALES, SPREADS, UNMEASURED
from chalicelib.analysis.expressions.trained import TrainedExpressions
from chalicelib.domain.measurements.metrics import BASELINE_NAMES
from chalicelib.domain.requests.recipes import Mesh
from lab.rendered_faces.face_sets import FaceSet
from lab.rendered_faces.movements import TAUGHT
from lab.training.export_head import export_head
from lab.training.head_faces import Faces
from lab.training.head_features import HeadFeatures, head_features, joined
from lab.training.head_scales import (
    FEWEST_FRAMES,
    GIVEN,
    Known,
    Readings,
    known_of,
    measure_company,
    measure_disturbance,
    measure_scales,
    measure_spreads,
)
from lab.training.head_sources import TODAY, Answers, choose_sources, rows_of_codes
from lab.training.real_faces import REST_CLIP, frames_of, portrait_amounts
from lab.training.taught_head import POINTS_PENALTY, SKIN_PENALTY, Lesson, LinearHead, find_basis, teach_head

_ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = _ROOT / "chalicelib" / "analysis" / "expressions" / "weights"
RECORD = Path(__file__).with_name("head_record.json")

POINTS, SKIN, MEAN = "points", "points and skin", "mean of both"
WITH_TODAY = "points, skin and today's network"
_PORTRAIT_WEIGHT, _STILL_WEIGHT = 2.0, 4.0
_NOT_BY_SMILES, _NOT_BY_SMILES_WEIGHT = ("lip stretch", "nose wrinkle"), 20.0
"""What broad smiles are taken for: the smiling portraits, on which they are absent, count so much for these."""
_NUISANCE_WEIGHT = 32.0
_KEPT_ASIDE = 5
MIXED: Mapping[str, str] = {
    "brow raise": "with the own neutral, of the frames that show it the head alone is above 50 in two thirds, the mean "
    "in more than three quarters, and a posed surprise stays one",
    "inner brow raise": "with the own neutral, of the frames that show it the head alone is above 50 in 82 %, the mean "
    "in 91 %",
    "eye widen": "above 50 in all frames that show it, the head alone in four of five",
    "lip pucker": "with the own neutral the head alone has 0.99 on performances, the mean 1.00",
    "chin raise": "with the own neutral the head alone has 0.90 on performances, the mean 0.94",
}
"""Expressions whose level is the mean of the head's and the networks', each on a scale measured by the same rule
(`head_scales`), and why."""
Floats = NDArray[np.float64]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--folder", type=Path, default=_ROOT / "build" / "training", help="where the stages are kept")
    parser.add_argument("--media", type=Path, default=_ROOT.parent / "shared" / "media")
    options = parser.parse_args()
    if not options.media.is_dir():
        raise SystemExit("Training needs ../shared/media next to the project; it is not here.")
    faces = Faces(options.folder, options.media)
    record = {str(mesh): HeadCourse(faces, mesh).run() for mesh in Mesh}
    counts = {"rendered": len(faces.rendered), "moved": len(faces.moved), "portraits": len(faces.portraits)}
    RECORD.write_text(json.dumps({"faces": counts, "mixed": MIXED, **record}, indent=1) + "\n")
    print(f"Written: {WEIGHTS.relative_to(_ROOT)}/head_*.onnx and {RECORD.relative_to(_ROOT)}")


class HeadCourse:
    """The head of one mesh."""

    def __init__(self, faces: Faces, mesh: Mesh) -> None:
        self._faces, self._mesh = faces, mesh
        print(f"Looking at all faces, {mesh} mesh", flush=True)
        self._made = {name: faces.features(name, getattr(faces, name), mesh) for name in ("rendered", "moved")}
        self._portraits = faces.features("portraits", faces.portraits, mesh)
        self._at_rest = head_features(faces.at_rest, mesh)
        self._films = {name: faces.features(name, film, mesh) for name, film in faces.films.items()}
        changed = faces.changed.items()
        self._changed = {name: faces.features(name, each.faces, mesh) for name, each in changed}
        self._basis = find_basis([*self._made.values(), self._portraits, *self._changed.values()])

    def run(self) -> dict[str, object]:
        """Chooses, teaches, writes; returns what is recorded."""
        aside = {name: _kept_aside(getattr(self._faces, name)) for name in self._made}
        points, skin = self._heads({name: ~rows for name, rows in aside.items()})
        mean = points.mixed(skin, np.full(len(TAUGHT), 0.5))
        heads = {POINTS: points, SKIN: skin, MEAN: mean}
        made = [
            (
                self._answers(heads, self._made[name], getattr(self._faces, name), rows),
                getattr(self._faces, name).amounts[rows],
            )
            for name, rows in aside.items()
        ]
        coded = [self._coded(heads, name) for name in self._faces.films if name != REST_CLIP]
        choices = choose_sources(made, coded, _sources_before(self._mesh))
        sources = [choices[name].source for name in TAUGHT]
        points, skin = self._heads({name: np.ones(len(rows), dtype=np.bool_) for name, rows in aside.items()})
        shares = np.array([{SKIN: 1.0, WITH_TODAY: 1.0, MEAN: 0.5}.get(source, 0.0) for source in sources])
        head = points.mixed(skin, shares)
        facts = self._facts(head, [name for name, source in zip(TAUGHT, sources, strict=True) if source == TODAY])
        content = export_head(head, name=f"head_{self._mesh}", facts=facts)
        (WEIGHTS / f"head_{self._mesh}.onnx").write_bytes(content)
        return {
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "choices": {name: asdict(choice) for name, choice in choices.items()},
            **{key: value for key, value in facts.items() if key != "expressions"},
        }

    def _facts(self, head: LinearHead, today: Sequence[str]) -> dict[str, object]:
        """Returns what the file says of itself. `today`: expressions that the networks give alone."""
        known = known_of([self._faces.rendered, self._faces.moved], self._faces.films, self._faces.codes)
        answers, networks = self._readings(head), self._network_readings()
        scales, network_scales = measure_scales(answers, known), measure_scales(networks, known)
        with_networks = np.isin(GIVEN, tuple(MIXED))
        levels = answers.levels(scales).mixed(networks.levels(network_scales), with_networks)
        given = [name for name in GIVEN if name not in today]
        places = {name: GIVEN.index(name) for name in given}
        mixed = [name for name in given if name in MIXED]
        spreads, company = measure_spreads(levels, known), measure_company(levels, known)
        disturbance = measure_disturbance(levels, known).round(1)
        return {
            "expressions": TAUGHT,
            "scales": {name: astuple(scales[place]) for name, place in places.items()},
            NETWORK_SCALES: {name: astuple(network_scales[places[name]]) for name in mixed},
            SPREADS: {name: round(float(spreads[place]), 1) for name, place in places.items()},
            COMPANY: {name: round(float(company[place]), 1) for name, place in places.items()},
            DISTURBANCE: {name: disturbance[place].tolist() for name, place in places.items()},
            UNMEASURED: [name for name in given if _is_unmeasured(name, known)],
        }

    def _readings(self, head: LinearHead) -> Readings:
        def read(faces: HeadFeatures) -> Floats:
            return np.column_stack([head.amounts(faces), abs(head.differences(faces)[:, TAUGHT.index("smile")])])

        films = {name: read(faces) for name, faces in self._films.items()}
        return Readings(read(self._at_rest), [read(self._made[name]) for name in ("rendered", "moved")], films)

    def _network_readings(self) -> Readings:
        made = [self._today(getattr(self._faces, name), GIVEN) for name in ("rendered", "moved")]
        films = {name: self._today(film, GIVEN) for name, film in self._faces.films.items()}
        return Readings(self._today(self._faces.at_rest, GIVEN), made, films)

    def _heads(self, rows: Mapping[str, NDArray[np.bool_]]) -> tuple[LinearHead, LinearHead]:
        """The head on points and the one on points and skin, in deviations from portraits at rest."""
        lessons = []
        for name, chosen in rows.items():
            faces: FaceSet = getattr(self._faces, name)
            weight = _PORTRAIT_WEIGHT if name == "moved" else 1.0
            seen = self._made[name].where(chosen)
            everything = np.ones(len(TAUGHT), dtype=np.bool_)
            lessons.append(Lesson(seen, faces.amounts[chosen], faces.persons[chosen], weight, everything))
        lessons += [*self._portrait_lessons(), *self._nuisance_lessons(rows)]
        heads = (
            teach_head(lessons, self._basis, skin=False, penalty=POINTS_PENALTY),
            teach_head(lessons, self._basis, skin=True, penalty=SKIN_PENALTY),
        )
        first, second = (self._standard(head) for head in heads)
        return first, second

    def _portrait_lessons(self) -> Iterator[Lesson]:
        """Portraits as they are: of smiles and open mouths the teacher's word, and nothing of what nobody shows on an
        official portrait. What smiles bring with them is not learned as a wrinkled nose."""
        amounts, known = portrait_amounts(self._faces.portraits)
        same = np.full(len(amounts), "portraits")
        by_smiles = np.isin(TAUGHT, _NOT_BY_SMILES)
        yield Lesson(self._portraits, amounts, same, _STILL_WEIGHT, known & ~by_smiles)
        yield Lesson(self._portraits, amounts, same, _NOT_BY_SMILES_WEIGHT, known & by_smiles)

    def _nuisance_lessons(self, rows: Mapping[str, NDArray[np.bool_]]) -> Iterator[Lesson]:
        """The same faces before and after their pictures were changed: nothing moved."""
        for name, changed in self._faces.changed.items():
            before = self._made.get(changed.of, self._portraits)
            taught = rows[changed.of][changed.rows] if changed.of in rows else np.ones(len(changed.rows), np.bool_)
            pairs = np.tile(changed.rows[taught], 2).astype(np.str_)
            seen = joined([before.where(changed.rows[taught]), self._changed[name].where(taught)])
            nothing = np.zeros((len(pairs), len(TAUGHT), 2), dtype=np.float32)
            yield Lesson(seen, nothing, pairs, _NUISANCE_WEIGHT, np.ones(len(TAUGHT), dtype=np.bool_), alike=True)

    def _standard(self, head: LinearHead) -> LinearHead:
        resting = head.amounts(self._at_rest)
        return head.scaled(resting.mean(axis=0), resting.std(axis=0))

    def _today(self, faces: FaceSet, names: Sequence[str] = TAUGHT) -> Floats:
        """(N, E) levels of the networks that are there without the head."""
        meshes = list(faces.meshes(self._mesh))
        levels = np.concatenate(
            [self._trained.levels(meshes[start : start + 64]) for start in range(0, len(meshes), 64)]
        )
        return np.asarray(levels[:, [BASELINE_NAMES.index(name) for name in names]])

    _trained = TrainedExpressions()

    def _answers(
        self, heads: Mapping[str, LinearHead], seen: HeadFeatures, faces: FaceSet, rows: NDArray[np.bool_]
    ) -> Answers:
        today = self._today(faces.where(rows))
        found = {name: head.amounts(seen.where(rows)) for name, head in heads.items()}
        resting = self._today(self._faces.at_rest)
        standard = (today - resting.mean(axis=0)) / resting.std(axis=0)
        return {TODAY: today, **found, WITH_TODAY: (found[SKIN] + standard) / 2}

    def _coded(self, heads: Mapping[str, LinearHead], film: str) -> tuple[Answers, list[Mapping[str, str]]]:
        faces = self._faces.films[film]
        rows, codes = rows_of_codes(film, frames_of(faces), self._faces.codes)
        chosen = np.zeros(len(faces), dtype=np.bool_)
        chosen[rows] = True
        return self._answers(heads, self._films[film], faces, chosen), codes


def _sources_before(mesh: Mesh) -> Mapping[str, str]:
    """Returns the source of each expression in the record; none if there is no record."""
    stored = json.loads(RECORD.read_text()).get(str(mesh), {}) if RECORD.is_file() else {}
    return {name: choice["source"] for name, choice in stored.get("choices", {}).items()}


def _kept_aside(faces: FaceSet) -> NDArray[np.bool_]:
    """(N,) one person in five, by name."""
    return np.array([zlib.crc32(str(person).encode()) % _KEPT_ASIDE == 0 for person in faces.persons])


def _is_unmeasured(name: str, known: Known) -> bool:
    return known.frames(name) < FEWEST_FRAMES


if __name__ == "__main__":
    main()
