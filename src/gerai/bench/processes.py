"""The processes beside ours: the server under test, and the load generator."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from typing import IO, Final, NamedTuple

import httpx
import msgspec

from gerai.bench.case import BenchError
from gerai.bench.load import LoadResult, Round, Target
from gerai.testing.server import Process, started

HOST: Final = "127.0.0.1"
_START_S: Final = 60.0
_STOP_S: Final = 30.0
_LOAD: Final = (sys.executable, "-P", "-m", "gerai.bench.load")


class Serving(NamedTuple):
    """A server: where it listens, and its process."""

    port: int
    pid: int


@contextlib.contextmanager
def serving(dsn: str) -> Generator[Serving]:
    """`gerai serve` with its default settings on this database, once it is healthy."""
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GERAI_")}
    environment |= {
        "DATABASE_URL": dsn,
        "GERAI_SERVER_HOST": HOST,
        "GERAI_SERVER_PORT": str(port),
        "GERAI_HTTP_ACCESS_LOG": "false",
        # One visitor asks as often as the server answers.
        "GERAI_PAGES_CONSOLE_PER_MINUTE": "1000000",
    }
    with tempfile.TemporaryFile() as log:
        process = started(["serve"], environment, log)
        try:
            _becomes_healthy(process, port, log)
            yield Serving(port, process.pid)
        finally:
            _end(process)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return listener.getsockname()[1]


def _becomes_healthy(process: Process, port: int, log: IO[bytes]) -> None:
    deadline = time.monotonic() + _START_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"http://{HOST}:{port}/api/v1/health", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        # The address has a rate limit of its own: 60 questions in a minute.
        time.sleep(0.2 if time.monotonic() < deadline - _START_S + 5 else 2)
    log.seek(0)
    raise BenchError("the server does not start:\n" + log.read().decode(errors="replace")[-2000:])


def _end(process: Process) -> None:
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class LoadProcess:
    """The running load generator."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def send(self, message: Target | Round) -> None:
        """One line to its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(message) + b"\n")
        self._process.stdin.flush()

    def run(self, wanted: Round) -> LoadResult:
        """One round. BenchError when the generator broke."""
        self.send(wanted)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise BenchError("the load generator broke off")
        return msgspec.json.decode(line, type=LoadResult)


@contextlib.contextmanager
def loading(target: Target) -> Generator[LoadProcess]:
    """The load generator, connected to the server."""
    process = subprocess.Popen(_LOAD, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        load = LoadProcess(process)
        load.send(target)
        yield load
    finally:
        _end(process)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
