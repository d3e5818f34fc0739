from dataclasses import fields

from chalicelib.domain.accounts import Caller
from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import JobOptions, Switch
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.requests.result_formats import ResultTable
from chalicelib.domain.webhooks import Webhook
from tests.fakes import START

ADA = Caller("ada@example.org", new_id(START))
REQUEST = NewJob(
    JobName.SDK_METRICS,
    data_split="test",
    options=JobOptions(table=ResultTable.PARQUET, neutral_baseline=Switch.OFF),
    expires_in_s=60,
    webhook=Webhook("https://example.org/hook", "https://api.example.org/jobs"),
)


def test_everything_asked_for_reaches_the_row() -> None:
    job_id = new_id(START)
    job = REQUEST.job(ADA, job_id, START, filename="clip.mp4", expires=START)
    assert (job.id, job.account_id, job.author, job.filename) == (job_id, ADA.account_id, ADA.email, "clip.mp4")
    assert (job.published, job.updated, job.expires) == (START, START, START)
    asked = {each.name for each in fields(NewJob)} - {"expires_in_s"}  # that is what `expires` follows from
    assert {name: getattr(job, name) for name in asked} == {name: getattr(REQUEST, name) for name in asked}


def test_a_new_job_waits_for_its_medium_or_knows_where_it_is() -> None:
    job = NewJob(JobName.NO_OP).job(
        ADA, new_id(START), START, filename="a", expires=None, input_url="https://example.org/a"
    )
    assert (job.status, job.input_entry_id, job.upload) == (JobStatus.QUEUED, None, None)
    assert job.input_url == "https://example.org/a"
