import pytest

from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import NeutralBaseline
from chalicelib.domain.requests.recipes import RECIPES, Scores
from chalicelib.domain.requests.result_formats import (
    CSV_CONTENT_TYPE,
    LEGACY_CONTENT_TYPE,
    PARQUET_CONTENT_TYPE,
    SESSION_CONTENT_TYPE,
    SUMMARY_CONTENT_TYPE,
    ResultTable,
)


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
