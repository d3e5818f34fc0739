"""Account settings in DynamoDB: a row in each account's partition."""

from chalicelib.aws.dynamodb.rows import NEW, at_version, from_row, if_refused, to_row
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.table_layout import account_settings_key
from chalicelib.domain.accounts import AccountSettings
from chalicelib.errors import StaleWrite


class DynamoAccounts:
    """The port `AccountStore`."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def get(self, account_id: str) -> AccountSettings | None:
        row = self._table.get(account_settings_key(account_id))
        return None if row is None else from_row(AccountSettings, row)

    def save(self, settings: AccountSettings) -> None:
        condition = NEW if settings.version == 1 else at_version(settings.version - 1)
        with if_refused(StaleWrite(f"the account was changed since version {settings.version - 1}")):
            self._table.put(to_row(settings) | account_settings_key(settings.account_id), condition)
