import pytest

from chalicelib.domain.job_names import (
    CSV_CONTENT_TYPE,
    DEFAULT_JOB_NAME,
    LEGACY_CONTENT_TYPE,
    PARQUET_CONTENT_TYPE,
    RECIPES,
    SESSION_CONTENT_TYPE,
    SUMMARY_CONTENT_TYPE,
    JobName,
    NeutralBaseline,
    ResultTable,
    Scores,
    parse_job_name,
    parse_neutral_baseline,
    parse_result_table,
)
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


def test_every_name_has_a_recipe_but_the_one_that_does_nothing() -> None:
    assert set(RECIPES) == set(JobName)
    assert [name for name, recipe in RECIPES.items() if recipe is None] == [JobName.NO_OP]


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
    assert recipe.content_types == (LEGACY_CONTENT_TYPE, CSV_CONTENT_TYPE, SUMMARY_CONTENT_TYPE)


@pytest.mark.parametrize("name", [JobName.MULTIFACE, JobName.SDK_METRICS])
def test_session_jobs_take_many_faces_and_stills(name: JobName) -> None:
    recipe = RECIPES[name]
    assert recipe is not None
    assert recipe.max_faces > 1
    assert recipe.takes_stills
    assert recipe.content_types == (SESSION_CONTENT_TYPE, CSV_CONTENT_TYPE, SUMMARY_CONTENT_TYPE)


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


def test_a_pack_of_classifiers_knows_no_baseline() -> None:
    for name, scores in ((JobName.CT_PACK_LINEAR, Scores.LINEAR), (JobName.CT_PACK_HYBRID, Scores.SMOOTHED)):
        recipe = RECIPES[name]
        assert recipe is not None
        assert recipe.scores is scores
        assert recipe.with_baseline(NeutralBaseline.OFF) is recipe


def test_a_table_comes_after_everything_else() -> None:
    recipe = RECIPES[JobName.CURRENT_PACK]
    assert recipe is not None
    assert recipe.with_table(ResultTable.NONE) is recipe
    assert recipe.with_table(ResultTable.PARQUET).content_types == (*recipe.content_types, PARQUET_CONTENT_TYPE)
