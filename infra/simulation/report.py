"""An outcome in lines for people."""

from collections.abc import Sequence

from chalicelib.domain.requests.number_texts import plain_number
from infra.simulation.simulate import Outcome


def percentile(ordered: Sequence[float], share: float) -> float:
    """Returns the value that `share` of the ordered values do not exceed (nearest rank); 0 if there are none."""
    if not ordered:
        return 0.0
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def lines(outcome: Outcome) -> list[str]:
    """Returns the results of the plan."""
    plan, video_h = outcome.plan, outcome.plan.video_hours_per_day
    hours = plain_number(round(plan.hours, 2))
    shown = [
        f"{plan.name}: {outcome.arrived:,} jobs in {hours} h, {video_h:,.0f} h of video a day",
        f"  wait for a function  {_spread(outcome.waits_s)}; at most {outcome.most_jobs_waiting:,} jobs waited",
        f"  short video, total   {_spread(outcome.short_totals_s)}; {outcome.functions_peak} functions at once",
        f"  functions, cost      {_cost(outcome.function_usd_per_video_min, outcome.function_usd)}",
    ]
    return shown + (_of_segments(outcome) if outcome.long_totals_s else [])


def _of_segments(outcome: Outcome) -> list[str]:
    total, cost = _spread(outcome.long_totals_s), _cost(outcome.fleet_usd_per_video_min, outcome.fleet_usd)
    lost = f"{outcome.interruptions} segments interrupted, {outcome.lost_hours:.1f} h lost by that"
    return [
        f"  long video, total    {total}; at most {outcome.most_segments_waiting:,} segments waited",
        f"  machines, cost       {cost}",
        f"  machines             {outcome.machine_hours:,.1f} h, {outcome.machines_peak} at once; {lost}",
    ]


def _cost(usd_per_video_min: float, usd: float) -> str:
    return f"${usd_per_video_min:.5f} a minute of their video, ${usd:,.2f} in all"


def _spread(ordered: Sequence[float]) -> str:
    p50, p95, p99 = (percentile(ordered, share) for share in (0.5, 0.95, 0.99))
    return f"p50 {p50:,.1f} s, p95 {p95:,.1f} s, p99 {p99:,.1f} s"
