from dataclasses import replace

import pytest

from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import JobOptions, Smoothing, Switch
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.requests.recipes import RECIPES, VARIANTS, Scores, recipe_of
from chalicelib.domain.requests.result_formats import (
    CSV_CONTENT_TYPE,
    LEGACY_CONTENT_TYPE,
    PARQUET_CONTENT_TYPE,
    SESSION_CONTENT_TYPE,
    SUMMARY_CONTENT_TYPE,
    TIMELINE_CONTENT_TYPE,
    ResultTable,
)
from tests.recipes import make_recipe

_MEASURING = [name for name, recipe in RECIPES.items() if recipe is not None]


def test_every_name_has_a_recipe_but_those_that_measure_nothing() -> None:
    assert set(RECIPES) == set(JobName)
    assert set(JobName) - set(_MEASURING) == {JobName.NO_OP, JobName.COMPARISON, JobName.BATCH}


@pytest.mark.parametrize(
    ("name", "pack", "classifier_names"),
    [
        (JobName.CURRENT_PACK, "current", False),
        (JobName.CT_PACK_LINEAR, "ct-linear", True),
        (JobName.CT_PACK_HYBRID, "ct-hybrid", True),
    ],
)
def test_legacy_jobs_take_one_face_of_a_video(name: JobName, pack: str, classifier_names: bool) -> None:
    recipe = RECIPES[name]
    assert recipe is not None
    assert (recipe.max_faces, recipe.takes_stills) == (1, False)
    assert (recipe.pack, recipe.classifier_names) == (pack, classifier_names)
    assert recipe.content_types == (LEGACY_CONTENT_TYPE, CSV_CONTENT_TYPE, SUMMARY_CONTENT_TYPE, TIMELINE_CONTENT_TYPE)


@pytest.mark.parametrize("name", [JobName.MULTIFACE, JobName.SDK_METRICS])
def test_session_jobs_take_many_faces_and_stills(name: JobName) -> None:
    recipe = RECIPES[name]
    assert recipe is not None
    assert recipe.max_faces > 1
    assert recipe.takes_stills
    assert recipe.content_types == (SESSION_CONTENT_TYPE, CSV_CONTENT_TYPE, SUMMARY_CONTENT_TYPE, TIMELINE_CONTENT_TYPE)


@pytest.mark.parametrize("name", _MEASURING)
def test_without_options_a_recipe_is_that_of_the_name(name: JobName) -> None:
    assert make_recipe(name) == RECIPES[name]


def test_what_does_nothing_has_no_recipe_whatever_its_options() -> None:
    assert recipe_of(NewJob(JobName.NO_OP, options=JobOptions(table=ResultTable.PARQUET))) is None


def test_a_pack_of_classifiers_knows_no_baseline() -> None:
    for name, scores in ((JobName.CT_PACK_LINEAR, Scores.LINEAR), (JobName.CT_PACK_HYBRID, Scores.CALIBRATED)):
        assert make_recipe(name).scores is scores
        assert make_recipe(name, neutral_baseline=Switch.OFF) == make_recipe(name)


def test_without_a_baseline_scores_are_calibrated_only() -> None:
    for name in (JobName.MULTIFACE, JobName.SDK_METRICS, JobName.CURRENT_PACK):
        assert make_recipe(name).scores is Scores.OWN_NEUTRAL
        assert make_recipe(name, neutral_baseline=Switch.OFF).scores is Scores.CALIBRATED


@pytest.mark.parametrize("table", ResultTable)
def test_a_table_adds_its_own_content_type_after_everything_else(table: ResultTable) -> None:
    plain, recipe = make_recipe(JobName.CURRENT_PACK), make_recipe(JobName.CURRENT_PACK, table=table)
    added = recipe.content_types[len(plain.content_types) :]
    assert recipe.content_types[: len(plain.content_types)] == plain.content_types
    assert added == (() if table.content_type is None else (table.content_type,))


@pytest.mark.parametrize("name", _MEASURING)
def test_any_job_is_smoothed_or_not(name: JobName) -> None:
    assert make_recipe(name).smoothed == (name is JobName.CT_PACK_HYBRID)
    plain = make_recipe(name, smoothing=Smoothing.OFF)
    smoothed = make_recipe(name, smoothing=Smoothing.ON)
    assert smoothed == replace(plain, smoothed=True)
    assert plain.smoothed is False
    marks = [metric.variant for metric in smoothed.metrics(expressions_only=False) if metric.name == "smile"]
    assert marks == ["linear-smoothed" if name is JobName.CT_PACK_LINEAR else "smoothed"]


@pytest.mark.parametrize("name", _MEASURING)
@pytest.mark.parametrize("smoothing", Smoothing)
def test_every_mark_is_described(name: JobName, smoothing: Smoothing) -> None:
    metrics = make_recipe(name, smoothing=smoothing).metrics(expressions_only=False)
    assert {metric.variant for metric in metrics} <= set(VARIANTS)


def test_jobs_that_follow_many_faces_may_have_another_limit() -> None:
    for name in _MEASURING:
        recipe = make_recipe(name, max_faces=7)
        assert recipe == replace(make_recipe(name), max_faces=7 if recipe.follows_many else 1)


def test_no_two_tables_have_one_content_type() -> None:
    assert ResultTable.NONE.content_type is None
    assert ResultTable.PARQUET.content_type == PARQUET_CONTENT_TYPE
    types = [table.content_type for table in ResultTable]
    assert len(set(types)) == len(types)


def test_the_neutral_stretch_is_in_the_recipe() -> None:
    assert make_recipe(JobName.MULTIFACE, neutral="0-2.5").neutral_s == (0.0, 2.5)
    assert make_recipe(JobName.MULTIFACE).neutral_s is None
