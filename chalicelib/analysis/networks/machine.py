"""The processors and the memory that this process may use, which in a container are fewer than the machine has."""

import os
from pathlib import Path

_CONTROL_GROUP = Path("/sys/fs/cgroup")
# Of the second version of Linux's control groups, and of the first.
_MEMORY_LIMITS = ("memory.max", "memory/memory.limit_in_bytes")


def processors() -> int:
    """Returns the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_bytes(control_group: Path = _CONTROL_GROUP) -> int:
    """Returns the size of the memory: the machine's, or the container's if that is limited to less.

    `control_group` is the folder in which Linux shows the limits of the container.
    """
    sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for name in _MEMORY_LIMITS:
        try:
            text = (control_group / name).read_text().strip()
        except OSError:  # another version, or no such system
            continue
        if text.isdigit():  # "max" if there is no limit
            sizes.append(int(text))
    return min(sizes)
