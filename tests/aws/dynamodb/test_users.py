"""Tests which questions do not reach DynamoDB."""

import pytest
from boto3.session import Session
from botocore.stub import Stubber

from chalicelib.aws.clients import AwsClients
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.users import DynamoUsers
from chalicelib.aws.failures import AwsFailure


@pytest.mark.usefixtures("aws_environment")
@pytest.mark.parametrize(("email", "asked"), [("a" * 2043, True), ("a" * 2044, False), ("\u00e9" * 1022, False)])
def test_a_name_too_long_for_a_key_is_never_asked_for(aws_session: Session, email: str, asked: bool) -> None:
    client = AwsClients(aws_session).dynamodb
    with Stubber(client):  # has no answer ready, so that any request fails
        users = DynamoUsers(DynamoTable(client, "table"))
        if asked:
            with pytest.raises(AwsFailure):
                users.get(email)
        else:
            assert users.get(email) is None
