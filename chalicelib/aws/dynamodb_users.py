"""Users in DynamoDB."""

from chalicelib.aws.dynamodb_table import DynamoTable
from chalicelib.aws.rows import from_row, to_row
from chalicelib.aws.table_layout import MAX_PARTITION_KEY_BYTES, PARTITION_KEY, user_key
from chalicelib.domain.accounts import User


class DynamoUsers:
    """The port `UserStore`."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def get(self, email: str) -> User | None:
        """The user called `email` (lower case), None where there is none."""
        key = user_key(email)
        # Anybody may send any user name: one too long to be a key is unknown, not an error of ours.
        if len(key[PARTITION_KEY].encode(errors="replace")) > MAX_PARTITION_KEY_BYTES:
            return None
        row = self._table.get(key)
        return None if row is None else from_row(User, row)

    def save(self, user: User) -> None:
        """Writes or replaces the row."""
        self._table.put(to_row(user) | user_key(user.email))
