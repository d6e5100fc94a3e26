"""A real `gerai up` in a process of its own, for tests that kill it or talk to it over a socket."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, ClassVar, Protocol

from gerai.store.embedded_folder import read_pointer
from gerai.store.embedded_host import remove_tree
from gerai.store.embedded_process import end_left_over

_START_TIMEOUT_S = 60.0


class Process(Protocol):
    """What a server here needs of its process (see ``subprocess.Popen``)."""

    returncode: Any
    pid: int

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: signal.Signals, /) -> None: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


def started(arguments: Sequence[str], environment: Mapping[str, str], log: IO[bytes]) -> Process:
    """`gerai` with these arguments, in exactly this environment, writing to ``log``."""
    # A session of its own: Ctrl-C in the test run does not reach it.
    command = [sys.executable, "-P", "-m", "gerai", *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=environment
    )


@dataclass
class LiveServer:
    """A data folder, and the server that may be running on it."""

    #: What is done with a data folder before its first start, and how `gerai` is started: tests have quicker ways.
    prepare: ClassVar[Callable[[Path], None]] = lambda _: None
    launch: ClassVar[Callable[[Sequence[str], Mapping[str, str], IO[bytes]], Process]] = started

    folder: Path
    port: int
    #: What it is started with besides our own environment.
    environment: dict[str, str] = field(default_factory=dict[str, str])
    process: Process | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def demo(self) -> dict[str, Any]:
        return json.loads((self.folder / "demo.json").read_text(encoding="utf-8"))

    def start(self) -> None:
        """Start `gerai up` and wait until it has placed its orders."""
        words = ["up", "--data", str(self.folder), "--port", str(self.port)]
        file = self.folder.parent / "up.log"
        if not self.folder.exists():
            type(self).prepare(self.folder)
        with file.open("ab") as log:
            written = log.tell()
            self.process = type(self).launch(words, os.environ | self.environment, log)
        until = time.monotonic() + _START_TIMEOUT_S
        # Its last line, when it serves and has placed the orders of a first start.
        while b"\nCtrl-C" not in file.read_bytes()[written:]:
            if self.process.poll() is not None:
                raise RuntimeError(f"gerai up ended by itself:\n{_end_of(file)}")
            if time.monotonic() > until:
                raise RuntimeError(f"gerai up does not serve:\n{_end_of(file)}")
            time.sleep(0.05)

    def kill(self, *, database_too: bool) -> None:
        """kill -9, without a word of warning."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        if database_too:
            self.kill_database()
        self.process.wait(10)

    def kill_database(self) -> None:
        """kill -9 of its PostgreSQL alone."""
        os.kill(self.postmaster, signal.SIGKILL)

    def signal_database(self, sign: signal.Signals) -> None:
        """Send this to every process of its PostgreSQL (Linux): SIGSTOP stops the whole database, SIGCONT lets it go
        on."""
        postmaster = self.postmaster
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for pid in (postmaster, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)

    @property
    def postmaster(self) -> int:
        """The process id of its PostgreSQL, as its folder names it."""
        pointer = read_pointer(self.folder)
        assert pointer is not None
        return int((pointer.home / "data" / "postmaster.pid").read_text().split("\n", 1)[0])

    def stop(self) -> None:
        """Ask it to stop, as Ctrl-C does."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)


def _end_of(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")[-2000:]


@contextmanager
def live_server(folder: Path, **environment: str) -> Generator[LiveServer]:
    """A server for ``folder`` on a free port, not started yet; at the end it is stopped and its database removed.
    ``environment``: settings of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = LiveServer(folder, port, environment)
    try:
        yield server
    finally:
        server.stop()
        if (pointer := read_pointer(folder)) is not None:
            end_left_over(pointer.home / "data")
            remove_tree(pointer.home)
