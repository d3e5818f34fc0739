"""Measures what a request costs the light functions: processor time, with its tail, and calls of DynamoDB."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, quantiles

from lab.benchmark.bench import Bench
from lab.benchmark.http_load import SMALL_JOB
from lab.benchmark.light_requests import FORM, Answered, LightFunctions, light_functions
from lab.reports.report import Figure, Section, Table

NAME = "light"
_MOST_JOBS = 1000
_TITLES = {
    "index": "GET the index",
    "poll": "GET a job",
    "poll_unchanged": "GET a job that has not changed (304)",
    "create": "POST a small job (`no-op`)",
    "list": "GET a list of 1,000 jobs",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """Requests of one kind. `answers` are all of them, after some that warmed up."""

    name: str
    answers: Sequence[Answered]

    @property
    def mean_ms(self) -> float:
        """Processor time of a request."""
        return mean(each.cpu_ms for each in self.answers)

    def quantile_ms(self, percent: int) -> float:
        """So many per cent of the requests take less."""
        times_ms = [each.cpu_ms for each in self.answers]
        return quantiles(times_ms, n=100, method="inclusive")[percent - 1] if len(times_ms) > 1 else times_ms[0]

    @property
    def operations(self) -> Mapping[str, int]:
        """Those of the last one."""
        return self.answers[-1].operations

    @property
    def reads(self) -> int:
        """Calls that read, of the last one."""
        return sum(count for name, count in self.operations.items() if "Get" in name or name == "Query")


def measure(bench: Bench) -> Section:
    """Each kind of request, one after the other, by one client."""
    requests, jobs = min(40 * bench.effort.repeats, 200), min(10 * bench.effort.frames, _MOST_JOBS)
    with light_functions() as functions:
        job_id = functions.new_job()
        tag = functions.send("GET", "/jobs/{job_id}", job_id=job_id).headers["ETag"]
        plan: dict[str, Callable[[], Answered]] = {
            "index": lambda: functions.send("GET", "/"),
            "poll": lambda: functions.send("GET", "/jobs/{job_id}", job_id=job_id),
            "poll_unchanged": lambda: functions.send(
                "GET", "/jobs/{job_id}", headers={"If-None-Match": tag}, job_id=job_id
            ),
            "create": lambda: functions.send("POST", "/jobs", headers=FORM, body=SMALL_JOB),
        }
        kinds = [_sent(bench, name, send, requests) for name, send in plan.items()]
        kinds.append(_lists(bench, functions, job_id, jobs))
    return section(kinds)


def _lists(bench: Bench, functions: LightFunctions, job_id: str, jobs: int) -> Kind:
    functions.copy_job(job_id, jobs)
    return _sent(bench, "list", lambda: functions.send("GET", "/jobs"), 2 * bench.effort.repeats)


def _sent(bench: Bench, name: str, send: Callable[[], Answered], requests: int) -> Kind:
    send()  # what is composed at the first request
    kind = Kind(name, [send() for _ in range(requests)])
    bench.tell(f"{_TITLES[name]}: {kind.mean_ms:.1f} ms of processor time, {dict(kind.operations)}")
    return kind


def section(kinds: Sequence[Kind]) -> Section:
    """By kind of request."""
    figures = [
        Figure(f"{kind.name}_ms", f"{_TITLES[kind.name]}: processor time", round(kind.mean_ms, 2), "ms")
        for kind in kinds
    ]
    figures += [
        Figure(f"{kind.name}_reads", f"{_TITLES[kind.name]}: reads of DynamoDB", kind.reads)
        for kind in kinds
        if kind.name.startswith(("poll", "list"))
    ]
    rows = tuple(
        (
            _TITLES[kind.name],
            round(kind.mean_ms, 2),
            round(kind.quantile_ms(50), 2),
            round(kind.quantile_ms(99), 2),
            round(1000 / kind.mean_ms),
            ", ".join(f"{count} {name}" for name, count in sorted(kind.operations.items())) or "none",
            round(len(kind.answers[-1].body) / 1000, 1),
        )
        for kind in kinds
    )
    header = ("request", "mean ms", "median ms", "99 % below, ms", "a second on a core", "DynamoDB", "answer, kB")
    return Section(
        NAME,
        "Light functions",
        "The API's own code as Lambda calls it, after the authorizer, with boto3, on an embedded AWS: processor "
        "time of the function's thread alone, in which neither DynamoDB nor S3 works. Waiting for them is not "
        "counted, and the limit of requests for an account is out of reach.",
        _reading(kinds),
        tuple(figures),
        (Table("", header, rows),),
    )


def _reading(kinds: Sequence[Kind]) -> str:
    by_name = {kind.name: kind for kind in kinds}
    poll, unchanged = by_name["poll"], by_name["poll_unchanged"]
    return (
        f"A poll reads DynamoDB {poll.reads} times, {unchanged.reads} times if nothing has changed. "
        f"A list takes {by_name['list'].mean_ms / max(poll.mean_ms, 1e-9):.0f} times as long as a poll."
    )
