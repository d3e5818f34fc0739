"""The trained network next to the direct feed, both held against the teacher: figures, a table, a sentence.

*Direct feed*: the teacher's own network given the points of our mesh.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.features import frontal_faces
from chalicelib.analysis.expressions.trained import TrainedExpressions
from chalicelib.analysis.faces.head_pose import head_pose
from chalicelib.analysis.faces.rigid_face import fit_rigid
from chalicelib.domain.requests.recipes import Mesh
from lab.reports.report import Bar, Figure, Table
from lab.training.comparison import Comparison

MESH_TITLES: Mapping[Mesh, str] = {Mesh.ATTENTION: "attention mesh", Mesh.LIGHT: "light mesh"}
MOST_BELOW = 0.05
"""How far a blendshape's correlation may lie below the direct feed's."""


def network_blendshapes(model: TrainedExpressions, points: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """The network's own answers, before any calibration, (N,) each, for meshes (N, 478 or 468, 3) in pixels."""
    fits = [fit_rigid(each) for each in points]
    return model.blendshapes(frontal_faces(points, fits, [head_pose(fit).yaw_deg for fit in fits]))


def compared_figures(name: str, text: str, subject: str, found: Comparison, source: str = "aim") -> list[Figure]:
    """The figures with their bars, which the direct feed sets. `source`: whose bars they are, see `Bar`."""
    mean = found.mean
    error_most = hundredths(100 * mean["direct_error"])
    return [
        Figure(
            f"{name}_correlation",
            f"{text}: mean correlation",
            mean["student"],
            "",
            Bar(mean["direct"], source=source),
            subject,
        ),
        Figure(f"{name}_direct", f"{text}: mean correlation of the direct feed", mean["direct"]),
        Figure(
            f"{name}_error",
            f"{text}: mean absolute error",
            hundredths(100 * mean["student_error"]),
            "%",
            Bar(at_most=error_most, source=source),
            subject,
        ),
        Figure(
            f"{name}_below",
            f"{text}: blendshapes more than {MOST_BELOW:g} below the direct feed",
            len(below(found)),
            "",
            Bar(at_most=0, source=source),
            subject,
        ),
    ]


def below(found: Comparison) -> list[str]:
    """The blendshapes that lie further below the direct feed than they may."""
    return [name for name, row in found.blendshapes.items() if row["student"] < row["direct"] - MOST_BELOW]


def compared_sentence(mesh: Mesh, found: Comparison) -> str:
    """The means of both, and what lies too far below."""
    mean, named = found.mean, below(found)
    lower = f"; more than {MOST_BELOW:g} below it: {', '.join(named)}" if named else ""
    return (
        f"With the {MESH_TITLES[mesh]} the mean correlation is {mean['student']:.2f} where the direct feed has "
        f"{mean['direct']:.2f}, with errors of {100 * mean['student_error']:.1f} % and "
        f"{100 * mean['direct_error']:.1f} %{lower}."
    )


def compared_table(title: str, found: Comparison) -> Table:
    """Every blendshape that counts."""
    header = ("blendshape", "student", "direct feed", "student: error (%)", "direct feed: error (%)")
    cells = tuple(
        (
            name,
            hundredths(row["student"]),
            hundredths(row["direct"]),
            hundredths(100 * row["student_error"]),
            hundredths(100 * row["direct_error"]),
        )
        for name, row in sorted(found.blendshapes.items())
    )
    return Table(title, header, cells)


def hundredths(value: float) -> float:
    """A number as figures and tables show it."""
    return round(float(value), 2)
