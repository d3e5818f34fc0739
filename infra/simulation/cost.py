"""`make cost HOURS=100 SIZE=1080p FACES=2`: what computing costs, from measured processor time and list prices.

The times are those of docs/performance.md (a `multiface` job from file to results, frames of a clip with 24 a
second): 7.1 s for a minute with one face and 24.9 s with five at 640 x 360, 107.3 frames a second on 1.66 cores at
1920 x 1080. Between sizes the time is taken to grow with the pixels. docs/deploy.md has the table; other pages refer to
it.
"""

import os
import re
import sys
from dataclasses import dataclass

from chalicelib.domain.requests.number_texts import plain_number
from infra.simulation.prices import (
    FARGATE_ARM_SEGMENT_H,
    FARGATE_SEGMENT_H,
    FARGATE_SPOT_SEGMENT_H,
    LAMBDA_ARM_GB_S,
    LAMBDA_GB_S,
)

ONE_FACE_MS = 7.1 * 1000 / 1440
EACH_FURTHER_FACE_MS = (24.9 - 7.1) * 1000 / 1440 / 4
MEGAPIXEL_MS = (1.66 * 1000 / 107.3 - ONE_FACE_MS) / (1920 * 1080 / 1e6 - 640 * 360 / 1e6)

_WORKER_MB, _MB_PER_VCPU, _FARGATE_VCPU = 3008, 1769, 2
_SIZES = {"360p": (640, 360), "480p": (854, 480), "720p": (1280, 720), "1080p": (1920, 1080), "2160p": (3840, 2160)}
_MEMORIES_MB = (1024, 1769, 3008, 3538, 5307, 10240)
_PARTS = 2
"""In how many parts at once a function measures a short video: more processors than these have nothing to do."""
_ROWS = (("360p", 1), ("360p", 2), ("1080p", 1), ("1080p", 2))


@dataclass(frozen=True, slots=True)
class Cost:
    """The processor time of all frames in seconds, and its price in US dollars by where it is spent; on ARM, if frames
    take as long there as on x86_64."""

    processor_s: float
    functions_usd: float
    fargate_spot_usd: float
    fargate_usd: float
    arm_functions_usd: float
    arm_fargate_usd: float


def cost_of(hours: float, size: str, faces: int, frames_per_second: float) -> Cost:
    """Returns the cost of so much video. Raises ValueError for a size that is neither a name nor WIDTHxHEIGHT."""
    width, height = _pixels(size)
    further_megapixels = max(0.0, width * height / 1e6 - 640 * 360 / 1e6)
    frame_ms = ONE_FACE_MS + EACH_FURTHER_FACE_MS * max(0, faces - 1) + MEGAPIXEL_MS * further_megapixels
    processor_s = hours * 3600 * frames_per_second * frame_ms / 1000
    functions_gb_s = processor_s / (_WORKER_MB / _MB_PER_VCPU) * _WORKER_MB / 1024
    fargate_h = processor_s / _FARGATE_VCPU / 3600
    return Cost(
        processor_s,
        functions_gb_s * LAMBDA_GB_S,
        fargate_h * FARGATE_SPOT_SEGMENT_H,
        fargate_h * FARGATE_SEGMENT_H,
        functions_gb_s * LAMBDA_ARM_GB_S,
        fargate_h * FARGATE_ARM_SEGMENT_H,
    )


def cost_table(hours: float = 100.0, frames_per_second: float = 24.0) -> str:
    """Returns the table of the documents, in Markdown."""
    head = f"{plain_number(hours)} hours at {plain_number(frames_per_second)} frames a second"
    where = "Lambda | on arm64 | Fargate spot | Fargate | on arm64"
    lines = [f"| {head} | processor hours | {where} |", "|---|---|---|---|---|---|---|"]
    return "\n".join([*lines, *(_line(hours, size, faces, frames_per_second) for size, faces in _ROWS)])


def memory_table() -> str:
    """Returns what a minute of video costs by the memory of the worker function, in Markdown."""
    frames_s = cost_of(1 / 60, "360p", 1, 24.0).processor_s
    lines = ["| memory (MB) | processors | a minute takes | and costs |", "|---|---|---|---|"]
    for memory_mb in _MEMORIES_MB:
        processors = memory_mb / _MB_PER_VCPU
        takes_s = frames_s / min(processors, _PARTS)
        usd = takes_s * memory_mb / 1024 * LAMBDA_GB_S
        lines.append(f"| {memory_mb:,} | {processors:.2f} | {takes_s:.1f} s | ${usd:.5f} |")
    return "\n".join(lines)


def _line(hours: float, size: str, faces: int, frames_per_second: float) -> str:
    cost = cost_of(hours, size, faces, frames_per_second)
    people = "one face" if faces == 1 else f"{faces} faces"
    functions, fargate = (cost.functions_usd, cost.arm_functions_usd), (cost.fargate_usd, cost.arm_fargate_usd)
    prices = " | ".join(f"${usd:.2f}" for usd in (*functions, cost.fargate_spot_usd, *fargate))
    return f"| {size}, {people} | {cost.processor_s / 3600:.0f} | {prices} |"


def _pixels(size: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{2,5})x(\d{2,5})", size)
    if found is not None:
        return int(found[1]), int(found[2])
    if size not in _SIZES:
        raise ValueError(f"{size} is no size; give one of {', '.join(_SIZES)}, or WIDTHxHEIGHT.")
    return _SIZES[size]


def main() -> int:
    """Prints the cost of what the environment asks for; returns the exit status."""
    given = {name: os.environ.get(f"MIEN_COST_{name}", "") for name in ("HOURS", "SIZE", "FACES", "FPS")}
    try:
        hours, faces, rate = float(given["HOURS"] or 100), int(given["FACES"] or 1), float(given["FPS"] or 24)
        cost = cost_of(hours, size := given["SIZE"] or "360p", faces, rate)
    except ValueError as error:
        print(f"Wrong value: {error}", file=sys.stderr)
        return 2
    print(
        f"{plain_number(hours)} hours of {size} at {plain_number(rate)} frames a second, {faces} face(s), multiface, "
        "list prices of us-east-1:"
    )
    print(f"  processor time {cost.processor_s / 3600:,.0f} hours")
    print(f"  Lambda         ${cost.functions_usd:,.2f}")
    print(f"  Fargate spot   ${cost.fargate_spot_usd:,.2f} at its best discount; on demand ${cost.fargate_usd:,.2f}")
    print(
        f"  on arm64       ${cost.arm_functions_usd:,.2f}; Fargate ${cost.arm_fargate_usd:,.2f}, if as fast as x86_64"
    )
    print("In addition: $0.0001 a job for requests and rows; storage, traffic, start-up (docs/deploy.md).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
