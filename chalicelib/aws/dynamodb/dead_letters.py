"""Dead letters in DynamoDB: one partition for all accounts, which only operators read."""

from chalicelib.aws.dynamodb.rows import from_row, to_row
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.table_layout import DEAD_LETTER_PREFIX, DEAD_LETTERS_PARTITION, dead_letter_key
from chalicelib.domain.dead_letters import DeadLetter


class DynamoDeadLetters:
    """The port `DeadLetterStore`."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def add(self, letter: DeadLetter) -> None:
        self._table.put(to_row(letter) | _key(letter))

    def list(self) -> tuple[DeadLetter, ...]:
        return tuple(from_row(DeadLetter, row) for row in self._table.query(DEAD_LETTERS_PARTITION, DEAD_LETTER_PREFIX))

    def remove(self, letter: DeadLetter) -> None:
        self._table.delete(_key(letter))


def _key(letter: DeadLetter) -> dict[str, str]:
    return dead_letter_key(letter.account_id, letter.job_id, letter.run)
