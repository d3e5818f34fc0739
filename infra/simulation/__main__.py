"""`make simulate`: runs every scenario, or those named as arguments."""

import sys
from collections.abc import Sequence

from infra.simulation.report import lines
from infra.simulation.scenarios import SCENARIOS
from infra.simulation.simulate import Simulation


def main(names: Sequence[str]) -> int:
    """Prints what each of them comes to; returns 2 for a name that is none."""
    known = {plan.name: plan for plan in SCENARIOS}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"There is no scenario {unknown[0]!r}; there are {', '.join(known)}.", file=sys.stderr)
        return 2
    for name in names or known:
        print("\n".join(lines(Simulation(known[name]).run())))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
