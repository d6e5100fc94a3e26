"""How many files and connections this process has open, and how many it may have."""

from __future__ import annotations

import os
import resource
from math import inf
from typing import Final

#: Linux, then macOS.
_LISTS: Final = ("/proc/self/fd", "/dev/fd")


def open_files() -> int:
    """Descriptors in use; 0 where the system does not list them."""
    for folder in _LISTS:
        try:
            # The list itself is one of them meanwhile.
            return len(os.listdir(folder)) - 1
        except OSError:
            continue
    return 0


def open_files_limit() -> float:
    """How many there may be; infinity for any number."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return inf if soft == resource.RLIM_INFINITY else soft
