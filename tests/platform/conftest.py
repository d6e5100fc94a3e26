"""Fixtures of the tests that run `gerai` as a process."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from serve_kit import Starter, environment

from fork_server import Forked
from fork_server import start as start_forked


@pytest.fixture
def start(dsn: str) -> Generator[Starter]:
    """Starts `gerai` with these arguments on the test database; whatever still runs afterwards is killed."""
    started: list[Forked] = []

    def start_one(*arguments: str) -> Forked:
        with open(os.devnull, "wb") as nowhere:
            process = start_forked(arguments, environment(dsn), output=nowhere)
        started.append(process)
        return process

    yield start_one
    for process in started:
        process.kill()
        process.communicate()
