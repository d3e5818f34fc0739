"""Parses requests to create or change a job, from a form or from JSON."""

from collections.abc import Mapping

from chalicelib.api.call import Call
from chalicelib.api.requests.fields import form_labels, json_labels
from chalicelib.api.requests.forms import Form
from chalicelib.api.requests.json_bodies import text_of
from chalicelib.api.resources.webhooks import webhook_of
from chalicelib.domain.requests.job_names import parse_job_name
from chalicelib.domain.requests.job_options import (
    OptionValues,
    creation_options,
    kept_options,
    options_of_json,
    options_of_texts,
)
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.requests.recipes import require_effect


def new_job_of_form(call: Call, form: Form) -> NewJob:
    """The request in the fields `entry_job[...]`. Raises `Invalid`."""
    members = form.members("entry_job")
    return _new_job(call, members.get("name"), options_of_texts(members), form_labels(form).get("data_split"))


def new_job_of_json(call: Call, resource: Mapping[str, object]) -> NewJob:
    """The request in the members of an `entry_job` object. Raises `Invalid`."""
    labels = json_labels(resource)
    return _new_job(call, text_of(resource, "name"), options_of_json(resource), labels.get("data_split"))


def _new_job(call: Call, name: str | None, values: OptionValues, data_split: str | None) -> NewJob:
    once = creation_options(values)
    new = NewJob(
        name=parse_job_name(name),
        data_split=data_split,
        options=kept_options(values),
        expires_in_s=once.expires_in,
        webhook=webhook_of(call, once.callback_url),
    )
    require_effect(new, values)
    return new
