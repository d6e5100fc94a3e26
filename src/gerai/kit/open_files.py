"""How many files and connections this process has open, and how many it may have."""

from __future__ import annotations

import contextlib
import os
import resource
from math import inf
from typing import Final

#: Linux, then macOS.
_LISTS: Final = ("/proc/self/fd", "/dev/fd")
#: More brings nothing, and some programs we start walk through all they may have.
_ENOUGH: Final = 65_536
#: Of a server, for everything but clients: database, webhooks, partners, logs.
_BESIDE_CLIENTS: Final = 512


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


def raise_open_files_limit() -> float:
    """Raise the soft limit of this process, and of what it starts, to the hard one (65,536 at most). Returns what holds
    now.

    Login shells and systemd give 1,024 and allow far more: a server that leaves it so runs out with the 1,025th client.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = raised_open_files_limit()
    if open_files_limit() < wanted:
        # macOS calls its hard limit infinite and refuses what is beyond another one.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (int(wanted), hard))
    return open_files_limit()


def raised_open_files_limit() -> float:
    """What :func:`raise_open_files_limit` would come to; nothing is changed."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(open_files_limit(), _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH))


def clients_within(descriptors: float) -> float:
    """How many connections of clients a server can have with so many descriptors."""
    return max(descriptors - _BESIDE_CLIENTS, descriptors // 2)
