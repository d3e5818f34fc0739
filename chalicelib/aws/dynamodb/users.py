"""Users in DynamoDB.

A user's row is a partition of its own, because every request reads it. A second row in one partition for all names
lists it; it is written first, so that a name may be listed without a user for a moment, but never a user without a
name.
"""

from chalicelib.aws.dynamodb.rows import NEW, at_version, from_row, if_refused, to_row
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.table_layout import (
    MAX_PARTITION_KEY_BYTES,
    PARTITION_KEY,
    USER_NAME_PREFIX,
    USER_NAMES_PARTITION,
    account_key,
    user_key,
    user_name_key,
)
from chalicelib.domain.accounts import User
from chalicelib.errors import StaleWrite


class DynamoUsers:
    """The port `UserStore`."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def create(self, user: User) -> None:
        self._table.put({"email": user.email} | user_name_key(user.email))
        with if_refused(StaleWrite(f"user {user.email} exists already")):
            self._table.put(to_row(user) | user_key(user.email), NEW)
        self._table.put(account_key(user.account_id))

    def get(self, email: str) -> User | None:
        key = user_key(email)
        # A client may send any user name: one too long to be a key is unknown, not an internal error.
        if len(key[PARTITION_KEY].encode(errors="replace")) > MAX_PARTITION_KEY_BYTES:
            return None
        row = self._table.get(key)
        return None if row is None else from_row(User, row)

    def save(self, user: User) -> None:
        with if_refused(StaleWrite(f"user {user.email} was written since version {user.version - 1}")):
            self._table.put(to_row(user) | user_key(user.email), at_version(user.version - 1))
        self._table.put(account_key(user.account_id))  # whose creation may have died before it

    def has_account(self, account_id: str) -> bool:
        return self._table.get(account_key(account_id)) is not None

    def list(self) -> tuple[User, ...]:
        """All users, by name."""
        names = [row["email"] for row in self._table.query(USER_NAMES_PARTITION, USER_NAME_PREFIX)]
        users = (from_row(User, row) for row in self._table.batch_get([user_key(name) for name in names]))
        return tuple(sorted(users, key=lambda user: user.email))
