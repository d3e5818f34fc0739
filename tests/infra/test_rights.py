"""The rights of the functions that end jobs and send notifications: all that they call, and not much more.

Their calls are recorded, and compared with their roles as IAM would: by action, partition and attributes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

import pytest
from boto3.session import Session

from chalicelib.aws.dynamodb.dead_letters import DynamoDeadLetters
from chalicelib.aws.dynamodb.jobs import DynamoJobs, job_row
from chalicelib.aws.dynamodb.reminders import DynamoReminders
from chalicelib.aws.dynamodb.rows import to_row, to_wire
from chalicelib.aws.dynamodb.table_layout import annotation_key, entry_key, job_key, webhook_secret_key
from chalicelib.aws.dynamodb.webhook_secrets import DynamoWebhookSecrets
from chalicelib.composition.services import Services
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.webhooks import Outcome, Webhook, WebhookSecret
from tests.contract.samples import make_annotation, make_entry, make_job
from tests.fakes import START, FakePorts
from tests.moto_stack import MotoStack, moto_stack
from tests.services.conftest import ADA, SETTINGS, an_upload

_ACCOUNT = ADA.account_id


@dataclass(frozen=True)
class _Call:
    """A call of DynamoDB, as IAM sees it."""

    action: str
    partition: str
    attributes: frozenset[str] = frozenset()


@dataclass
class _World:
    """Services whose rows are in moto's DynamoDB. `calls` are those since it was last emptied."""

    stack: MotoStack
    fakes: FakePorts = field(default_factory=FakePorts)
    calls: list[_Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        table = self.stack.table
        self.stack.clients.dynamodb.meta.events.register("provide-client-params.dynamodb.*", self._record)
        ports = replace(
            self.fakes.ports(),
            jobs=lambda: DynamoJobs(table),
            reminders=lambda: DynamoReminders(table),
            dead_letters=lambda: DynamoDeadLetters(table),
            webhook_secrets=lambda: DynamoWebhookSecrets(table),
        )
        self.services = Services(ports, SETTINGS)

    def _record(self, params: Mapping[str, Any], model: Any, **_event: object) -> None:
        self.calls.append(_call(model.name, params))


def _call(operation: str, params: Mapping[str, Any]) -> _Call:
    row = params.get("Item") or params.get("Key") or {}
    names = {*row, *params.get("ExpressionAttributeNames", {}).values()}
    return _Call(f"dynamodb:{operation}", row.get("pk", {}).get("S", "?"), frozenset(names))


def _is_allowed(template: Mapping[str, Any], role: str, call: _Call) -> bool:
    policies = template["Resources"][role]["Properties"]["Policies"]
    statements = (statement for policy in policies for statement in policy["PolicyDocument"]["Statement"])
    return any(_covers(statement, call) for statement in statements)


def _covers(statement: Mapping[str, Any], call: _Call) -> bool:
    actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
    if call.action not in actions or statement["Resource"] != {"Fn::GetAtt": ["Table", "Arn"]}:
        return False
    found = {"dynamodb:LeadingKeys": {call.partition}, "dynamodb:Attributes": call.attributes}
    tests: Mapping[str, Callable[[str, str], bool]] = {
        "ForAllValues:StringLike": fnmatchcase,
        "ForAllValues:StringEquals": str.__eq__,
    }
    return all(
        all(any(tests[operator](value, option) for option in options) for value in found[key])
        for operator, keys in statement.get("Condition", {}).items()
        for key, options in keys.items()
    )


@pytest.fixture
def world(aws_environment: None, aws_session: Session) -> Iterator[_World]:
    with moto_stack(aws_session) as stack:
        yield _World(stack)


def test_the_notifier_may_do_what_it_does(template: dict[str, Any], world: _World) -> None:
    """An attempt that fails, and one that succeeds."""
    world.services.webhook_secrets.get(_ACCOUNT)  # as whoever accepts a job with a webhook
    webhook = Webhook("https://receiver.example.org/hook", "https://api.example.org/jobs")
    job = world.services.jobs.create(ADA, NewJob(JobName.NO_OP, webhook=webhook), an_upload())
    world.services.jobs.update(ADA, job.id, name=None, status="cancelled")
    world.calls.clear()
    world.fakes.webhooks.outcomes = [Outcome(status_code=500), Outcome(status_code=204)]
    world.services.notifications.send(_ACCOUNT, job.id)
    world.fakes.clock.advance(3600)
    world.services.notifications.send(_ACCOUNT, job.id)
    sent = world.services.jobs.get(ADA, job.id).webhook
    assert sent is not None
    assert [delivery.status_code for delivery in sent.deliveries] == [500, 204]
    assert len({call.action for call in world.calls}) == 2
    assert [call for call in world.calls if not _is_allowed(template, "NotifierRole", call)] == []


def test_the_burier_may_do_what_it_does(template: dict[str, Any], world: _World) -> None:
    webhook = Webhook("https://receiver.example.org/hook", "https://api.example.org/jobs")
    job = world.services.jobs.create(ADA, NewJob(JobName.NO_OP, webhook=webhook), an_upload())
    world.calls.clear()
    world.services.dead_letters.bury(job.message)
    ended = world.services.jobs.get(ADA, job.id)
    assert (ended.status, ended.webhook and ended.webhook.next_at is not None) == ("error", True)
    assert {call.partition for call in world.calls} == {f"ACCOUNT#{_ACCOUNT}", "DEAD_LETTERS"}
    assert [call for call in world.calls if not _is_allowed(template, "BurierRole", call)] == []


def _forgeries() -> dict[str, _Call]:
    """Writes with which a stranger's code would reach another account's media, or sign in its name."""
    entry = make_entry(account_id=_ACCOUNT)
    annotation = make_annotation(entry)
    secret = WebhookSecret(_ACCOUNT, "mine", START)
    rows = {
        "a job": job_row(make_job()) | job_key(_ACCOUNT, "job"),
        "an entry": to_row(entry) | entry_key(_ACCOUNT, entry.id),
        "an annotation": to_row(annotation) | annotation_key(_ACCOUNT, entry.id, annotation.id),
        "a secret": to_row(secret) | webhook_secret_key(_ACCOUNT),
    }
    puts = {f"put {name}": _call("PutItem", {"Item": to_wire(row)}) for name, row in rows.items()}
    key = {"pk": {"S": f"ACCOUNT#{_ACCOUNT}"}, "sk": {"S": "any"}}
    changed = (
        "representations",
        "upload",
        "input_entry_id",
        "result_entry_id",
        "secret",
        "value",
        "author",
        "account_id",
    )
    changes = {
        f"change {name}": _call("UpdateItem", {"Key": key, "ExpressionAttributeNames": {"#x": name}})
        for name in changed
    }
    user = {"pk": {"S": "USER#ada@example.org"}, "sk": {"S": "USER"}}
    others = {"delete": _call("DeleteItem", {"Key": key}), "read a user": _call("GetItem", {"Key": user})}
    return puts | changes | others | {"batch": _call("BatchWriteItem", {}), "query": _call("Query", {})}


@pytest.mark.parametrize("role", ["NotifierRole", "BurierRole"])
@pytest.mark.parametrize("name", sorted(_forgeries()))
def test_neither_may_make_or_change_what_others_rely_on(template: dict[str, Any], role: str, name: str) -> None:
    assert not _is_allowed(template, role, _forgeries()[name])


def test_the_api_may(template: dict[str, Any]) -> None:
    """The comparison allows what a role does not restrict."""
    refused = [name for name, call in _forgeries().items() if not _is_allowed(template, "ApiRole", call)]
    assert sorted(refused) == ["batch", "query", "read a user"]  # the first two name no partition here
