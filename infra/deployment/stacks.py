"""CloudFormation stacks: made, changed, deleted, and waited for."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, WaiterError

from infra.deployment.errors import DeploymentError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient

# SAM is a transform (AUTO_EXPAND) and the stack has roles; none of them has a name of its own.
_CAPABILITIES: Any = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
_NO_CHANGES = "No updates are to be performed"
_NEVER_WORKED = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"}


class Stacks:
    """The stacks of one account and region. `poll_s` is the polling interval."""

    def __init__(
        self, client: "CloudFormationClient", *, poll_s: float = 5.0, say: Callable[[str], None] = print
    ) -> None:
        self._client = client
        self._poll_s = poll_s
        self._say = say

    def outputs(self, name: str) -> dict[str, str] | None:
        """Returns the stack's outputs, None if there is no such stack."""
        stack = self._find(name)
        if stack is None:
            return None
        return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())}

    def parameters(self, name: str) -> dict[str, str]:
        """Returns the parameters of the stack as it is; none if there is no such stack."""
        stack = self._find(name) or {}
        return {each["ParameterKey"]: each.get("ParameterValue", "") for each in stack.get("Parameters", ())}

    def deploy(self, name: str, *, parameters: Mapping[str, str], **template: str) -> dict[str, str]:
        """Creates or updates the stack and returns its outputs.

        `template` is `TemplateBody` or `TemplateURL`. A stack that cannot be updated is rolled back; raises
        `DeploymentError` with the reasons that AWS gives.
        """
        stack = self._find(name)
        if stack is not None and stack["StackStatus"] in _NEVER_WORKED:
            raise DeploymentError(
                f"The stack {name} could never be made and cannot be changed ({stack['StackStatus']}); "
                f"delete it with: aws cloudformation delete-stack --stack-name {name}"
            )
        settings: Any = {
            "StackName": name,
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            "Capabilities": _CAPABILITIES,
        }
        if stack is None:
            self._client.create_stack(**(settings | template))
            self._wait(name, "stack_create_complete")
            self._say(f"The stack {name} is made.")
        elif self._begin_update(settings | template):
            self._wait(name, "stack_update_complete")
            self._say(f"The stack {name} is changed.")
        else:
            self._say(f"The stack {name} is as it should be; nothing changes.")
        return self.outputs(name) or {}

    def delete(self, name: str) -> None:
        """Deletes the stack and what does not outlive it. None there is no error."""
        self._client.delete_stack(StackName=name)
        self._wait(name, "stack_delete_complete")

    def retained(self, name: str) -> list[str]:
        """Resources that would outlive the stack, as `type name`."""
        template = self._client.get_template(StackName=name, TemplateStage="Original")["TemplateBody"]
        document: Any = template
        kept = [
            key for key, each in document["Resources"].items() if each.get("DeletionPolicy", "").startswith("Retain")
        ]
        pages = self._client.get_paginator("list_stack_resources").paginate(StackName=name)
        found = {each["LogicalResourceId"]: each for page in pages for each in page["StackResourceSummaries"]}
        return [f"{found[key]['ResourceType']} {found[key]['PhysicalResourceId']}" for key in kept if key in found]

    def _find(self, name: str) -> Any:
        try:
            return self._client.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as failure:
            if "does not exist" in failure.response["Error"]["Message"]:
                return None
            raise

    def _begin_update(self, settings: Any) -> bool:
        """Returns True if there is anything to change."""
        try:
            self._client.update_stack(**settings)
        except ClientError as failure:
            if _NO_CHANGES in failure.response["Error"]["Message"]:
                return False
            raise
        return True

    def _wait(self, name: str, waiter: Any) -> None:
        try:
            # Two hours: compute environments and functions take their time.
            attempts = int(2 * 3600 / max(self._poll_s, 1.0))
            self._client.get_waiter(waiter).wait(
                StackName=name,
                WaiterConfig={"Delay": self._poll_s, "MaxAttempts": attempts},
            )
        except WaiterError as failure:
            raise DeploymentError(f"The stack {name} could not be brought there: {self._reasons(name)}") from failure

    def _reasons(self, name: str) -> str:
        events = self._client.describe_stack_events(StackName=name)["StackEvents"]
        failed = [each for each in events if each.get("ResourceStatus", "").endswith("_FAILED")]
        sentences = [
            f"{each.get('LogicalResourceId')}: {each.get('ResourceStatusReason')}" for each in reversed(failed)
        ]
        return "; ".join(sentences) or "AWS gives no reason"
