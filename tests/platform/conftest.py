"""Fixtures of the tests that run `gerai` as a process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator

import pytest
from serve_kit import Starter, environment


@pytest.fixture
def start(dsn: str) -> Generator[Starter]:
    """Starts `gerai` with these arguments on the test database; whatever still runs afterwards is killed."""
    started: list[subprocess.Popen[str]] = []

    def start_one(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-P", "-m", "gerai", *arguments]
        process = subprocess.Popen(
            command, env=environment(dsn), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start_one
    for process in started:
        process.kill()
        process.communicate()
