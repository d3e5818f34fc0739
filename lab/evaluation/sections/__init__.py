"""The questions of the evaluation, a module each, which has a NAME and a function `evaluate`."""

from collections.abc import Callable, Mapping

from lab.evaluation.sections import (
    calls,
    changed_pictures,
    confidence,
    covered_faces,
    crowds,
    equal_paths,
    gaze,
    head_crops,
    identities,
    jitter_stability,
    light_mesh,
    lost_packets,
    made_persons,
    neutral_faces,
    own_neutral,
    performances,
    pixel_aspect,
    pose_stability,
    posed_pictures,
    timestamps,
    turned_faces,
)
from lab.evaluation.workbench import Workbench
from lab.reports.report import Section

SECTIONS: Mapping[str, Callable[[Workbench], Section]] = {
    module.NAME: module.evaluate
    for module in (
        performances,
        posed_pictures,
        made_persons,
        neutral_faces,
        own_neutral,
        pose_stability,
        jitter_stability,
        light_mesh,
        changed_pictures,
        gaze,
        pixel_aspect,
        crowds,
        head_crops,
        turned_faces,
        covered_faces,
        confidence,
        lost_packets,
        identities,
        calls,
        timestamps,
        equal_paths,
    )
}
"""By name, in the order of the page."""
