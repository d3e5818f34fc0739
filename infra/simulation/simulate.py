"""One plan from its first arrival to its last result."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from chalicelib.domain.segments import plan_segments
from infra.simulation.agenda import Action, Agenda
from infra.simulation.fleet import MachineFleet
from infra.simulation.functions import FunctionPool
from infra.simulation.plan import Plan
from infra.simulation.prices import LAMBDA_DISK_GB_S, LAMBDA_GB_S, LAMBDA_REQUEST

_FREE_DISK_GB = 0.5


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of a plan. Waits are of jobs for their worker function, totals from arrival to the result; both
    sorted.

    Costs are of computing alone, in US dollars.
    """

    plan: Plan
    arrived: int
    waits_s: tuple[float, ...]
    short_totals_s: tuple[float, ...]
    long_totals_s: tuple[float, ...]
    functions_peak: int
    most_jobs_waiting: int
    machines_peak: int
    most_segments_waiting: int
    machine_hours: float
    interruptions: int
    lost_hours: float
    function_usd: float
    fleet_usd: float
    short_video_min: float
    long_video_min: float

    @property
    def function_usd_per_video_min(self) -> float:
        """The worker functions' share of a minute of video, of all of it: they look at long videos as well."""
        video_min = self.short_video_min + self.long_video_min
        return self.function_usd / video_min if video_min else 0.0

    @property
    def fleet_usd_per_video_min(self) -> float:
        """Returns the machines' share of a minute of video in segments; 0 if there is none."""
        return self.fleet_usd / self.long_video_min if self.long_video_min else 0.0


class Simulation:
    """Runs once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._random = Random(plan.seed)  # noqa: S311 - a model, not a secret
        self._agenda = Agenda()
        self._functions = FunctionPool(self._agenda, plan.functions)
        self._fleet = MachineFleet(self._agenda, plan.fleet, Random(plan.seed + 1))  # noqa: S311 - as above
        self._totals: dict[bool, list[float]] = {False: [], True: []}
        self._video_min = {False: 0.0, True: 0.0}
        self._arrived = 0

    def run(self) -> Outcome:
        """Jobs arrive for the plan's hours; the outcome is that of all of them, however late."""
        self._await_next_job()
        self._agenda.run()
        machine_hours = self._fleet.machine_s / 3600
        return Outcome(
            plan=self._plan,
            arrived=self._arrived,
            waits_s=tuple(sorted(self._functions.waits_s)),
            short_totals_s=tuple(sorted(self._totals[False])),
            long_totals_s=tuple(sorted(self._totals[True])),
            functions_peak=self._functions.peak,
            most_jobs_waiting=self._functions.most_waiting,
            machines_peak=self._fleet.peak,
            most_segments_waiting=self._fleet.most_waiting,
            machine_hours=machine_hours,
            interruptions=self._fleet.interruptions,
            lost_hours=self._fleet.lost_s / 3600,
            function_usd=self._function_usd(),
            fleet_usd=machine_hours * self._plan.fleet.usd_per_h,
            short_video_min=self._video_min[False],
            long_video_min=self._video_min[True],
        )

    def _await_next_job(self) -> None:
        pause_s = self._random.expovariate(self._plan.jobs_per_h / 3600)
        if self._agenda.now_s + pause_s <= self._plan.hours * 3600:
            self._agenda.after(pause_s, self._arrive)

    def _arrive(self) -> None:
        self._arrived += 1
        media = self._plan.media
        duration_s = self._random.choices(media, [each.share for each in media])[0].duration_s
        is_long = duration_s > self._plan.segment_above_s
        self._video_min[is_long] += duration_s / 60
        began_s = self._agenda.now_s

        def finish() -> None:
            self._totals[is_long].append(self._agenda.now_s - began_s)

        begin_s = self._plan.functions.overhead_s + self._load_s(duration_s)
        if is_long:
            self._functions.do(begin_s, lambda: self._divide(duration_s, finish))
        else:
            self._functions.do(begin_s + self._frames(duration_s) / self._plan.functions.frames_per_s, finish)
        self._await_next_job()

    def _divide(self, duration_s: float, finish: Action) -> None:
        lengths_s = list(self._segment_lengths_s(duration_s))
        left = len(lengths_s)

        def segment_done() -> None:
            nonlocal left
            left -= 1
            if left == 0:  # the last one stitches, which is little work compared with measuring
                finish()

        load_s = self._load_s(duration_s)
        for length_s in lengths_s:
            self._fleet.do(load_s + self._frames(length_s) / self._plan.fleet.frames_per_s, segment_done)

    def _segment_lengths_s(self, duration_s: float) -> Iterable[float]:
        """As the product divides a video: the same function."""
        plan = plan_segments(
            origin_s=0.0,
            duration_s=duration_s,
            segment_s=self._plan.segment_s,
            overlap_s=self._plan.overlap_s,
            frames_total=None,
        )
        if plan is None:
            return [duration_s]
        return [plan.segment_s + (plan.overlap_s if index else 0.0) for index in range(plan.count)]

    def _load_s(self, video_s: float) -> float:
        return video_s * self._plan.video_mb_per_s / self._plan.load_mb_per_s

    def _frames(self, video_s: float) -> int:
        return math.ceil(video_s * self._plan.video_frames_per_s)

    def _function_usd(self) -> float:
        functions = self._plan.functions
        per_s = functions.memory_gb * LAMBDA_GB_S + max(functions.disk_gb - _FREE_DISK_GB, 0) * LAMBDA_DISK_GB_S
        return self._functions.busy_s * per_s + self._arrived * LAMBDA_REQUEST
