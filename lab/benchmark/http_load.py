"""Sends one kind of request over and over: `python -m lab.benchmark.http_load` answers requests."""

import base64
import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from lab.benchmark.runs import Run, answer, clocked, peak_bytes

BOUNDARY = "a-part-of-the-form"
SMALL_JOB = (
    "".join(
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {part}\r\n"
        for part in ('name="entry_job[name]"\r\n\r\nno-op', 'name="entry_job[input]"; filename="a.mp4"\r\n\r\nabc')
    )
    + f"--{BOUNDARY}--\r\n"
)
_TIMEOUT_S = 30
_FINE = 400


def run(method: str, url: str, credentials: str, body: str, *, seconds: float, clients: int) -> Run:
    """So many clients at once, each with a connection of its own. A frame of the `Run` is an answered request. Raises
    `OSError` for a refused one."""
    headers = headers_of(credentials, body)
    with clocked() as clock, ThreadPoolExecutor(clients) as pool:
        sent = [pool.submit(_send, method, url, headers, body, seconds) for _ in range(clients)]
        answered = sum(each.result() for each in sent)
    return Run(answered, {}, clock.wall_s, clock.cpu_s, 0.0, peak_bytes())


def headers_of(credentials: str, body: str) -> dict[str, str]:
    """`credentials`: user and password with a colon between. `body`: a form divided by `BOUNDARY`, or nothing."""
    headers = {"Authorization": "Basic " + base64.b64encode(credentials.encode()).decode()}
    return headers | ({"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"} if body else {})


def _send(method: str, url: str, headers: dict[str, str], body: str, seconds: float) -> int:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=_TIMEOUT_S)
    count, end_s = 0, time.perf_counter() + seconds
    while time.perf_counter() < end_s or count == 0:
        connection.request(method, place.path, body or None, headers)
        response = connection.getresponse()
        response.read()
        if response.status >= _FINE:
            raise OSError(f"{method} {place.path}: {response.status}")
        count += 1
    connection.close()
    return count


def _answer(request: dict[str, Any]) -> Run:
    return run(
        request["method"],
        request["url"],
        request["credentials"],
        request["body"],
        seconds=float(request["seconds"]),
        clients=int(request["clients"]),
    )


if __name__ == "__main__":
    answer(_answer)
