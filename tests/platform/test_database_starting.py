"""Commands that need a database wait a while for one that is still starting or recovering, and say so."""

from __future__ import annotations

import time
from collections.abc import Generator

import pytest
from serve_kit import Starter, environment

import fork_server
from fork_server import Forked
from gerai.testing.database_link import DatabaseLink, database_link

_WAITING = "the database is starting or recovering; waiting for it, at most {} s …"


@pytest.fixture
def link(dsn: str) -> Generator[DatabaseLink]:
    with database_link(dsn) as link:
        yield link


def gerai(dsn: str, *words: str, wait_s: float) -> Forked:
    return fork_server.start(words, environment(dsn) | {"GERAI_DATABASE_START_WAIT_S": str(wait_s)})


@pytest.mark.parametrize("words", [("check",), ("migrate",), ("merchants", "list")])
def test_a_command_waits_until_it_has_started(link: DatabaseLink, words: tuple[str, ...]) -> None:
    """It says so once, and then does what it was asked, with 0."""
    link.set("starting")
    with gerai(link.dsn, *words, wait_s=60) as command:
        assert command.stderr is not None
        assert command.stderr.readline() == _WAITING.format(60) + "\n"
        time.sleep(1)
        assert command.poll() is None
        link.set("passing")
        _, said = command.communicate(timeout=60)
    assert command.returncode == 0, said
    assert _WAITING.format(60) not in said


@pytest.mark.parametrize("words", [("work",), ("serve", "--port", "0"), ("check",)])
def test_it_does_not_wait_for_ever(link: DatabaseLink, words: tuple[str, ...]) -> None:
    """After the time that is set: one sentence, exit code 1, and nothing was printed as a result."""
    link.set("starting")
    began_s = time.monotonic()
    with gerai(link.dsn, *words, wait_s=2) as command:
        out, said = command.communicate(timeout=60)
    assert time.monotonic() - began_s > 2
    waiting, sentence = said.splitlines()
    assert (command.returncode, out, waiting) == (1, "", _WAITING.format(2))
    assert sentence.startswith("gerai: the database is still starting after 2 s: ")
    assert sentence.endswith("FATAL: the database system is starting up")


def test_one_that_is_not_there_is_not_waited_for(link: DatabaseLink) -> None:
    """Refused is refused: exit code 1 at once."""
    link.set("refusing")
    began_s = time.monotonic()
    with gerai(link.dsn, "work", wait_s=60) as command:
        _, said = command.communicate(timeout=60)
    assert command.returncode == 1
    assert said.startswith("gerai: the database does not answer: ")
    assert len(said.splitlines()) == 1
    assert time.monotonic() - began_s < 30


def test_a_worker_begins_once_it_has_started(start: Starter, link: DatabaseLink) -> None:
    """`gerai work` on a server that comes up a little later, as after a reboot of both: it works, and stops with 0."""
    link.set("starting")
    with gerai(link.dsn, "work", wait_s=60) as worker:
        assert worker.stderr is not None
        assert worker.stderr.readline() == _WAITING.format(60) + "\n"
        link.set("passing")
        # Other merchants of this database may have something to say first.
        assert any('"event":"worker.started"' in line for line in worker.stderr)
        worker.terminate()
        assert worker.wait() == 0
