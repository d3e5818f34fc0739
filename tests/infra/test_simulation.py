"""The model against what is known of queues, and against itself."""

import math
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.simulation.__main__ import main
from infra.simulation.agenda import Agenda
from infra.simulation.fleet import MachineFleet
from infra.simulation.functions import FunctionPool
from infra.simulation.plan import Fleet, Functions, Media, Plan
from infra.simulation.report import lines, percentile
from infra.simulation.simulate import Simulation

_FLEET = Fleet(
    frames_per_s=30.0, maximum=8, boot_s=60.0, start_s=0.0, idle_s=0.0, interruptions_per_h=0.0, usd_per_h=1.0
)
_FUNCTIONS = Functions(frames_per_s=30.0, overhead_s=0.0, first=1000, maximum=1000)
_PLAN = Plan("trial", 60.0, (Media(0.8, 60.0), Media(0.2, 1200.0)), _FUNCTIONS, _FLEET, hours=6.0)


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a model, not a secret


def erlang_c(servers: int, load: float) -> float:
    """The probability to wait in M/M/c, with the load in servers (A. K. Erlang, 1917)."""
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(load**k / math.factorial(k) for k in range(servers)) + last)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (4, 2.0), (10, 6.0)])
def test_waiting_is_what_erlang_says(servers: int, load: float) -> None:
    agenda, random, work_s, jobs = Agenda(), seeded(7), 10.0, 60_000
    pool = FunctionPool(agenda, Functions(frames_per_s=1.0, first=servers, maximum=servers))
    arrived_s = 0.0
    for _ in range(jobs):
        arrived_s += random.expovariate(load / work_s)
        duration_s = random.expovariate(1 / work_s)
        agenda.after(arrived_s, lambda duration_s=duration_s: pool.do(duration_s, lambda: None))  # type: ignore[misc]
    agenda.run()
    expected_wait_s = erlang_c(servers, load) * work_s / (servers - load)
    assert sum(pool.waits_s) / jobs == pytest.approx(expected_wait_s, rel=0.15)
    assert sum(wait_s > 0 for wait_s in pool.waits_s) / jobs == pytest.approx(erlang_c(servers, load), rel=0.15)


def test_the_same_seed_gives_the_same_day() -> None:
    assert Simulation(_PLAN).run() == Simulation(_PLAN).run()
    assert Simulation(_PLAN).run() != Simulation(replace(_PLAN, seed=2)).run()


@given(
    st.integers(1, 5),
    st.just(0.0) | st.floats(0.01, 20.0),
    st.integers(1, 3),
    st.booleans(),
    st.floats(10.0, 600.0),
)
def test_every_job_ends_whatever_is_taken_away(
    maximum: int, interruptions_per_h: float, slots: int, is_for_one_segment: bool, segment_s: float
) -> None:
    fleet = replace(_FLEET, maximum=maximum, interruptions_per_h=interruptions_per_h, slots=slots, frames_per_s=300.0)
    fleet = replace(fleet, is_for_one_segment=is_for_one_segment and slots == 1)
    outcome = Simulation(replace(_PLAN, fleet=fleet, segment_s=segment_s, hours=1.0)).run()
    assert len(outcome.short_totals_s) + len(outcome.long_totals_s) == outcome.arrived
    assert outcome.machines_peak <= maximum
    assert (outcome.machine_hours > 0) == bool(outcome.long_totals_s)
    assert outcome.lost_hours == 0 or outcome.interruptions > 0


def test_an_idle_fleet_costs_nothing_and_a_boot_is_paid_for() -> None:
    agenda = Agenda()
    fleet = MachineFleet(agenda, _FLEET, seeded(1))
    done: list[float] = []
    fleet.do(30.0, lambda: done.append(agenda.now_s))
    agenda.run()
    assert done == [90.0]  # it came from nothing
    assert fleet.machine_s == 90.0


def test_a_machine_that_is_taken_away_loses_what_it_was_at() -> None:
    agenda = Agenda()
    fleet = MachineFleet(agenda, replace(_FLEET, interruptions_per_h=60.0), seeded(1))
    done: list[float] = []
    fleet.do(100.0, lambda: done.append(agenda.now_s))
    agenda.run()
    assert len(done) == 1
    assert fleet.interruptions > 0
    assert done[0] == pytest.approx(60.0 * (fleet.interruptions + 1) + fleet.lost_s + 100.0)


def test_a_pool_grows_as_lambda_says() -> None:
    agenda = Agenda()
    pool = FunctionPool(agenda, Functions(frames_per_s=1.0, first=5, growth_per_min=60.0, maximum=10))
    for _ in range(20):
        pool.do(1000.0, lambda: None)
    agenda.run()
    assert pool.waits_s[:10] == [0.0] * 5 + [1.0, 2.0, 3.0, 4.0, 5.0]
    assert pool.peak == 10


def test_more_machines_are_never_slower_on_the_median() -> None:
    few = Simulation(replace(_PLAN, fleet=replace(_FLEET, maximum=2))).run()
    many = Simulation(replace(_PLAN, fleet=replace(_FLEET, maximum=20))).run()
    assert percentile(many.long_totals_s, 0.5) < percentile(few.long_totals_s, 0.5)
    assert many.arrived == few.arrived


def test_the_report_and_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    shown = "\n".join(lines(Simulation(_PLAN).run()))
    assert "trial" in shown
    assert "a minute of their video" in shown
    assert main(["clips-in-five-minutes"]) == 0
    assert "clips-in-five-minutes: " in capsys.readouterr().out
    assert main(["nothing"]) == 2


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="make one"):
        replace(_PLAN, media=(Media(0.5, 1.0),))
    with pytest.raises(ValueError, match="before now"):
        Agenda().after(-1.0, lambda: None)
    with pytest.raises(ValueError, match="one slot"):
        replace(_FLEET, slots=2, is_for_one_segment=True)
