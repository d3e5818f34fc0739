"""Compares the roles and policies of a translated template with a list of justified wildcards.

Every statement that allows something must name its actions and its resources. If AWS leaves no other way, a line of
`wildcards.json` names the actions, the resource and the reason; a line that nothing uses any more is refused as well.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WILDCARDS = Path(__file__).with_name("wildcards.json")


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A resource with a wildcard that these actions may name, and why. A managed policy stands as its own resource."""

    actions: frozenset[str]
    resource: str
    reason: str


@dataclass(frozen=True, slots=True)
class Grant:
    """One action on one resource (as `Fn::Sub` would write it) that `holder`, a resource of the template, allows."""

    holder: str
    action: str
    resource: str


def load_wildcards(path: Path = WILDCARDS) -> tuple[Wildcard, ...]:
    """Reads the list next to this file, or another one of the same form."""
    return tuple(
        Wildcard(frozenset(line["actions"]), line["resource"], line["reason"]) for line in json.loads(path.read_text())
    )


def complaints(template: dict[str, Any], wildcards: tuple[Wildcard, ...]) -> list[str]:
    """Returns a message for each grant that is wider than the list allows, and for each unused line of the list."""
    found: list[str] = []
    used: set[tuple[str, str]] = set()
    for grant in grants(template):
        if "*" not in grant.action and "*" not in grant.resource:
            continue
        matching = [line for line in wildcards if line.resource == grant.resource and grant.action in line.actions]
        used.update((line.resource, grant.action) for line in matching)
        if not matching:
            found.append(f"{grant.holder} allows {grant.action} on {grant.resource}, for which no reason is listed.")
    for line in wildcards:
        idle = sorted(action for action in line.actions if (line.resource, action) not in used)
        if idle:
            found.append(f"The list has a reason for {', '.join(idle)} on {line.resource}, which nothing uses.")
    return found


def grants(template: dict[str, Any]) -> Iterator[Grant]:
    """Every action on every resource that the template's policies allow."""
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        for policy in (*properties.get("Policies", ()), properties):
            for statement in _listed(policy.get("PolicyDocument", {}).get("Statement", ())):
                yield from _statement_grants(name, statement)
        for arn in properties.get("ManagedPolicyArns", ()):
            yield Grant(name, "*", text_of(arn))


def _statement_grants(holder: str, statement: dict[str, Any]) -> Iterator[Grant]:
    if statement["Effect"] != "Allow":
        return
    if "NotAction" in statement or "NotResource" in statement:
        yield Grant(holder, "*", "*")  # all but a few is nearly all
        return
    for action in _listed(statement["Action"]):
        for resource in _listed(statement["Resource"]):
            yield Grant(holder, action, text_of(resource))
    if "*" in _principals(statement):
        yield Grant(holder, "*", "principal *")


def _principals(statement: dict[str, Any]) -> list[str]:
    principal = statement.get("Principal", {})
    values = principal.values() if isinstance(principal, dict) else [principal]
    return [text_of(each) for value in values for each in _listed(value)]


def text_of(value: Any) -> str:
    """A resource as `Fn::Sub` would write it; a choice is written with both its sides."""
    match value:
        case str():
            return value
        case {"Fn::Sub": str(text)}:
            return text
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{name}.{attribute}}}"
        case {"Ref": name}:
            return f"${{{name}}}"
        case {"Fn::If": [condition, one, other]}:
            return f"({condition}? {text_of(one)} : {text_of(other)})"
        case _:
            return f"* {json.dumps(value)}"  # what cannot be read is taken for everything


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
