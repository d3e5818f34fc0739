"""Webhook secrets in DynamoDB, each in its account's partition."""

from chalicelib.aws.dynamodb.rows import NEW, at_version, from_row, if_refused, to_row
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.table_layout import webhook_secret_key
from chalicelib.domain.webhooks import WebhookSecret
from chalicelib.errors import StaleWrite


class DynamoWebhookSecrets:
    """The port `WebhookSecretStore`."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def get(self, account_id: str) -> WebhookSecret | None:
        row = self._table.get(webhook_secret_key(account_id))
        return None if row is None else from_row(WebhookSecret, row)

    def save(self, secret: WebhookSecret) -> None:
        condition = NEW if secret.version == 1 else at_version(secret.version - 1)
        with if_refused(StaleWrite(f"the webhook secret was written since version {secret.version - 1}")):
            self._table.put(to_row(secret) | webhook_secret_key(secret.account_id), condition)
