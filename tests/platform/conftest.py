"""Fixtures of the tests that run `gerai` as a process."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence

import pytest
from serve_kit import Starter, environment

from fork_server import Forked
from fork_server import start as start_forked


@pytest.fixture
def start(dsn: str) -> Generator[Starter]:
    """Starts `gerai` with these arguments on the test database, ``without`` these variables; whatever
    still runs afterwards is killed."""
    started: list[Forked] = []

    def start_one(*arguments: str, without: Sequence[str] = ()) -> Forked:
        named = {name: value for name, value in environment(dsn).items() if name not in without}
        with open(os.devnull, "wb") as nowhere:
            process = start_forked(arguments, named, output=nowhere)
        started.append(process)
        return process

    yield start_one
    for process in started:
        process.kill()
        process.communicate()
