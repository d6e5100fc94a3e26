"""`gerai` in processes of its own, as the tests of the commands start and watch it."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import httpx

from fork_server import Forked

Process = Forked | subprocess.Popen[str]
Starter = Callable[..., Forked]
_PASSED_OVER: WeakKeyDictionary[Process, list[dict[str, Any]]] = WeakKeyDictionary()


def environment(dsn: str) -> dict[str, str]:
    """Other tests leave real merchants with production keys in the database, so links need an address."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GERAI_")}
    return kept | {"DATABASE_URL": dsn, "GERAI_HTTP_PUBLIC_BASE_URL": "http://127.0.0.1"}


def event_of(server: Process, name: str) -> dict[str, Any]:
    """The first log entry of this name that was not taken yet; several processes write in no fixed order."""
    assert server.stderr is not None
    passed_over = _PASSED_OVER.setdefault(server, [])
    for entry in passed_over:
        if entry["event"] == name:
            passed_over.remove(entry)
            return entry
    for line in server.stderr:
        if (entry := json.loads(line))["event"] == name:
            return entry
        passed_over.append(entry)
    raise AssertionError(f"the server ended without saying {name}")


def children(pid: int) -> list[int]:
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def answers(base_url: str, within_s: float = 60.0) -> bool:
    """Whether the health address answers, tried until it does or the time is over."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            return httpx.get(f"{base_url}/api/v1/health", timeout=5).status_code == 200
        except httpx.TransportError:
            time.sleep(0.05)
    return False


def passed_over(server: Process) -> list[str]:
    """The names of the log entries that came before those that were taken."""
    return [entry["event"] for entry in _PASSED_OVER.get(server, [])]
