"""`/jobs/comparisons`: creates jobs that compare recordings. They are read, cancelled and deleted as any job."""

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.documents import entry_ids_of, job_document
from chalicelib.api.requests.forms import check_content_type
from chalicelib.api.requests.json_bodies import parse_resource
from chalicelib.api.resources.webhooks import webhook_of
from chalicelib.api.responses import JSON_CONTENT_TYPE, created
from chalicelib.api.routes import Answer, Body, Route
from chalicelib.domain.requests.comparisons import parse_comparison
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import CREATION_OPTIONS, creation_options, options_of_json
from chalicelib.domain.requests.new_jobs import NewJob


def create_comparison(call: Call) -> Response:
    """POST /jobs/comparisons: compares the curves of a metric over up to 300 jobs, or two groups of them; 201.

    The answer is a job, which a worker carries out: mean, band and valid faces at each moment of a common clock, and
    the difference of two groups.
    """
    check_content_type(call.header("content-type"), (JSON_CONTENT_TYPE,))
    resource = parse_resource(call.body(), "comparison", ("metric", "groups", *(row.name for row in CREATION_OPTIONS)))
    once = creation_options(options_of_json(resource, CREATION_OPTIONS))
    webhook = webhook_of(call, once.callback_url)
    new = NewJob(JobName.COMPARISON, expires_in_s=once.expires_in, webhook=webhook)
    wanted = parse_comparison(resource, call.metrics.names)
    job = call.services.comparisons.create(call.caller, wanted, new)
    entries = call.services.entries.get_many(call.caller, entry_ids_of([job]))
    return created(job_document(job, entries, call.urls))


ROUTES = (
    Route(
        ("POST",),
        "/jobs/comparisons",
        create_comparison,
        Answer(201, "Job"),
        bodies=(Body(JSON_CONTENT_TYPE, "NewComparison"),),
    ),
)
