"""`make bench`: measures speed, memory and cost, and writes `docs/performance.md` and `docs/performance.json`."""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from lab.benchmark.bench import BRIEF, FULL, Bench
from lab.benchmark.bystanders import busy_share
from lab.benchmark.contestants import ContestantFailed, lacking
from lab.benchmark.page import page
from lab.benchmark.sections import SECTIONS
from lab.reports.machine import machine
from lab.reports.report import Measured
from lab.reports.report_files import DOCS, ROOT, ReportFiles
from lab.training.teacher import BUNDLE

PERFORMANCE = ReportFiles("performance", SECTIONS, page)
_MEDIA = ROOT.parent / "shared" / "media"
_FOLDER = ROOT / "build" / "bench"
_QUIET_SHARE = 0.15
_INTERRUPTED, _FAILED, _USAGE = 130, 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit status."""
    parser = argparse.ArgumentParser(description="Measures Mien's speed, memory and cost.")
    parser.add_argument("--only", default="", help=f"sections, with commas between: {', '.join(SECTIONS)}")
    parser.add_argument("--media", type=Path, default=_MEDIA)
    parser.add_argument("--bundle", type=Path, default=BUNDLE, help="of MediaPipe's Face Landmarker")
    parser.add_argument("--brief", action="store_true", help="fewer repeats, and no hour of video")
    options = parser.parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True, markup=False)
    names = [name.strip() for name in options.only.split(",") if name.strip()] or list(SECTIONS)
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        console.print(f"There is no section {unknown[0]}; use some of: {', '.join(SECTIONS)}.")
        return _USAGE
    bench = _bench(options, console)
    try:
        _measure_all(bench, names, console)
    except KeyboardInterrupt:
        console.print("Interrupted; what was measured before is kept.")
        return _INTERRUPTED
    except ContestantFailed as failure:
        console.print(str(failure))
        return _FAILED
    return 0


def _bench(options: argparse.Namespace, console: Console) -> Bench:
    has_media = options.media.is_dir()
    lacks = lacking(options.bundle) if has_media else f"There is no {options.media}."
    if lacks:
        console.print(f"{lacks} So ours is measured alone, and docs/performance.md stays as it is.")
    return Bench(
        media=options.media.resolve() if has_media else None,
        bundle=options.bundle.resolve(),
        opponent_lacks=lacks,
        folder=_FOLDER,
        # An incomplete run leaves the documents alone, pictures among them.
        pictures=_FOLDER if lacks else DOCS / "pictures",
        effort=BRIEF if options.brief else FULL,
        tell=lambda sentence: console.print(f"  {sentence}"),
    )


def _measure_all(bench: Bench, names: Iterable[str], console: Console) -> None:
    _FOLDER.mkdir(parents=True, exist_ok=True)
    measured_now: dict[str, Measured] = {}
    for measured in measure(bench, names, console):
        measured_now[measured.section.name] = measured
        if bench.is_complete:
            # Each at once: who interrupts keeps what there is.
            PERFORMANCE.write(PERFORMANCE.merged({measured.section.name: measured}))
    if bench.is_complete:
        console.print(f"Written: {PERFORMANCE.document.relative_to(ROOT)}")
        return
    path = _FOLDER / "performance.md"
    path.write_text(page(measured_now), encoding="utf-8")
    console.print(f"Written: {path.relative_to(ROOT)}")


def measure(bench: Bench, names: Iterable[str], console: Console) -> Iterator[Measured]:
    """The sections of these names, measured one after another."""
    here = machine("CPU, all cores" if bench.effort is FULL else "CPU, all cores, a brief run")
    today = datetime.now(UTC).date().isoformat()
    for name in names:
        console.print(name)
        busy = busy_share()
        started_s, worked_s = time.monotonic(), _processor_s()
        section = SECTIONS[name](bench)
        section = replace(section, reading=f"{section.reading}{_disturbance(busy)}")
        bars = [figure.fails for figure in section.figures if figure.bar is not None]
        console.print(f"{name}: {time.monotonic() - started_s:.0f} s, {sum(bars)} of {len(bars)} bars missed")
        console.print(f"  {section.reading}")
        yield Measured(section, today, round(_processor_s() - worked_s), here)


def _processor_s() -> float:
    """Returns what this process and those that it has started and seen end have taken."""
    return sum(os.times()[:4])


def _disturbance(busy: float | None) -> str:
    """A message if other work took a part of the machine that matters."""
    if busy is None or busy < _QUIET_SHARE:
        return ""
    return f" **When this began, other work took about {round(busy * 10) * 10} % of the cores.**"


if __name__ == "__main__":
    sys.exit(main())
