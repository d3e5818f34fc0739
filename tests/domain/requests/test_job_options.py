import pytest

from chalicelib.domain.requests.job_options import parse_neutral_baseline, parse_result_table
from chalicelib.errors import Invalid


@pytest.mark.parametrize(("text", "table"), [(None, "none"), ("", "none"), ("none", "none"), ("parquet", "parquet")])
def test_tables(text: str | None, table: str) -> None:
    assert parse_result_table(text).value == table


def test_an_unknown_table_is_refused_with_those_that_exist() -> None:
    with pytest.raises(Invalid, match="none, parquet"):
        parse_result_table("arrow")


@pytest.mark.parametrize(("text", "baseline"), [(None, "on"), ("", "on"), ("on", "on"), ("off", "off")])
def test_neutral_baselines(text: str | None, baseline: str) -> None:
    assert parse_neutral_baseline(text).value == baseline


def test_anything_else_is_no_neutral_baseline() -> None:
    with pytest.raises(Invalid, match="on, off"):
        parse_neutral_baseline("true")
