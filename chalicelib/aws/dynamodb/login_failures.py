"""Failed log-ins in DynamoDB: one counter for all processes, per user name and source."""

from datetime import datetime, timedelta

from chalicelib.aws.dynamodb.rows import Condition, ConditionFailed, Row, from_row, stored, to_row
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.table_layout import EXPIRES_AT, PARTITION_KEY, login_failures_key
from chalicelib.domain.logins import FORGOTTEN_AFTER_S, LoginFailures
from chalicelib.errors import StaleWrite

_COUNT_ONE = "ADD #count :one SET #last = :last, #expires = :expires"
_TRIES = 5  # a row expires once in many minutes: losing that race twice is unheard of


class DynamoLoginFailures:
    """The port `LoginFailureStore`."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def get(self, email: str, source: str, now: datetime) -> LoginFailures | None:
        """Returns the failures that have not expired."""
        row = self._table.get(login_failures_key(email, source))
        if row is None or row[EXPIRES_AT] <= stored(now.timestamp()):
            return None
        return from_row(LoginFailures, row)

    def add(self, email: str, source: str, now: datetime) -> LoginFailures:
        """Counts one more, atomically; starts at one again if the others have expired."""
        key = login_failures_key(email, source)
        expires_at = stored(int((now + timedelta(seconds=FORGOTTEN_AFTER_S)).timestamp()))
        for _ in range(_TRIES):
            try:
                return self._count(key, now, expires_at)
            except ConditionFailed:  # forgotten, though the row is still there
                first = LoginFailures(1, now)
                if self._begin_anew(to_row(first) | {EXPIRES_AT: expires_at} | key, now):
                    return first
        raise StaleWrite(f"a count of failed log-ins lost {_TRIES} races in a row")

    def _count(self, key: dict[str, str], now: datetime, expires_at: object) -> LoginFailures:
        live = Condition(
            "attribute_not_exists(#pk) OR #expires > :now",
            {"#pk": PARTITION_KEY, "#expires": EXPIRES_AT, "#count": "count", "#last": "last"},
            {":one": stored(1), ":last": stored(now), ":expires": expires_at, ":now": stored(now.timestamp())},
        )
        return from_row(LoginFailures, self._table.update_and_get(key, _COUNT_ONE, live))

    def _begin_anew(self, row: Row, now: datetime) -> bool:
        over = Condition("#expires <= :now", {"#expires": EXPIRES_AT}, {":now": stored(now.timestamp())})
        try:
            self._table.put(row, over)
        except ConditionFailed:
            return False
        return True
