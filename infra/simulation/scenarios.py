"""The plans that docs/scale.md speaks of.

`FRAMES_PER_S` is what one worker did on the machine that this was written on: a multiface job from file to results, one
face, 640 x 360, in frames for each second of processor time (`make bench`). A worker that has two processors to itself
does 1.7 times as much. Everything follows from it: put your own there, which the API shows as a job's progress.
"""

from dataclasses import replace

from infra.simulation.plan import Fleet, Functions, Media, Plan
from infra.simulation.prices import FARGATE_SEGMENT_H, FARGATE_SPOT_SEGMENT_H, GPU_SPOT_MACHINE_H

FRAMES_PER_S = 220.0
GPU_GUESS_FRAMES_PER_S = 440.0
"""A guess, twice a processor; no GPU was at hand. docs/scale.md says from which speed on a GPU is worth its price."""

_FUNCTIONS = Functions(frames_per_s=FRAMES_PER_S)
# A task of Fargate is made for one segment, and pulls its image each time.
FARGATE = Fleet(
    frames_per_s=FRAMES_PER_S,
    maximum=64,
    boot_s=60.0,
    start_s=2.0,
    idle_s=0.0,
    interruptions_per_h=0.05,
    usd_per_h=FARGATE_SPOT_SEGMENT_H,
    is_for_one_segment=True,
)
# An instance boots, pulls the image once, and ends when Batch finds that it has nothing to do.
GPU = Fleet(
    frames_per_s=GPU_GUESS_FRAMES_PER_S,
    maximum=32,
    boot_s=240.0,
    start_s=8.0,
    idle_s=120.0,
    interruptions_per_h=0.05,
    usd_per_h=GPU_SPOT_MACHINE_H,
)

_CLIPS = (Media(0.7, 10.0), Media(0.25, 30.0), Media(0.05, 120.0))
_SESSIONS = (Media(0.5, 60.0), Media(0.3, 900.0), Media(0.2, 3600.0))
_SESSIONS_PER_H = 147.0
"""1,000 hours of video a day."""

SCENARIOS = (
    Plan("clips", 10_000, _CLIPS, _FUNCTIONS, FARGATE, hours=4),
    Plan("clips-in-five-minutes", 120_000, _CLIPS, _FUNCTIONS, FARGATE, hours=1 / 12),
    Plan("clips-in-five-minutes-500", 120_000, _CLIPS, Functions(FRAMES_PER_S, maximum=500), FARGATE, hours=1 / 12),
    Plan("sessions-fargate-120-s", _SESSIONS_PER_H, _SESSIONS, _FUNCTIONS, FARGATE, segment_s=120.0),
    Plan("sessions-fargate", _SESSIONS_PER_H, _SESSIONS, _FUNCTIONS, FARGATE),
    Plan(
        "sessions-fargate-on-demand",
        _SESSIONS_PER_H,
        _SESSIONS,
        _FUNCTIONS,
        replace(FARGATE, interruptions_per_h=0.0, usd_per_h=FARGATE_SEGMENT_H),
    ),
    Plan("sessions-gpu-120-s", _SESSIONS_PER_H, _SESSIONS, _FUNCTIONS, GPU, segment_s=120.0),
    Plan("sessions-gpu", _SESSIONS_PER_H, _SESSIONS, _FUNCTIONS, GPU),
    Plan("sessions-gpu-12-machines", _SESSIONS_PER_H, _SESSIONS, _FUNCTIONS, replace(GPU, maximum=12)),
)
