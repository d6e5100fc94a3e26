"""Processes of `gerai` that need not import it: each is forked from one that has imported every command.

A start costs a hundredth of a second instead of one. What runs is the same from `main` on: a process with its own
arguments, environment, files and end. Run as a program with the path of a socket to listen on; a caller connects,
sends a JSON object and the descriptors of standard input, output and error, and reads two lines: the process id, and
the exit code (as `subprocess` counts it) when the process has ended.

Whatever else a process has from its parent (limits, a session) it has from the one that forks: a test of that starts
Python itself.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import IO, Final, Self, TextIO

from typer.testing import CliRunner

from gerai.cli import COMMANDS, build, main
from gerai.testing.server import Process, started

#: How long a test waits for an end unless it says otherwise: generous, for a busy machine.
_ENDED_WITHIN_S: Final = 240.0


class Forked:
    """A process of `gerai`, with what tests use of `subprocess.Popen`. ``files``: descriptors of its standard input,
    output and error, which are the caller's to close."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], files: Sequence[int]) -> None:
        self.args = list(arguments)
        self.returncode: int | None = None
        #: Our ends of its pipes, where it has some.
        self.stdin: TextIO | None = None
        self.stdout: TextIO | None = None
        self.stderr: TextIO | None = None
        asked = {"arguments": self.args, "environ": dict(environ), "folder": os.getcwd()}
        self._said, self._server = b"", socket.socket(socket.AF_UNIX)
        self._server.settimeout(_ENDED_WITHIN_S)
        self._server.connect(_server())
        socket.send_fds(self._server, [b"."], files)
        self._server.sendall(json.dumps(asked).encode() + b"\n")
        self.pid = self._number()

    def poll(self) -> int | None:
        """The exit code, None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = _ENDED_WITHIN_S) -> int:
        """The exit code, when it has ended. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            self._server.settimeout(timeout)
            try:
                self.returncode = self._number()
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
            self._server.close()
        return self.returncode

    def communicate(self, timeout: float = _ENDED_WITHIN_S) -> tuple[str, str]:
        """What is left of its output and its complaints, to its end. Raises subprocess.TimeoutExpired."""
        if self.stdin is not None:
            self.stdin.close()
        rest = [_everything(pipe) for pipe in (self.stdout, self.stderr)]
        self.wait(timeout)
        output, complaints = (one.result(timeout) for one in rest)
        self._close()
        return output, complaints

    def send_signal(self, sign: signal.Signals) -> None:
        """Send it, if it still runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, sign)

    def terminate(self) -> None:
        """As a service manager ends it."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is not None:
            self.kill()
        self._close()
        self.wait()

    def _close(self) -> None:
        for pipe in (self.stdin, self.stdout, self.stderr):
            if pipe is not None:
                pipe.close()

    def _number(self) -> int:
        while b"\n" not in self._said:
            part = self._server.recv(64)
            assert part, "the process that forks has died"
            self._said += part
        line, _, self._said = self._said.partition(b"\n")
        return int(line)


def _everything(pipe: TextIO | None) -> Future[str]:
    """What is read from there to its end, by a thread that no test waits for at its own end."""
    read: Future[str] = Future()

    def all_of_it() -> None:
        try:
            read.set_result("" if pipe is None or pipe.closed else pipe.read())
        except (OSError, ValueError) as error:
            read.set_exception(error)

    Thread(target=all_of_it, daemon=True).start()
    return read


def start(
    arguments: Sequence[str], environ: Mapping[str, str], *, given: bool = False, output: IO[bytes] | None = None
) -> Forked:
    """`gerai` with these arguments, in exactly this environment: it runs. Its output and complaints are pipes, and so
    is its input with ``given``; ``output``: where its output goes instead."""
    reading, writing = os.pipe() if given else (os.open(os.devnull, os.O_RDONLY), -1)
    (out, its_out), (err, its_err) = os.pipe() if output is None else (-1, os.dup(output.fileno())), os.pipe()
    process = Forked(arguments, environ, (reading, its_out, its_err))
    for descriptor in (reading, its_out, its_err):
        os.close(descriptor)
    if given:
        process.stdin = os.fdopen(writing, "w")
    if output is None:
        process.stdout = os.fdopen(out)
    process.stderr = os.fdopen(err)
    return process


def start_server(arguments: Sequence[str], environ: Mapping[str, str], log: IO[bytes]) -> Process:
    """As :func:`gerai.testing.server.started`, but forked."""
    # Python itself would look there for what it runs first.
    if environ.get("PYTHONPATH") != os.environ.get("PYTHONPATH"):
        return started(arguments, environ, log)
    with open(os.devnull, "rb") as nothing:
        return Forked(arguments, environ, (nothing.fileno(), log.fileno(), log.fileno()))


def run_bytes(
    arguments: Sequence[str], environ: Mapping[str, str], given: bytes = b"", output: IO[bytes] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """The finished process; ``output``: where its output went, if not into the answer."""
    with tempfile.TemporaryFile() as into, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        into.write(given)
        into.seek(0)
        files = [into.fileno(), (output or out).fileno(), err.fileno()]
        with Forked(arguments, environ, files) as process:
            code = process.wait()
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(process.args, code, out.read(), err.read())


def run(
    arguments: Sequence[str], environ: Mapping[str, str] | None = None, given: str = ""
) -> subprocess.CompletedProcess[str]:
    """The finished process of `gerai` with these arguments, in exactly this environment (ours, where none is named),
    with this text to read."""
    done = run_bytes(arguments, os.environ if environ is None else environ, given.encode())
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@cache
def _server() -> str:
    """The socket of the process that forks, which is started at the first call."""
    folder = tempfile.TemporaryDirectory(prefix="gerai-fork-")
    path = f"{folder.name}/socket"
    # A session of its own, also for what it forks: whoever started that ends it, and not Ctrl-C.
    process = subprocess.Popen([sys.executable, "-P", __file__, path], start_new_session=True)
    atexit.register(folder.cleanup)
    atexit.register(process.wait)
    atexit.register(process.kill)
    until_s = time.monotonic() + 120
    while not Path(path).exists():
        assert process.poll() is None
        assert time.monotonic() < until_s
        time.sleep(0.01)
    return path


def _serve(path: str) -> None:
    """Fork for each connection; returns in the forked process that is to run the command."""
    # What the library of the command line imports only when a command runs, or is mistaken.
    for words in (["check", "--data", "/nowhere"], ["check", "--nonsense"], ["orders", "list", "--help"]):
        CliRunner().invoke(build(list(COMMANDS)), words)
    # What is here already is nothing a forked process has to look through again, at its end above all.
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(f"{path}.new")
    listening.listen()
    os.rename(f"{path}.new", path)
    while True:
        caller, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return _run_for(caller)
        caller.close()


def _run_for(caller: socket.socket) -> None:
    """Returns in the process that runs the command; the one between waits for its end and reports it."""
    _, descriptors, _, _ = socket.recv_fds(caller, 1, 3)
    with caller.makefile() as request:
        asked = json.loads(request.readline())
    if child := os.fork():
        for descriptor in descriptors:
            os.close(descriptor)
        with suppress(BrokenPipeError):
            caller.sendall(f"{child}\n".encode())
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            caller.sendall(f"{code}\n".encode())
        os._exit(0)
    caller.close()
    for place, descriptor in enumerate(descriptors):
        os.dup2(descriptor, place)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(asked["environ"])
    os.chdir(asked["folder"])
    sys.argv[1:] = asked["arguments"]


if __name__ == "__main__":
    _serve(sys.argv[1])
    main()
