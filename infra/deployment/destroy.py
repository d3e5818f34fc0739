"""`make destroy STAGE=...`: deletes a stage's stack after asking. Media and rows stay, whatever is answered."""

import sys
from collections.abc import Callable

from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError

from infra.deployment.deploy import where
from infra.deployment.errors import DeploymentError
from infra.deployment.places import chosen_stage
from infra.deployment.release import stack_name
from infra.deployment.stacks import Stacks


def main() -> int:
    """Runs the command; returns 0, or 1 after an error message on stderr."""
    try:
        stage = chosen_stage()
        session = Session()
        print(where(session))
        destroy(Stacks(session.client("cloudformation")), stage, ask=input)
    except (DeploymentError, BotoCoreError, ClientError) as error:
        print(f"The stage is not deleted: {error}", file=sys.stderr)
        return 1
    except EOFError:
        print("Nothing was deleted: the stage was not confirmed.", file=sys.stderr)
        return 1
    return 0


def destroy(stacks: Stacks, stage: str, *, ask: Callable[[str], str]) -> list[str]:
    """Deletes the stage's stack if the answer is its name; returns what stays. Raises `DeploymentError`."""
    name = stack_name(stage)
    if stacks.outputs(name) is None:
        raise DeploymentError(f"there is no stack {name} here.")
    stays = stacks.retained(name)
    print(f"The API, the queues with the jobs in them, the workers and the alarms of {name} will be deleted.")
    for resource in stays:
        print(f"  stays: {resource}")
    if ask(f"To delete the rest, type the stage's name ({stage}): ").strip() != stage:
        raise DeploymentError("that is not the stage's name.")
    stacks.delete(name)
    print(
        "Deleted. A new deployment makes a new bucket and a new table; docs/deploy.md says how to empty the old ones."
    )
    return stays


if __name__ == "__main__":
    sys.exit(main())
