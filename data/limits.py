"""How much of the machine the store may take."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

LEAST_MEMORY = 1_400_000_000  # a checkpoint of VARIANT columns failed with less
MEMORY_SHARE = 0.6
LEAST_FREE = 0.05
_CGROUP = Path("/sys/fs/cgroup/memory.max")


def memory() -> int:
    """Bytes the engine may use: 60 % of what the container or the machine has."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if _CGROUP.exists():
        limit = _CGROUP.read_text(encoding="ascii").strip()
        total = min(total, int(limit)) if limit.isdigit() else total
    return max(LEAST_MEMORY, int(total * MEMORY_SHARE))


def cores() -> int:
    """Cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def is_full(error: BaseException) -> bool:
    """Whether an error says that a disk has no room left; the engine says so in words alone."""
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return full or os.strerror(errno.ENOSPC) in str(error)


def free_bytes(path: Path) -> tuple[int, bool]:
    """Free bytes of the disk that holds `path`, and whether that is enough to go on writing."""
    usage = shutil.disk_usage(path.parent)
    return usage.free, usage.free >= usage.total * LEAST_FREE
