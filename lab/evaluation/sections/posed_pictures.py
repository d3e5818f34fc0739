"""Measures whether posed faces show what they were posed for, and smiling ones a smile."""

from collections.abc import Mapping

from lab.evaluation.workbench import MEASURED_EXPRESSIONS, Workbench
from lab.reports.report import Bar, Cell, Figure, Section, Table

NAME = "posed_pictures"

SEVEN = ("anger", "contempt", "disgust", "fear", "joy", "sadness", "surprise")
POSED: Mapping[str, str] = {
    "0-f1-su-ph": "surprise",
    "0-f15-hao-ph": "joy",
    "15-f13-anc-ph": "anger",
    "45-m7-di-ph": "disgust",
}
# Middles of faces in pixels, and whether they smile.
SMILING: tuple[tuple[str, str, tuple[float, float]], ...] = (
    ("man of single_face", "single_face", (282, 287)),
    ("left woman of multi_face", "multi_face", (363, 302)),
    ("middle woman of multi_face", "multi_face", (582, 377)),
    ("right woman of multi_face", "multi_face", (737, 362)),
)
STRAIGHT_FACED = ("young man of multi_face, who does not smile", "multi_face", (477, 265))
_HOW = (
    "Four pictures of actors who posed an emotion, at 0, 0, 15 and 45 degrees, and faces of two others. What is posed "
    "should be first among the seven emotions; a smile should score above 50."
)
_SHOWN = 4
_SMILE, _NO_SMILE = 50.0, 15.0
_VISIBLE = 20.0


def evaluate(bench: Workbench) -> Section:
    """Over the four posed pictures and two with smiles."""
    posed = {name: bench.measured(f"faces/{name}.jpg")[0].faces[0].values for name in POSED}
    leads = [_lead(name, values) for name, values in posed.items()]
    smiles = [
        *((name, _smile(bench, picture, place), Bar(at_least=_SMILE)) for name, picture, place in SMILING),
        (STRAIGHT_FACED[0], _smile(bench, *STRAIGHT_FACED[1:]), Bar(at_most=_NO_SMILE, source="own")),
    ]
    first = sum(not figure.fails for figure in leads)
    figures = (
        *leads,
        *(
            Figure(f"smile_{number}", f"{name}: smile", smile, "points", bar, "smile")
            for number, (name, smile, bar) in enumerate(smiles, 1)
        ),
        Figure("first", "posed pictures whose emotion is first", first, f"of {len(POSED)}"),
    )
    tables = (
        Table("Posed", ("picture", "posed", "emotions", "expressions above 20", "yaw"), _rows(posed)),
        Table("Smiling", ("face", "smile"), tuple((name, smile) for name, smile, _ in smiles)),
    )
    reading = (
        f"The posed emotion is first on {first} of {len(POSED)}. Four pictures say whether something is plainly wrong, "
        "and nothing about accuracy."
    )
    return Section(NAME, "Posed pictures", _HOW, reading, figures, tables)


def _lead(name: str, values: Mapping[str, float]) -> Figure:
    emotion = POSED[name]
    lead = values[emotion] - max(values[each] for each in SEVEN if each != emotion)
    text = f"{name}: lead of {emotion} over the next of the seven"
    return Figure(f"lead_{emotion}", text, round(lead, 1), "points", Bar(at_least=0.1), emotion)


def _rows(posed: Mapping[str, Mapping[str, float]]) -> tuple[tuple[Cell, ...], ...]:
    rows: list[tuple[Cell, ...]] = []
    for name, values in posed.items():
        ranked = sorted(SEVEN, key=lambda each: -values[each])[:_SHOWN]
        told = ", ".join(f"{each} {values[each]:.0f}" for each in ranked)
        rows.append((f"`{name}`", POSED[name], told, _strongest(values), round(values["yaw"])))
    return tuple(rows)


def _strongest(values: Mapping[str, float]) -> str:
    visible = [name for name in MEASURED_EXPRESSIONS if values[name] > _VISIBLE]
    return ", ".join(f"{name} {values[name]:.0f}" for name in sorted(visible, key=lambda each: -values[each]))


def _smile(bench: Workbench, picture: str, place: tuple[float, float]) -> float | None:
    """Of the face whose box is round `place`; none if there is no such face."""
    for face in bench.measured(f"faces/{picture}.jpg")[0].faces:
        left, top = face.values["face box left"], face.values["face box top"]
        right, bottom = left + face.values["face box width"], top + face.values["face box height"]
        if left < place[0] < right and top < place[1] < bottom:
            return round(face.values["smile"], 1)
    return None
