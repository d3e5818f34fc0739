"""Recipes as jobs have them."""

from typing import Any

from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import JobOptions
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.requests.recipes import Recipe, recipe_of


def make_recipe(name: JobName, **options: Any) -> Recipe:
    """The recipe of a job with these options; of any name but `no-op`."""
    recipe = recipe_of(NewJob(name, options=JobOptions(**options)))
    assert recipe is not None
    return recipe
