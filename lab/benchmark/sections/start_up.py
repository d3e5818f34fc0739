"""Measures how long processes take to be ready."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping

from chalicelib.analysis.networks.models import ModelFile
from chalicelib.local.aws.credentials import make_credentials
from chalicelib.local.aws.environment import embedded_aws_variables, without_foreign_variables
from lab.benchmark.bench import Bench
from lab.benchmark.contestants import ROOT
from lab.benchmark.statistics import Spread, spread
from lab.reports.report import Figure, Section, Table

NAME = "start_up"
_NOWHERE = "http://127.0.0.1:9"
_PROGRAMS = {
    "python": ("Python itself", "pass"),
    "light": ("a light function, `import app`", "import app"),
    "worker_imports": ("the worker, imports only", "import chalicelib.worker.lambda_main"),
    "worker": (
        "the worker, ready for its first message",
        "from chalicelib.worker.lambda_main import job_processor; job_processor()",
    ),
}


def measure(bench: Bench) -> Section:
    """Each program some times, in turn."""
    environment = _environment()
    times_s: dict[str, list[float]] = {name: [] for name in _PROGRAMS}
    for repeat in range(bench.effort.repeats + 1):
        for name, (title, program) in _PROGRAMS.items():
            command = (sys.executable, "-c", program)
            started_s = time.perf_counter()
            with bench.log.open("a", encoding="utf-8") as log:
                subprocess.run(command, check=True, cwd=ROOT, env=environment, stderr=log)  # noqa: S603  # as above
            if repeat > 0:  # the first fills the caches of the system
                times_s[name].append(time.perf_counter() - started_s)
                bench.tell(f"{title}: {times_s[name][-1]:.2f} s")
    return section({name: spread(times) for name, times in times_s.items()})


def _environment() -> Mapping[str, str]:
    """Nothing is asked of AWS before a message comes, so an address at which no one answers will do."""
    settings = {
        "MIEN_TABLE_NAME": "table",
        "MIEN_MEDIA_BUCKET": "bucket",
        "MIEN_JOB_QUEUE_URL": f"{_NOWHERE}/queue",
        "MIEN_MODELS_DIR": str(ROOT / "models"),
    }
    return without_foreign_variables(os.environ) | embedded_aws_variables(_NOWHERE, make_credentials()) | settings


def section(times_s: Mapping[str, Spread]) -> Section:
    """As a table."""
    figures = tuple(
        Figure(f"{name}_s", _PROGRAMS[name][0], round(each.median, 2), "s") for name, each in times_s.items()
    )
    rows = tuple((_PROGRAMS[name][0], each.text(2)) for name, each in times_s.items())
    loading_s = times_s["worker"].median - times_s["worker_imports"].median
    imports_s = times_s["worker_imports"].median - times_s["python"].median
    return Section(
        NAME,
        "Start-up",
        "From the start of the process to its end, which does nothing more; files in the system's cache, compiled "
        "modules there. Lambda adds what it takes to bring the code to a machine.",
        f"What limits the worker: {imports_s:.2f} s of imports, {loading_s:.2f} s for clients and the "
        f"{len(ModelFile)} networks.",
        figures,
        (Table("", ("seconds", "median (lowest-highest)"), rows),),
    )
