"""A client in a process of its own: uploads a file and prints the job's URL, how often it heard of progress, and the
most memory that it ever held, in KiB."""

import re
import sys
from pathlib import Path

from mien.client.media_api import MediaApiClient


def main() -> None:
    """Arguments: index URL, user, password, file."""
    index_url, user, password, media = sys.argv[1:]
    heard: list[int] = []
    with MediaApiClient(index_url, user, password) as client:
        job = client.upload_job(Path(media), "no-op", lambda sent, _all: heard.append(sent))
    assert heard == sorted(heard)
    sys.stdout.write(f"{job.url} {len(heard)} {_peak_kib()}\n")


def _peak_kib() -> str:
    """Not getrusage's: that begins with what the parent had when it started this process."""
    (peak,) = re.findall(r"VmHWM:\s+([0-9]+) kB", Path("/proc/self/status").read_text())
    return str(peak)


if __name__ == "__main__":
    main()
