"""The machine of a report, in one line."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

_LIBRARIES = ("numpy", "onnxruntime", "opencv-python-headless", "av", "pillow")


def machine(used: str) -> str:
    """Processor, cores, system, Python and the libraries that numbers depend on, and what of it was used."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    cores = os.process_cpu_count() if hasattr(os, "process_cpu_count") else len(os.sched_getaffinity(0))
    return (
        f"{_processor()}, {cores} cores, {platform.system()} {platform.machine()}; "
        f"Python {platform.python_version()}, {libraries}; {used}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names and names[0] else platform.processor() or "unknown processor"
