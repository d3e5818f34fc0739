from dataclasses import fields
from typing import Any

import pytest

from chalicelib.domain.measurements.stretch import Stretch
from chalicelib.domain.requests.job_options import (
    ALL_OPTIONS,
    CREATION_OPTIONS,
    DEFAULT_OPTIONS,
    KEPT_OPTIONS,
    NO_OPTIONS,
    CreationOptions,
    JobOption,
    JobOptions,
    Switch,
    creation_options,
    kept_options,
    options_of_json,
    options_of_texts,
)
from chalicelib.domain.requests.result_formats import ResultTable
from chalicelib.errors import Invalid

TEXTS = {"table": "parquet", "neutral_baseline": "off", "expires_in": "60", "callback_url": "https://example.org/"}
EVERY = pytest.mark.parametrize("row", ALL_OPTIONS, ids=lambda row: row.name)


def test_every_field_is_a_row() -> None:
    assert [row.name for row in KEPT_OPTIONS] == [field.name for field in fields(JobOptions)]
    assert [row.name for row in CREATION_OPTIONS] == [field.name for field in fields(CreationOptions)]
    assert len({row.name for row in ALL_OPTIONS}) == len(ALL_OPTIONS)


@EVERY
def test_a_sentence_is_one_and_says_the_default(row: JobOption) -> None:
    assert row.meaning[0].isupper()
    assert row.meaning.endswith(".")
    assert (row.default is None) != row.sentence.endswith(f"Default: {row.default}.")


@EVERY
def test_nothing_means_the_default(row: JobOption) -> None:
    assert row.of_text("") == row.of_json("") == row.of_json(None) == row.default


@EVERY
@pytest.mark.parametrize("value", [True, [], {}, float("nan")])
def test_what_is_of_no_kind_is_refused_by_name(row: JobOption, value: Any) -> None:
    with pytest.raises(Invalid, match=f"^The {row.name} "):
        row.of_json(value)


def test_texts_become_values_and_other_texts_are_ignored() -> None:
    values = options_of_texts({**TEXTS, "other": "x"})
    assert kept_options(values) == JobOptions(ResultTable.PARQUET, Switch.OFF)
    assert creation_options(values) == CreationOptions(60, "https://example.org/")
    assert options_of_texts(TEXTS, KEPT_OPTIONS).keys() == {"table", "neutral_baseline"}


def test_json_has_values_of_its_own_types() -> None:
    members = {**TEXTS, "expires_in": 60}
    assert options_of_json(members) == options_of_texts(TEXTS)
    with pytest.raises(Invalid, match="expires_in must be a whole number from 1 to"):
        options_of_json(TEXTS)


def test_what_is_not_named_has_its_default() -> None:
    assert kept_options(NO_OPTIONS) == DEFAULT_OPTIONS == JobOptions(ResultTable.NONE, Switch.ON)
    assert creation_options(NO_OPTIONS) == CreationOptions(None, None)


def test_an_unknown_choice_is_refused_with_those_that_exist() -> None:
    with pytest.raises(Invalid, match=r"^The table must be one of: none, parquet"):
        options_of_texts({"table": "arrow"})
    with pytest.raises(Invalid, match=r"^The neutral_baseline must be one of: on, off"):
        options_of_json({"neutral_baseline": "true"})


def test_a_stretch_ends_after_it_begins() -> None:
    options = kept_options(options_of_texts({"start_s": "600", "end_s": "1200.5", "frames_per_second": "5"}))
    assert options.stretch == Stretch(600.0, 1200.5, 5.0)
    with pytest.raises(Invalid, match=r"end_s \(600\) must be later than the start_s \(600\)"):
        kept_options(options_of_json({"start_s": 600, "end_s": 600}))


@pytest.mark.parametrize(("start_s", "end_s"), [(3.0, None), (None, 1.0), (2.5, 9.0)])
def test_a_neutral_stretch_that_is_not_measured_is_refused(start_s: float | None, end_s: float | None) -> None:
    with pytest.raises(Invalid, match=r"^Nothing is measured in the neutral stretch \(1-2.5\)"):
        JobOptions(neutral="1-2.5", start_s=start_s, end_s=end_s)
    assert JobOptions(neutral="1-2.5", start_s=2.0).neutral_s == (1.0, 2.5)
    assert JobOptions().neutral_s is None
