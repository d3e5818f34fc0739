"""Machines that come for waiting segments and go when there are none."""

from collections import deque
from dataclasses import dataclass, field
from random import Random

from infra.simulation.agenda import Action, Agenda
from infra.simulation.plan import Fleet


@dataclass(frozen=True, slots=True)
class _Task:
    """A segment: how long it takes, and what happens when it is done."""

    duration_s: float
    then: Action


@dataclass(eq=False, slots=True)
class _Attempt:
    """A segment on a machine."""

    task: _Task
    began_s: float


@dataclass(eq=False, slots=True)
class _Machine:
    """`rests` counts how often it became idle, so that a later end of its rest is known to be out of date."""

    came_s: float
    attempts: list[_Attempt] = field(default_factory=list)
    rests: int = 0


class MachineFleet:
    """As many machines as segments wait for, up to the plan's maximum; none while there is nothing to do."""

    def __init__(self, agenda: Agenda, plan: Fleet, random: Random) -> None:
        self._agenda = agenda
        self._plan = plan
        self._random = random
        self._waiting: deque[_Task] = deque()
        self._machines: list[_Machine] = []
        self._coming = 0
        self.peak = 0
        self.most_waiting = 0
        self.machine_s = 0.0
        self.interruptions = 0
        self.lost_s = 0.0

    def do(self, duration_s: float, then: Action) -> None:
        """Queues a segment; `then` happens when it is done, however often it had to begin."""
        self._waiting.append(_Task(self._plan.start_s + duration_s, then))
        self._schedule()

    def _schedule(self) -> None:
        for machine in self._machines:
            while self._waiting and len(machine.attempts) < self._plan.slots:
                self._begin(machine, self._waiting.popleft())
        self.most_waiting = max(self.most_waiting, len(self._waiting))
        wanted = -(-len(self._waiting) // self._plan.slots) - self._coming
        room = self._plan.maximum - len(self._machines) - self._coming
        for _ in range(min(wanted, room)):
            self._coming += 1
            self._agenda.after(self._plan.boot_s, self._arrive)

    def _arrive(self) -> None:
        self._coming -= 1
        machine = _Machine(came_s=self._agenda.now_s)
        self._machines.append(machine)
        self.peak = max(self.peak, len(self._machines))
        if self._plan.interruptions_per_h > 0:
            life_s = self._random.expovariate(self._plan.interruptions_per_h / 3600)
            self._agenda.after(life_s, lambda: self._take_away(machine))
        self._schedule()
        self._rest_if_idle(machine)

    def _begin(self, machine: _Machine, task: _Task) -> None:
        attempt = _Attempt(task, self._agenda.now_s)
        machine.attempts.append(attempt)
        self._agenda.after(task.duration_s, lambda: self._end(machine, attempt))

    def _end(self, machine: _Machine, attempt: _Attempt) -> None:
        if attempt not in machine.attempts:  # the machine was taken away under it
            return
        machine.attempts.remove(attempt)
        if self._plan.is_for_one_segment:
            self._let_go(machine)
        attempt.task.then()
        self._schedule()
        self._rest_if_idle(machine)

    def _rest_if_idle(self, machine: _Machine) -> None:
        if machine.attempts or machine not in self._machines:
            return
        machine.rests += 1
        rest = machine.rests

        def go_if_still_idle() -> None:
            if machine in self._machines and not machine.attempts and machine.rests == rest:
                self._let_go(machine)

        self._agenda.after(self._plan.idle_s, go_if_still_idle)

    def _take_away(self, machine: _Machine) -> None:
        if machine not in self._machines:
            return
        self._let_go(machine)
        self.interruptions += len(machine.attempts)
        for attempt in machine.attempts:
            self.lost_s += self._agenda.now_s - attempt.began_s
            self._waiting.appendleft(attempt.task)
        machine.attempts.clear()
        self._schedule()

    def _let_go(self, machine: _Machine) -> None:
        self._machines.remove(machine)
        self.machine_s += self._plan.boot_s + self._agenda.now_s - machine.came_s  # coming is paid for as well
