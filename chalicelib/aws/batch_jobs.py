"""Arrays of worker processes in AWS Batch."""

from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.failures import aws_failures
from chalicelib.domain.jobs import JobMessage
from chalicelib.domain.messages import MESSAGE_VARIABLE, encode_message
from chalicelib.services.ports import BatchStatus

_MAX_ATTEMPTS = 10  # of Batch
_ENDS = {"SUCCEEDED": BatchStatus.SUCCEEDED, "FAILED": BatchStatus.FAILED}
_UNKNOWN = "ClientException"


class AwsBatch:
    """The port `BatchJobs`, with one job queue and one job definition: its command is `python -m chalicelib.worker`."""

    def __init__(self, client: Any, queue: str, definition: str) -> None:
        self._client = client
        self._queue = queue
        self._definition = definition

    @aws_failures("submit an array of segments")
    def submit(self, message: JobMessage, *, count: int, attempts: int) -> str:
        """Starts the worker for `message` once for each segment, distinguished by AWS_BATCH_JOB_ARRAY_INDEX."""
        answer = self._client.submit_job(
            jobName=f"mien-{message.job_id}-{message.run}",
            jobQueue=self._queue,
            jobDefinition=self._definition,
            arrayProperties={"size": count},
            retryStrategy={"attempts": min(attempts, _MAX_ATTEMPTS)},
            containerOverrides={"environment": [{"name": MESSAGE_VARIABLE, "value": encode_message(message)}]},
        )
        return str(answer["jobId"])

    @aws_failures("end an array of segments")
    def cancel(self, array_id: str) -> None:
        try:
            self._client.terminate_job(jobId=array_id, reason="These segments are no longer needed.")
        except ClientError as failure:
            if failure.response["Error"]["Code"] != _UNKNOWN:
                raise

    @aws_failures("look at an array of segments")
    def status(self, array_id: str) -> BatchStatus | None:
        """Returns the status of the array, None if Batch does not know it (any more)."""
        found = self._client.describe_jobs(jobs=[array_id])["jobs"]
        return _ENDS.get(found[0]["status"], BatchStatus.LIVE) if found else None
