"""Measures how many requests a second the API answers."""

import http.client
import sys
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from chalicelib.local.stack import Stack
from chalicelib.settings import Settings
from lab.benchmark.bench import Bench
from lab.benchmark.contestants import Contestant
from lab.benchmark.http_load import SMALL_JOB, headers_of
from lab.benchmark.statistics import Spread, spread
from lab.reports.report import Figure, Section, Table

NAME = "api"
CLIENTS = (1, 4)
_NO_LIMIT = 1_000_000
_REQUESTS = {
    "get_index": ("GET the index", "GET", ""),
    "get_job": ("GET a job", "GET", ""),
    "post_job": ("POST a small job (`no-op`)", "POST", SMALL_JOB),
}


def measure(bench: Bench) -> Section:
    """On an embedded stack of its own, over HTTP, from another process."""
    rates: dict[tuple[str, int], Spread] = {}
    load = Contestant((sys.executable, "-m", "lab.benchmark.http_load"), bench.log)
    with load, Stack(log_path=bench.folder / "worker.log", configure=_unlimited) as stack:
        credentials = f"{stack.user}:{stack.password}"
        jobs_url = f"{stack.index_url}jobs"
        urls = {"get_index": stack.index_url, "get_job": _new_job(jobs_url, credentials), "post_job": jobs_url}
        for name, (title, method, body) in _REQUESTS.items():
            for clients in CLIENTS:
                request = {"method": method, "url": urls[name], "credentials": credentials, "body": body}
                sending = request | {"seconds": bench.effort.seconds, "clients": clients}
                runs = [load.run(sending) for _ in range(max(bench.effort.repeats // 2, 1))]
                rates[name, clients] = spread([run.frames_per_s for run in runs])
                bench.tell(f"{title}, {clients} at once: {rates[name, clients].median:.0f} a second")
    return section(rates)


def _unlimited(settings: Settings) -> Settings:
    """Without the throttle that keeps one account from taking everything."""
    return replace(settings, requests_per_minute=_NO_LIMIT, request_burst=_NO_LIMIT)


def _new_job(jobs_url: str, credentials: str) -> str:
    place = urlsplit(jobs_url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port)
    connection.request("POST", place.path, SMALL_JOB, headers_of(credentials, SMALL_JOB))
    location = connection.getresponse().getheader("Location")
    connection.close()
    if location is None:
        raise OSError("the API gives a new job no address")
    return location


def section(rates: Mapping[tuple[str, int], Spread]) -> Section:
    """By request and number of clients."""
    figures = tuple(
        Figure(f"{name}_{clients}", f"{_REQUESTS[name][0]}, {_clients(clients)}", round(rate.median), "a second")
        for (name, clients), rate in rates.items()
    )
    rows = tuple(
        (_REQUESTS[name][0], *(rates[name, clients].text(0) for clients in CLIENTS if (name, clients) in rates))
        for name in _REQUESTS
    )
    return Section(
        NAME,
        "Requests a second",
        "The embedded stack, without its limit of requests for an account: Chalice's local server and moto in one "
        "process, workers in others. Requests come over HTTP from another process, with a password each, and share the "
        "cores with all of it.",
        "What limits: one Python process that plays the API, DynamoDB, S3 and SQS at once. On AWS each request has a "
        "function of its own, and [scale.md](scale.md) says what limits there.",
        figures,
        (Table("", ("requests a second", *(_clients(clients) for clients in CLIENTS)), rows),),
    )


def _clients(count: int) -> str:
    return "one client" if count == 1 else f"{count} clients at once"
