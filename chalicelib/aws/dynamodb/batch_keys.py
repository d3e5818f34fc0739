"""The keys of the rows of batches, a part of the scheme in `table_layout`."""

from chalicelib.aws.dynamodb.table_layout import PARTITION_KEY, SORT_KEY, account_partition


def members_key(account_id: str, batch_id: str, part: int) -> dict[str, str]:
    """Returns the key of a row with marks of a batch's members."""
    return {PARTITION_KEY: account_partition(account_id), SORT_KEY: f"{members_prefix(batch_id)}{part:02}"}


def inputs_key(account_id: str, batch_id: str, part: int) -> dict[str, str]:
    """Returns the key of a row with inputs of a batch."""
    return {PARTITION_KEY: account_partition(account_id), SORT_KEY: f"{batch_prefix(batch_id)}INPUTS#{part:02}"}


def members_prefix(batch_id: str) -> str:
    """Returns the prefix of the sort keys of the marks of a batch's members."""
    return f"{batch_prefix(batch_id)}MEMBERS#"


def batch_prefix(batch_id: str) -> str:
    """Returns the prefix of the sort keys of all rows of a batch but its job."""
    return f"BATCH#{batch_id}#"
