import pytest

from chalicelib.domain.requests.job_names import DEFAULT_JOB_NAME, JobName, parse_job_name
from chalicelib.errors import Invalid


@pytest.mark.parametrize("text", [None, "", "auto"])
def test_nothing_means_the_default(text: str | None) -> None:
    assert parse_job_name(text) is DEFAULT_JOB_NAME is JobName.MULTIFACE


@pytest.mark.parametrize(
    "text", ["multiface", "sdk-metrics", "no-op", "current-pack", "ct-pack-linear", "ct-pack-hybrid"]
)
def test_the_names_of_the_contract(text: str) -> None:
    assert parse_job_name(text).value == text


@pytest.mark.parametrize("text", ["Multiface", " multiface", "MULTIFACE", "pack", "Auto", "*"])
def test_other_names_are_refused_with_those_that_exist(text: str) -> None:
    with pytest.raises(Invalid, match=r"multiface, sdk-metrics, no-op, .*auto"):
        parse_job_name(text)
