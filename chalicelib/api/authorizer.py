"""The authorizer as API Gateway calls it, which includes the source IP address of a request."""

from typing import Any

from chalice.app import AuthRequest, AuthResponse, ChaliceAuthorizer


class SourcedAuthRequest(AuthRequest):
    """Credentials and their source IP address, which is empty if the event has none."""

    def __init__(self, auth_type: str, token: str, method_arn: str, *, source_ip: str) -> None:
        super().__init__(auth_type, token, method_arn)
        self.source_ip = source_ip


class Denied(AuthResponse):
    """A policy that denies everything. Chalice's own for no routes allows an empty list of resources, which is no valid
    IAM statement; what API Gateway makes of one is reported to differ (aws/chalice, issue 1619)."""

    def __init__(self, principal_id: str) -> None:
        super().__init__(routes=[], principal_id=principal_id)

    def to_dict(self, request: AuthRequest) -> dict[str, Any]:  # noqa: ARG002 - of the base class
        """The answer of the authorizer in the form of API Gateway."""
        everything = {"Action": "execute-api:Invoke", "Effect": "Deny", "Resource": ["*"]}
        policy = {"Version": "2012-10-17", "Statement": [everything]}
        return {"context": {}, "principalId": self.principal_id, "policyDocument": policy}


class SourcedAuthorizer(ChaliceAuthorizer):
    """Reads events of both types of authorizer that API Gateway knows.

    An event of type TOKEN, which is what Chalice asks for, has the credentials only; one of type REQUEST, which
    `infra/template.yaml` makes of it, has headers and the source address. The local server sends both in one.
    """

    def _transform_event(self, event: dict[str, Any]) -> SourcedAuthRequest:
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        identity = (event.get("requestContext") or {}).get("identity") or {}
        return SourcedAuthRequest(
            event["type"],
            event.get("authorizationToken") or headers.get("authorization") or "",
            event["methodArn"],
            source_ip=identity.get("sourceIp") or "",
        )


def sourced(authorizer: ChaliceAuthorizer) -> SourcedAuthorizer:
    """Wraps a registered authorizer so that it reads the source IP address."""
    made = SourcedAuthorizer(authorizer.name, authorizer.func)
    made.config = authorizer.config
    return made
