"""PostgreSQL servers of a test's own that need not be made: `initdb` and every migration run once in a process of
tests, and the files are copied for each server."""

from __future__ import annotations

import atexit
import subprocess
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from secrets import token_hex

import psycopg

from engine_kit import database
from gerai.store.embedded import EmbeddedPostgres, scratch
from gerai.store.embedded_folder import new_pointer, read_pointer, sign, take_lock, write_pointer
from gerai.store.embedded_host import account, make_folder
from gerai.store.migrate import migrate


def migrated_scratch() -> AbstractContextManager[EmbeddedPostgres]:
    """As :func:`gerai.store.embedded.scratch`, with every migration applied."""
    return scratch(prepared=make_ready)


def make_ready(folder: Path) -> None:
    """Make a data folder as its first start leaves it, with nothing in its database but the tables; nobody runs
    there."""
    made, pointer = _made(), new_pointer(folder.absolute())
    who = account()
    if make_folder(pointer.home, 0o700, who) and who is not None:
        sign(pointer.home, folder.absolute())
    # By the system's own command: it keeps whose the files are.
    subprocess.run(["cp", "-a", str(made.data), str(pointer.home / "data")], check=True)
    write_pointer(folder.absolute(), replace(pointer, password=made.password, complete=True))


@contextmanager
def empty_database() -> Generator[str]:
    """The address of an empty database on a server that all of this process share."""
    server = _shared()
    name = f"empty_{token_hex(6)}"
    with psycopg.connect(database(server.dsn, "postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
        try:
            yield database(server.dsn, name)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Made:
    """A cluster that nobody runs, and the password to it."""

    data: Path
    password: str


@cache
def _made() -> _Made:
    stack = ExitStack()
    atexit.register(stack.close)
    server = stack.enter_context(scratch())
    migrate(server.dsn)
    server.stop()
    pointer = read_pointer(server.folder)
    assert pointer is not None
    # So that nobody who tidies up takes it for one that was left behind; let go with the process.
    take_lock(pointer.home)
    return _Made(pointer.home / "data", pointer.password)


@cache
def _shared() -> EmbeddedPostgres:
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(migrated_scratch())
