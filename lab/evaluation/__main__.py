"""`make evaluate`: measures what can be measured, and writes `docs/evaluation.md` and `docs/evaluation.json`."""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from lab.evaluation.labelled import LabelledFault, labelled_pictures, measured_pictures, report_text, write_sheet
from lab.evaluation.page import page
from lab.evaluation.sections import SECTIONS
from lab.evaluation.workbench import FULL, Unavailable, Workbench, one_thread
from lab.reports.machine import machine
from lab.reports.report import Measured
from lab.reports.report_files import DOCS, ROOT, ReportFiles

EVALUATION = ReportFiles("evaluation", SECTIONS, page)
_LABELLED = ROOT / "build" / "labelled"
_MEDIA = ROOT.parent / "shared" / "media"


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit status."""
    parser = argparse.ArgumentParser(description="Measures Mien on media with known answers.")
    parser.add_argument("--only", default="", help=f"sections, with commas between: {', '.join(SECTIONS)}")
    parser.add_argument("--labelled", default="", help="a folder of labels, or a CSV file of path,label[,person]")
    parser.add_argument("--media", type=Path, default=_MEDIA)
    parser.add_argument("--models", type=Path, default=ROOT / "models")
    options = parser.parse_args(arguments)
    console = Console(highlight=False)
    if options.labelled:
        return _labelled(Path(options.labelled), options.models, console)
    names = [name.strip() for name in options.only.split(",") if name.strip()] or list(SECTIONS)
    lacking = _lacking(names, options.media)
    if lacking:
        console.print(lacking, soft_wrap=True)
        return 2
    one_thread()
    bench = Workbench(options.media.resolve(), options.models.resolve(), FULL, DOCS / "pictures")
    for measured in measure(bench, names, console):
        EVALUATION.write(
            EVALUATION.merged({measured.section.name: measured})
        )  # each at once: who interrupts keeps what there is
    report = EVALUATION.merged({})
    failing = sum(figure.fails for measured in report.values() for figure in measured.section.figures)
    console.print(f"Written: {EVALUATION.document.relative_to(ROOT)}; {failing} figures miss their bar.")
    return 0


def _labelled(source: Path, models: Path, console: Console) -> int:
    """Measures labelled pictures of the user's own; writes a report and a sheet to `build/labelled`."""
    one_thread()
    bench = Workbench(source.parent, models.resolve(), FULL, _LABELLED)
    try:
        pictures = labelled_pictures(source)
    except LabelledFault as fault:
        console.print(str(fault), soft_wrap=True, markup=False)
        return 2
    measured = list(measured_pictures(bench, pictures))
    _LABELLED.mkdir(parents=True, exist_ok=True)
    text = report_text(len(pictures), measured)
    (_LABELLED / "report.md").write_text(text, encoding="utf-8")
    write_sheet(measured, _LABELLED / "worst.png")
    console.print(text, soft_wrap=True, markup=False)
    console.print(f"Written: {_LABELLED.relative_to(ROOT)}/report.md and worst.png.")
    return 0


def _lacking(names: Iterable[str], media: Path) -> str:
    """A sentence on what is not there, or nothing."""
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        return f"There is no section {unknown[0]}; use some of: {', '.join(SECTIONS)}."
    if not media.is_dir():
        return f"There is no {media}: the evaluation needs the real pictures and clips of the shared media."
    return ""


def measure(bench: Workbench, names: Iterable[str], console: Console) -> Iterator[Measured]:
    """The sections of these names, measured one after another."""
    here, today = machine("CPU, one thread"), datetime.now(UTC).date().isoformat()
    for name in names:
        started_s = time.process_time()
        try:
            with console.status(f"{name} ..."):
                section = SECTIONS[name](bench)
        except Unavailable as reason:
            console.print(f"{name}: left as it was, for {reason}", markup=False, soft_wrap=True)
            continue
        processor_s = round(time.process_time() - started_s)
        bars = [figure.fails for figure in section.figures if figure.bar is not None]
        console.print(f"{name}: {processor_s} s of processor time, {sum(bars)} of {len(bars)} bars missed")
        console.print(f"  {section.reading}", markup=False, soft_wrap=True)
        yield Measured(section, today, processor_s, here)


if __name__ == "__main__":
    sys.exit(main())
