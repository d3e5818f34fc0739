"""Each port twice: in memory and on AWS as moto plays it."""

from collections.abc import Iterator

import pytest
from boto3.session import Session

from chalicelib.aws.dynamodb.accounts import DynamoAccounts
from chalicelib.aws.dynamodb.annotations import DynamoAnnotations
from chalicelib.aws.dynamodb.dead_letters import DynamoDeadLetters
from chalicelib.aws.dynamodb.entries import DynamoEntries
from chalicelib.aws.dynamodb.jobs import DynamoJobs
from chalicelib.aws.dynamodb.keyed_requests import DynamoKeyedRequests
from chalicelib.aws.dynamodb.login_failures import DynamoLoginFailures
from chalicelib.aws.dynamodb.members import DynamoMembers
from chalicelib.aws.dynamodb.reminders import DynamoReminders
from chalicelib.aws.dynamodb.segments import DynamoSegments
from chalicelib.aws.dynamodb.users import DynamoUsers
from chalicelib.aws.dynamodb.webhook_secrets import DynamoWebhookSecrets
from chalicelib.services.ports import (
    AccountStore,
    AnnotationStore,
    DeadLetterStore,
    EntryStore,
    JobStore,
    KeyedRequestStore,
    LoginFailureStore,
    MemberStore,
    ReminderStore,
    SegmentStore,
    UserStore,
    WebhookSecretStore,
)
from tests.contract.audit_cases import AuditedStores, dynamo_audited, fake_audited
from tests.contract.drop_cases import DropCase, FakeDropCase, S3DropCase
from tests.contract.media_cases import FakeMediaCase, MediaCase, S3MediaCase
from tests.contract.queue_cases import FakeQueueCase, QueueCase, SqsQueueCase
from tests.contract.upload_cases import FakeUploadCase, S3UploadCase, UploadCase
from tests.fakes import (
    FakeAccounts,
    FakeAnnotations,
    FakeDeadLetters,
    FakeEntries,
    FakeJobs,
    FakeKeyedRequests,
    FakeLoginFailures,
    FakeMembers,
    FakeReminders,
    FakeSegments,
    FakeUsers,
    FakeWebhookSecrets,
)
from tests.moto_stack import MotoStack, moto_stack


@pytest.fixture(params=["fake", "moto"])
def stack(request: pytest.FixtureRequest, aws_environment: None, aws_session: Session) -> Iterator[MotoStack | None]:
    """None stands for the fakes."""
    if request.param == "fake":
        yield None
        return
    with moto_stack(aws_session) as provisioned:
        yield provisioned


@pytest.fixture
def jobs(stack: MotoStack | None) -> JobStore:
    return FakeJobs() if stack is None else DynamoJobs(stack.table)


@pytest.fixture
def entries(stack: MotoStack | None) -> EntryStore:
    return FakeEntries() if stack is None else DynamoEntries(stack.table)


@pytest.fixture
def audited(stack: MotoStack | None) -> AuditedStores:
    return fake_audited() if stack is None else dynamo_audited(stack.table)


@pytest.fixture
def accounts(stack: MotoStack | None) -> AccountStore:
    return FakeAccounts() if stack is None else DynamoAccounts(stack.table)


@pytest.fixture
def annotations(stack: MotoStack | None) -> AnnotationStore:
    return FakeAnnotations() if stack is None else DynamoAnnotations(stack.table)


@pytest.fixture
def users(stack: MotoStack | None) -> UserStore:
    return FakeUsers() if stack is None else DynamoUsers(stack.table)


@pytest.fixture
def keyed_requests(stack: MotoStack | None) -> KeyedRequestStore:
    return FakeKeyedRequests() if stack is None else DynamoKeyedRequests(stack.table)


@pytest.fixture
def login_failures(stack: MotoStack | None) -> LoginFailureStore:
    return FakeLoginFailures() if stack is None else DynamoLoginFailures(stack.table)


@pytest.fixture
def media(stack: MotoStack | None) -> MediaCase:
    return FakeMediaCase() if stack is None else S3MediaCase(stack)


@pytest.fixture
def queue(stack: MotoStack | None) -> QueueCase:
    return FakeQueueCase() if stack is None else SqsQueueCase(stack)


@pytest.fixture
def reminders(stack: MotoStack | None) -> ReminderStore:
    return FakeReminders() if stack is None else DynamoReminders(stack.table)


@pytest.fixture
def webhook_secrets(stack: MotoStack | None) -> WebhookSecretStore:
    return FakeWebhookSecrets() if stack is None else DynamoWebhookSecrets(stack.table)


@pytest.fixture
def uploads(stack: MotoStack | None) -> UploadCase:
    return FakeUploadCase() if stack is None else S3UploadCase(stack)


@pytest.fixture
def drops(stack: MotoStack | None) -> DropCase:
    return FakeDropCase() if stack is None else S3DropCase(stack)


@pytest.fixture
def segments(stack: MotoStack | None) -> SegmentStore:
    return FakeSegments() if stack is None else DynamoSegments(stack.table)


@pytest.fixture
def members(stack: MotoStack | None) -> MemberStore:
    return FakeMembers() if stack is None else DynamoMembers(stack.table)


@pytest.fixture
def dead_letters(stack: MotoStack | None) -> DeadLetterStore:
    return FakeDeadLetters() if stack is None else DynamoDeadLetters(stack.table)
