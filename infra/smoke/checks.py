"""The list of checks, in the order in which they run and are shown."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import requests
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.requests.job_names import ANALYSES
from chalicelib.errors import MienError
from infra.smoke import http, jobs
from infra.smoke.visit import Visit

Check = Callable[[Visit], str]

CHECKS: Sequence[tuple[str, Check]] = (
    ("index", http.index),
    ("log-in", http.login),
    ("unknown URL", http.unknown_url),
    ("CORS", http.cors),
    ("too large", http.too_large),
    *((f"job {name}", jobs.job_of_name(name)) for name in ANALYSES),
    ("media links", jobs.links),
    ("direct upload", jobs.direct_upload),
    ("drop-folder", jobs.drop_folder),
    ("long video", jobs.long_video),
    ("another account", jobs.another_account),
    ("deletion", jobs.deletion),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The finding of a check, and its duration."""

    name: str
    is_right: bool
    seen: str
    lasted_s: float


def run_checks(visit: Visit, checks: Sequence[tuple[str, Check]] = CHECKS) -> Iterator[Outcome]:
    """Yields the outcome of each check; one that fails does not stop the others."""
    for name, check in checks:
        began = time.monotonic()
        try:
            seen, is_right = check(visit), True
        except (
            MienError, requests.RequestException, OSError, ClientError, BotoCoreError, ValueError, LookupError
        ) as failure:  # fmt: skip
            seen, is_right = f"{type(failure).__name__}: {failure}", False
        yield Outcome(name, is_right, seen, time.monotonic() - began)
