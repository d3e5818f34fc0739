"""The concurrency limit of Lambda in an account, and the check that a stage fits."""

from boto3.session import Session

from infra.deployment.errors import DeploymentError

LIGHT_FUNCTIONS = 40
"""The concurrency of the functions behind queues, in addition to the workers: four, at most ten of each
(`MaximumConcurrency`)."""

_FOR_THE_API = 10


def account_concurrency(session: Session) -> int:
    """Returns the concurrent executions that AWS allows the account in this region (new ones may have 10)."""
    limit: int = session.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    return limit


def check_concurrency(allowed: int, workers: int) -> str | None:
    """Returns a warning if requests may find no room while `workers` worker functions run, None if all is well.

    Raises `DeploymentError` if the workers alone could take all that the account is allowed: the API would then answer
    429 and 500 whenever the queue is long.
    """
    if allowed < workers + _FOR_THE_API:
        most = max(allowed - _FOR_THE_API, 2)
        raise DeploymentError(
            f"WorkerConcurrency is {workers}, but this AWS account may run {allowed} Lambda functions at once, so jobs "
            f"would leave the API no room. Set WorkerConcurrency to {most} or less in infra/parameters/, or ask AWS "
            "for a higher quota (Lambda, concurrent executions)."
        )
    if allowed < workers + LIGHT_FUNCTIONS + _FOR_THE_API:
        return (
            f"The account may run {allowed} Lambda functions at once; {workers} workers and a burst of files can use "
            "them all for a while. Ask AWS for a higher quota before it hurts."
        )
    return None
