"""`make evaluate`: measures what can be measured, and writes `docs/evaluation.md` and `docs/evaluation.json`."""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from infra.evaluation.machine import machine
from infra.evaluation.page import page
from infra.evaluation.quotes import requoted
from infra.evaluation.report import Measured, from_document, to_document
from infra.evaluation.sections import SECTIONS, student, teacher_agreement
from infra.evaluation.workbench import FULL, Workbench, one_thread
from infra.training.teacher import BUNDLE

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "docs" / "evaluation.json"
PAGE = ROOT / "docs" / "evaluation.md"
_MEDIA = ROOT.parent / "shared" / "media"


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit status."""
    parser = argparse.ArgumentParser(description="Measures Mien on media with known answers.")
    parser.add_argument("--only", default="", help=f"sections, with commas between: {', '.join(SECTIONS)}")
    parser.add_argument("--media", type=Path, default=_MEDIA)
    parser.add_argument("--teacher", type=Path, default=BUNDLE)
    parser.add_argument("--models", type=Path, default=ROOT / "models")
    options = parser.parse_args(arguments)
    console = Console(highlight=False)
    names = [name.strip() for name in options.only.split(",") if name.strip()] or list(SECTIONS)
    lacking = _lacking(names, options.media, options.teacher)
    if lacking:
        console.print(lacking, soft_wrap=True)
        return 2
    one_thread()
    bench = Workbench(
        options.media.resolve(), options.teacher, options.models.resolve(), FULL, ROOT / "docs" / "pictures"
    )
    for measured in measure(bench, names, console):
        write(merged({measured.section.name: measured}))  # each at once: who interrupts keeps what there is
    report = merged({})
    failing = sum(figure.fails for measured in report.values() for figure in measured.section.figures)
    console.print(f"Written: {PAGE.relative_to(ROOT)}; {failing} figures miss their bar.")
    return 0


def _lacking(names: Iterable[str], media: Path, teacher: Path) -> str:
    """A sentence on what is not there, or nothing."""
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        return f"There is no section {unknown[0]}; use some of: {', '.join(SECTIONS)}."
    if not media.is_dir():
        return f"There is no {media}: the evaluation needs the real pictures and clips of the shared media."
    taught = {student.NAME, teacher_agreement.NAME}
    if taught.intersection(names) and not teacher.is_file():
        others = ",".join(name for name in SECTIONS if name not in taught)
        return f"There is no {teacher}, which agreement is measured against; use `make evaluate ONLY={others}`."
    return ""


def measure(bench: Workbench, names: Iterable[str], console: Console) -> Iterator[Measured]:
    """The sections of these names, measured one after another."""
    here, today = machine(), datetime.now(UTC).date().isoformat()
    for name in names:
        started_s = time.process_time()
        with console.status(f"{name} ..."):
            section = SECTIONS[name](bench)
        processor_s = round(time.process_time() - started_s)
        bars = [figure.fails for figure in section.figures if figure.bar is not None]
        console.print(f"{name}: {processor_s} s of processor time, {sum(bars)} of {len(bars)} bars missed")
        console.print(f"  {section.reading}", markup=False, soft_wrap=True)
        yield Measured(section, today, processor_s, here)


def merged(fresh: dict[str, Measured]) -> dict[str, Measured]:
    """What was measured now, with what is on file of the other sections, in the order of the page."""
    known = from_document(json.loads(DATA.read_text(encoding="utf-8"))) if DATA.is_file() else {}
    known |= fresh
    return {name: known[name] for name in SECTIONS if name in known}


def write(report: dict[str, Measured]) -> None:
    """The report as data and as a page, and its numbers into the documents that quote them."""
    DATA.write_text(json.dumps(to_document(report), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(report), encoding="utf-8")
    for document in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = document.read_text(encoding="utf-8")
        if requoted(text, report) != text:
            document.write_text(requoted(text, report), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
