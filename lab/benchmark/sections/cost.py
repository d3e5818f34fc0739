"""Measures what a minute of video takes of a processor, and costs as a Lambda function."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.domain.requests.number_texts import plain_number
from infra.simulation.prices import LAMBDA_GB_S
from lab.benchmark.bench import DISTURBED, LEAST_CORES, Bench
from lab.benchmark.clips import Clip, demo_clip, five_faces_clip, one_minute
from lab.benchmark.contestants import ours
from lab.benchmark.lambda_costs import MB_PER_VCPU, TEMPLATE, billed_s, usd, worker_memory_mb
from lab.reports.report import Bar, Figure, Section, Table, slug

NAME = "cost"
_BAR = Bar(at_most=0.001)


@dataclass(frozen=True, slots=True)
class Minute:
    """The cost of a minute of one clip here, under one job."""

    clip: Clip
    job: str
    wall_s: float
    cpu_s: float


def measure(bench: Bench) -> Section:
    """One face under both jobs; five under the default one."""
    minutes = []
    with ours(bench.log) as worker:
        for clip, job in _plan(bench):
            runs = [worker.run({"path": str(clip.path), "job": job}) for _ in range(bench.effort.repeats)]
            least = min(runs, key=lambda run: run.wall_s)
            wall_s, cpu_s = least.wall_s * 60 / least.media_s, least.cpu_s * 60 / least.media_s
            bench.tell(f"{clip.title}, {job}: {wall_s:.1f} s on the clock, {cpu_s:.1f} s of a processor")
            minutes.append(Minute(clip, job, wall_s, cpu_s))
    return section(minutes, worker_memory_mb(TEMPLATE.read_text(encoding="utf-8")))


def _plan(bench: Bench) -> Sequence[tuple[Clip, str]]:
    if bench.media is None:
        return [(demo_clip(bench.folder, bench.effort.demo_s), job) for job in ("multiface", "sdk-metrics")]
    one = one_minute(bench.media, bench.folder, seconds=bench.effort.clip_s)
    five = five_faces_clip(bench.media, bench.folder, frames=bench.effort.frames)
    return [(one, "multiface"), (one, "sdk-metrics"), (five, "multiface")]


def section(minutes: Sequence[Minute], memory_mb: int) -> Section:
    """The same as prices."""
    figures, rows = [], []
    for minute in minutes:
        billed = billed_s(minute.wall_s, minute.cpu_s, memory_mb)
        price = usd(billed, memory_mb)
        stem, title = f"{minute.clip.name}_{slug(minute.job)}", f"{minute.clip.title}, {minute.job}"
        bar = _BAR if minute.clip.name == "one_face" and minute.job == "multiface" else None
        figures.append(Figure(f"{stem}_usd", f"{title}: a minute of video", float(f"{price:.3g}"), "dollars", bar))
        figures.append(
            Figure(f"{stem}_cpu_s", f"{title}: processor time of a minute of video", round(minute.cpu_s, 1), "s")
        )
        gb_s = billed * memory_mb / 1024
        rows.append(
            (title, round(minute.wall_s, 1), round(minute.cpu_s, 1), round(billed, 1), round(gb_s, 1), f"{price:.6f}")
        )
    first = minutes[0]
    cores, vcpus = first.cpu_s / first.wall_s, memory_mb / MB_PER_VCPU
    header = (
        "a minute of video",
        "on the clock here (s)",
        "processor (s)",
        "on the function's clock (s)",
        "GB-seconds",
        "dollars",
    )
    return Section(
        NAME,
        "Cost of a minute of video",
        f"The worker function of `infra/template.yaml` has {memory_mb} MB, to which {vcpus:.2f} vCPUs "
        f"belong (one for each {MB_PER_VCPU} MB). Its duration follows from the quickest of some runs here: as long as "
        "here, or as long as the processor time needs on that many vCPUs, whichever is longer, with a vCPU taken to be "
        f"as fast as a core here. List price {plain_number(LAMBDA_GB_S)} dollars a GB-second "
        "(`infra/simulation/prices.py`). Without downloads and uploads, the request itself, "
        "and ephemeral disk (which [scale.md](scale.md) has).",
        _reading(cores, vcpus),
        tuple(figures),
        (Table("", header, tuple(rows)),),
    )


def _reading(cores: float, vcpus: float) -> str:
    busy = f"The default job keeps {cores:.2f} cores busy here, of {vcpus:.2f} that are paid for"
    if cores < LEAST_CORES:
        return DISTURBED
    if cores < 0.9 * vcpus:
        return f"What limits: {busy}: the rest is paid for and idle."
    return f"What limits: processor time. {busy}."
