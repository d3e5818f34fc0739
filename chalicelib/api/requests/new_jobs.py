"""What is wished for in a request for a new job: the same in a form and in JSON."""

from collections.abc import Mapping

from chalicelib.api.call import Call
from chalicelib.api.requests.fields import check_data_split, check_expires_in, data_split_of, expires_in_of
from chalicelib.api.requests.forms import Form
from chalicelib.api.requests.json_bodies import text_of, whole_number_of
from chalicelib.api.resources.webhooks import webhook_of
from chalicelib.domain.requests.job_names import parse_job_name
from chalicelib.domain.requests.job_options import parse_neutral_baseline, parse_result_table
from chalicelib.domain.requests.new_jobs import NewJob


def new_job_of_form(call: Call, form: Form) -> NewJob:
    """The wish in the fields `entry_job[...]`. Raises `Invalid`."""
    return NewJob(
        name=parse_job_name(form.fields.get("entry_job[name]")),
        data_split=data_split_of(form),
        table=parse_result_table(form.fields.get("entry_job[table]")),
        neutral_baseline=parse_neutral_baseline(form.fields.get("entry_job[neutral_baseline]")),
        expires_in_s=expires_in_of(form),
        webhook=webhook_of(call, form.fields.get("entry_job[callback_url]")),
    )


def new_job_of_json(call: Call, resource: Mapping[str, object]) -> NewJob:
    """The wish in the members of an `entry_job` object. Raises `Invalid`."""
    return NewJob(
        name=parse_job_name(text_of(resource, "name")),
        data_split=check_data_split(text_of(resource, "data_split")),
        table=parse_result_table(text_of(resource, "table")),
        neutral_baseline=parse_neutral_baseline(text_of(resource, "neutral_baseline")),
        expires_in_s=check_expires_in(whole_number_of(resource, "expires_in")),
        webhook=webhook_of(call, text_of(resource, "callback_url")),
    )
