"""The PostgreSQL server process of one data folder: launch, wait until it is ready, end, and clear what a crash left.

Only used by ``embedded.py``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gerai.store.embedded_host import EmbeddedError, HostAccount, bare_environment

#: Crash recovery of a full WAL is what can take long; a healthy start takes a tenth of a second.
START_TIMEOUT_S: Final = 300.0
STOP_TIMEOUT_S: Final = 60.0
#: Sessions of a server that was killed outlive it for a moment and keep its shared memory.
_ORPHANS_TIMEOUT_S: Final = 10.0
_LOG_KEEP_BYTES: Final = 8 * 1024 * 1024
#: Larger than any process id: no process can have it.
_NOBODY: Final = 1 << 30
_POLL_S: Final = 0.005
_READY_POLL_S: Final = 0.1


@dataclass(frozen=True)
class PidFile:
    """``postmaster.pid`` of a server that has written where it listens."""

    pid: int
    socket_folder: Path
    ready: bool


def read_pid_file(data: Path) -> PidFile | None:
    """The content of ``postmaster.pid``; None while it is missing or still being written."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    # The server writes it line by line while it starts; its state is the eighth.
    if len(lines) < 8:
        return None
    return PidFile(int(lines[0]), Path(lines[4]), lines[7].strip() == "ready")


def await_ready(data: Path, wait_s: float, waiting: Callable[[], None]) -> PidFile:
    """The server of another Gerai, once it is ready; ``waiting`` is called when it is not at once. EmbeddedError when
    it is not in time."""
    until_s, said = time.monotonic() + wait_s, False
    while True:
        found = read_pid_file(data)
        if found is not None and found.ready:
            return found
        if time.monotonic() >= until_s:
            raise EmbeddedError("another Gerai is running on this data folder, and its database is not ready")
        if not said:
            said = True
            waiting()
        time.sleep(_READY_POLL_S)


def launch(command: list[str], data: Path, log: Path, who: HostAccount | None) -> subprocess.Popen[bytes]:
    """Start the server and wait until it accepts connections. EmbeddedError with its last words when it does not."""
    if log.exists() and log.stat().st_size > _LOG_KEEP_BYTES:
        log.replace(log.with_suffix(".log.1"))
    orphans_until = time.monotonic() + _ORPHANS_TIMEOUT_S
    while True:
        process = _spawn(command, data, log, who)
        if _becomes_ready(process, data):
            return process
        words = _last_words(log)
        if "shared memory block" not in words or time.monotonic() > orphans_until:
            raise EmbeddedError(f"PostgreSQL did not start; {log} ends with:\n{words}")
        time.sleep(0.2)


def _spawn(command: list[str], data: Path, log: Path, who: HostAccount | None) -> subprocess.Popen[bytes]:
    user, group = (who.uid, who.gid) if who else (None, None)
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600), "ab") as output:
        return subprocess.Popen(
            command,
            user=user,
            group=group,
            extra_groups=[] if who else None,
            cwd=data,
            env=bare_environment(),
            umask=0o077,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C at the terminal is for Gerai alone, which finishes what it accepted and then ends the server.
            start_new_session=True,
        )


def _becomes_ready(process: subprocess.Popen[bytes], data: Path) -> bool:
    deadline = time.monotonic() + START_TIMEOUT_S
    try:
        while process.poll() is None:
            found = read_pid_file(data)
            if found is not None and found.pid == process.pid and found.ready:
                return True
            if time.monotonic() > deadline:
                end(process)
                return False
            time.sleep(_POLL_S)
    except BaseException:
        end(process)
        raise
    return False


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask our server to close (sessions are cut, open transactions rolled back) and wait for it."""
    for sign, patience_s in ((signal.SIGINT, STOP_TIMEOUT_S), (signal.SIGQUIT, 10.0)):
        if process.poll() is not None:
            return
        # SIGINT is PostgreSQL's fast shutdown; SIGQUIT leaves the rest to recovery at the next start.
        process.send_signal(sign)
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            continue
    if process.poll() is None:
        raise EmbeddedError(f"PostgreSQL (process {process.pid}) does not stop")


def end_left_over(data: Path) -> None:
    """Clear what a killed Gerai left: stop its server if that still runs, and unmask a process id used again.

    A dead server's ``postmaster.pid`` stays: PostgreSQL itself uses it to make sure that no session is left.
    """
    file = data / "postmaster.pid"
    try:
        pid = int(file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    if _is_server_of(pid, data):
        _end_stranger(pid, data)
    elif _exists(pid):
        rest = file.read_text().split("\n", 1)[1]
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW), "w") as stream:
            # Not deleted: PostgreSQL reads the rest to see whether sessions of the dead server are left.
            stream.write(f"{_NOBODY}\n{rest}")
        _forget_socket(pid, rest.splitlines())


def _forget_socket(pid: int, rest: list[str]) -> None:
    """The socket's own lock file names the dead server too, and would be believed as long as its number is taken."""
    if len(rest) < 4:
        return
    lock = Path(rest[3]) / f".s.PGSQL.{rest[2]}.lock"
    try:
        named = lock.read_text().split("\n", 1)[0].strip()
    except FileNotFoundError:
        return
    if named == str(pid):
        lock.unlink(missing_ok=True)


def _end_stranger(pid: int, data: Path) -> None:
    for sign, patience_s in ((signal.SIGINT, STOP_TIMEOUT_S), (signal.SIGQUIT, 10.0)):
        os.kill(pid, sign)
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if not _is_server_of(pid, data):
                return
            time.sleep(_POLL_S)
    raise EmbeddedError(f"an earlier PostgreSQL (process {pid}) does not stop")


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_server_of(pid: int, data: Path) -> bool:
    """Whether a living process is the server of ``data``; one that only waits to be buried is not."""
    if Path("/proc/self/cmdline").exists():
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False
        # By its arguments: the number alone may be anybody's by now.
        return os.fsencode(data) in arguments
    answer = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return f"-D {data} " in answer.stdout


def _last_words(log: Path) -> str:
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - 2000))
        return "\n".join(stream.read().decode(errors="replace").splitlines()[-8:])
