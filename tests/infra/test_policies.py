"""Wildcards are refused unless there is a reason for them, and reasons unless there is a use."""

from typing import Any

import pytest

from chalicelib.aws.dynamodb.table_layout import DEAD_LETTERS_PARTITION, account_partition
from infra.deployment.policies import Wildcard, complaints, grants, load_wildcards

_OBJECTS = Wildcard(frozenset({"s3:GetObject"}), "${Bucket.Arn}/*", "keys are not known before")


def role(**statement: Any) -> dict[str, Any]:
    """A template with one role that holds one statement."""
    policy = {"PolicyDocument": {"Statement": [{"Effect": "Allow"} | statement]}}
    return {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}}}}


def test_the_real_template_allows_nothing_without_a_reason(translated: dict[str, Any]) -> None:
    assert len(list(grants(translated))) > 50
    assert complaints(translated, load_wildcards()) == []
    assert all(line.reason for line in load_wildcards())


def _partitions(template: dict[str, Any]) -> dict[str, set[str]]:
    """The partitions of the table that each role may name; `*` if a statement does not say."""
    found: dict[str, set[str]] = {}
    for name, resource in template["Resources"].items():
        policies = resource["Properties"].get("Policies", ()) if resource["Type"] == "AWS::IAM::Role" else ()
        for statement in (each for policy in policies for each in policy["PolicyDocument"]["Statement"]):
            if statement["Resource"] == {"Fn::GetAtt": ["Table", "Arn"]}:
                keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys")
                found.setdefault(name, set()).update(keys or ["*"])
    return found


def test_only_the_authorizer_can_read_users(template: dict[str, Any]) -> None:
    """Of whom the table has the digests of passwords."""
    of_accounts = {account_partition("*")}
    roles = _partitions(template)
    assert roles.pop("AuthorizerRole") == {"USER#*", "LOGIN#*"}
    assert roles.pop("BurierRole") == {*of_accounts, DEAD_LETTERS_PARTITION}
    assert len(roles) > 5
    assert all(partitions == of_accounts for partitions in roles.values()), roles


def test_who_ends_what_was_given_up_reads_no_media(template: dict[str, Any]) -> None:
    of_burier = [grant for grant in grants(template) if grant.holder == "BurierRole" and grant.action.startswith("s3:")]
    assert [(grant.action, grant.resource) for grant in of_burier] == [("s3:PutObject", "${MediaBucket.Arn}/results/*")]


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "s3:*", "Resource": {"Fn::GetAtt": ["Bucket", "Arn"]}},
        {"Action": ["s3:GetObject"], "Resource": "*"},
        {"Action": "s3:PutObject", "Resource": {"Fn::Sub": "${Bucket.Arn}/*"}},
        {"Action": "s3:GetObject", "Resource": {"Fn::If": ["Some", "*", {"Ref": "Bucket"}]}},
        {"Action": "s3:GetObject", "Resource": {"Fn::Join": ["", ["a", "b"]]}},
        {"NotAction": "iam:PassRole", "Resource": {"Ref": "Bucket"}},
        {"Action": "sqs:SendMessage", "Resource": {"Ref": "Queue"}, "Principal": "*"},
        {"Action": "sqs:SendMessage", "Resource": {"Ref": "Queue"}, "Principal": {"AWS": ["*"]}},
    ],
)
def test_what_is_too_wide_is_named(statement: dict[str, Any]) -> None:
    found = complaints(role(**statement), ())
    assert found
    assert all("Role" in sentence for sentence in found)


def test_a_reason_covers_its_actions_on_its_resource_only() -> None:
    read = role(Action="s3:GetObject", Resource={"Fn::Sub": "${Bucket.Arn}/*"})
    assert complaints(read, (_OBJECTS,)) == []
    other = role(Action="s3:GetObject", Resource={"Fn::Sub": "${Other.Arn}/*"})
    assert len(complaints(other, (_OBJECTS,))) == 2  # the grant has no reason, the reason no grant


def test_a_policy_of_awss_own_needs_a_reason_as_well() -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    template = {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": [arn]}}}}
    assert complaints(template, ())
    assert complaints(template, (Wildcard(frozenset({"*"}), arn, "for the test"),)) == []


def test_denying_everything_is_fine() -> None:
    assert complaints(role(Effect="Deny", Action="s3:*", Resource="*", Principal="*"), ()) == []
