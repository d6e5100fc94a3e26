"""Processes of `gerai` that need not import it: each is forked from one that has imported every command.

A start costs a hundredth of a second instead of one. What runs is the same from `main` on: a process with its own
arguments, environment, files and end. Run as a program with the path of a socket to listen on; a caller connects,
sends a JSON object and the descriptors of standard input, output and error, and reads the exit code (as `subprocess`
counts it) when the process has ended.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from typer.testing import CliRunner

from gerai.cli import COMMANDS, build, main


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The finished process of `gerai` with these arguments, in exactly this environment."""
    with (
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as complaints,
        open(os.devnull) as nothing,
        socket.socket(socket.AF_UNIX) as server,
    ):
        server.settimeout(120)
        server.connect(_server())
        asked = json.dumps({"arguments": list(arguments), "environ": dict(environ), "folder": os.getcwd()})
        socket.send_fds(server, [b"."], [nothing.fileno(), output.fileno(), complaints.fileno()])
        server.sendall(asked.encode() + b"\n")
        with server.makefile() as answer:
            code = int(answer.readline())
        output.seek(0), complaints.seek(0)
        return subprocess.CompletedProcess(list(arguments), code, output.read().decode(), complaints.read().decode())


@cache
def _server() -> str:
    """The socket of the process that forks, which is started at the first call."""
    folder = tempfile.TemporaryDirectory(prefix="gerai-fork-")
    path = f"{folder.name}/socket"
    process = subprocess.Popen([sys.executable, "-P", __file__, path])
    atexit.register(folder.cleanup)
    atexit.register(process.wait)
    atexit.register(process.kill)
    until_s = time.monotonic() + 60
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
