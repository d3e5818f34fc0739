"""`make smoke STAGE=staging`, or `make smoke URL=... TABLE=... BUCKET=... ENDPOINT=...` for `make serve`."""

import sys

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chalicelib.errors import MienError
from infra.deployment.errors import DeploymentError
from infra.smoke.checks import CHECKS, Outcome, run_checks
from infra.smoke.target import chosen_target
from infra.smoke.visit import visit

_JOB_LIMIT_S = 1200.0


def main() -> int:
    """Runs the command; returns 0 if every check is right, 1 otherwise."""
    console = Console()
    try:
        target = chosen_target()
        console.print(f"{len(CHECKS)} checks of {target.index_url}", highlight=False)
        with visit(target, job_limit_s=_JOB_LIMIT_S) as guests:
            outcomes = []
            for outcome in run_checks(guests):
                console.print(f"{_mark(outcome)} {outcome.name}", highlight=False)
                outcomes.append(outcome)
    except (DeploymentError, MienError, BotoCoreError, ClientError) as error:
        print(f"The stack was not checked: {error}", file=sys.stderr)
        return 1
    console.print(table_of(outcomes))
    return 0 if all(outcome.is_right for outcome in outcomes) else 1


def table_of(outcomes: list[Outcome]) -> Table:
    """The outcomes as a table."""
    table = Table("check", "", "seen", "s")
    for outcome in outcomes:
        table.add_row(outcome.name, _mark(outcome), escape(outcome.seen), f"{outcome.lasted_s:.1f}")
    return table


def _mark(outcome: Outcome) -> str:
    return "ok" if outcome.is_right else "FAILED"


if __name__ == "__main__":
    sys.exit(main())
