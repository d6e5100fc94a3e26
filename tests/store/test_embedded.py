"""The embedded PostgreSQL: private, quick, and unharmed by whatever end the last run had."""

from __future__ import annotations

import json
import os
import pwd
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest

from gerai.store.embedded import EmbeddedPostgres, running, scratch
from gerai.store.embedded_folder import FolderBusy, forgotten_homes, read_pointer
from gerai.store.embedded_host import EmbeddedError, HostAccount, binaries, make_folder, remove_tree, run, socket_folder
from gerai.store.embedded_process import end_left_over

START_AND_DIE = """
import os, sys
from pathlib import Path
from gerai.store.embedded import EmbeddedPostgres
EmbeddedPostgres(Path(sys.argv[1])).start()
print("up", flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Generator[Path]:
    """A data folder that is not there yet; its database is stopped and deleted afterwards."""
    chosen = tmp_path / "shop"
    yield chosen
    if (pointer := read_pointer(chosen)) is not None:
        end_left_over(pointer.home / "data")
        remove_tree(pointer.home)


def home_of(folder: Path) -> Path:
    pointer = read_pointer(folder)
    assert pointer is not None
    return pointer.home


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_data_survives_a_restart(folder: Path) -> None:
    """What was committed is there after a stop and a start, in a database that keeps every commit on disk."""
    first = EmbeddedPostgres(folder)
    with psycopg.connect(first.start()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    first.stop()
    second = EmbeddedPostgres(folder)
    try:
        with psycopg.connect(second.start()) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
            shown = [connection.execute(f"SHOW {s}").fetchone() for s in ("fsync", "synchronous_commit")]
            assert shown == [("on",), ("on",)]
            assert connection.info.server_version >= 180000
    finally:
        second.stop()


def test_nobody_else_gets_in(folder: Path) -> None:
    """No TCP, a socket in a folder of mode 0700, a password in a file of mode 0600, and no entry without it."""
    server = EmbeddedPostgres(folder)
    dsn = server.start()
    try:
        home = home_of(folder)
        password = json.loads((folder / "database.json").read_text())["password"]
        assert (mode(folder), mode(home), mode(home / "data")) == (0o700, 0o700, 0o700)
        assert mode(folder / "database.json") == 0o600
        assert mode(home / ".s.PGSQL.5432") == 0o700
        assert not (home / "password.new").exists()
        with psycopg.connect(dsn) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
            rules = connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
            assert rules == [("scram-sha-256",)]
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(dsn.replace(password, "wrong"))
    finally:
        server.stop()
    assert server.dsn == dsn


def test_an_existing_folder_keeps_its_mode(folder: Path) -> None:
    """A folder that was there before, and everything above it, keeps mode and owner."""
    folder.mkdir(mode=0o755)
    os.chmod(folder, 0o755)  # noqa: S103 - the mode whose change would be noticed
    before = [(p, p.stat().st_mode, p.stat().st_uid) for p in (folder, *folder.parents)]
    server = EmbeddedPostgres(folder)
    server.start()
    server.stop()
    assert [(p, p.stat().st_mode, p.stat().st_uid) for p in (folder, *folder.parents)] == before


def test_one_gerai_at_a_time(folder: Path) -> None:
    """A second start on the same folder is refused and does not disturb the first; `running` joins it."""
    first, second = EmbeddedPostgres(folder), EmbeddedPostgres(folder)
    dsn = first.start()
    try:
        with pytest.raises(FolderBusy):
            second.start()
        with running(folder) as joined, psycopg.connect(joined) as connection:
            assert joined == dsn
            assert connection.execute("SELECT 1").fetchone() == (1,)
        with psycopg.connect(dsn) as connection:
            assert connection.execute("SELECT 2").fetchone() == (2,)
    finally:
        first.stop()
    with running(folder) as own, psycopg.connect(own) as connection:
        assert connection.execute("SELECT 3").fetchone() == (3,)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(dsn)


def test_running_needs_a_database(folder: Path) -> None:
    """Asking for the database of an empty folder says so and makes nothing."""
    with pytest.raises(EmbeddedError, match="holds no database"), running(folder):
        pass
    assert not folder.exists()


def test_killed_gerai_leaves_no_obstacle(folder: Path) -> None:
    """After kill -9 of Gerai its PostgreSQL may still run: the next start ends it and serves within seconds."""
    died = subprocess.run(
        [sys.executable, "-c", START_AND_DIE, str(folder)], capture_output=True, text=True, check=False
    )
    assert (died.returncode, died.stdout) == (-signal.SIGKILL, "up\n")
    left_over = int((home_of(folder) / "data/postmaster.pid").read_text().splitlines()[0])
    os.kill(left_over, 0)
    server = EmbeddedPostgres(folder)
    began = time.monotonic()
    try:
        with psycopg.connect(server.start()) as connection:
            assert time.monotonic() - began < 10
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert int((home_of(folder) / "data/postmaster.pid").read_text().splitlines()[0]) != left_over
    finally:
        server.stop()


def test_killed_postgresql_recovers(folder: Path) -> None:
    """After kill -9 of PostgreSQL itself, with a session open, the next start recovers every commit."""
    first = EmbeddedPostgres(folder)
    connection = psycopg.connect(first.start(), autocommit=True)
    connection.execute("CREATE TABLE kept AS SELECT 8 AS n")
    os.kill(int((home_of(folder) / "data/postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    first.stop()
    connection.close()
    second = EmbeddedPostgres(folder)
    try:
        with psycopg.connect(second.start()) as again:
            assert again.execute("SELECT n FROM kept").fetchone() == (8,)
    finally:
        second.stop()


def test_a_process_id_used_again_is_no_obstacle(folder: Path) -> None:
    """A stale postmaster.pid whose number now belongs to an innocent process stops neither us nor that process."""
    first = EmbeddedPostgres(folder)
    first.start()
    pid_file = home_of(folder) / "data/postmaster.pid"
    lines = pid_file.read_text().splitlines()
    first.stop()
    innocent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        pid_file.write_text("\n".join([str(innocent.pid), *lines[1:]]) + "\n")
        second = EmbeddedPostgres(folder)
        with psycopg.connect(second.start()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        second.stop()
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


def test_a_half_made_cluster_is_made_anew(folder: Path) -> None:
    """Death in the middle of the first start leaves nothing that the next start trips over."""
    first = EmbeddedPostgres(folder)
    first.start()
    first.stop()
    home = home_of(folder)
    (home / "data").rename(home / "data.new")
    (home / "data.new/PG_VERSION").unlink()
    text = (folder / "database.json").read_text()
    (folder / "database.json").write_text(text.replace('"complete": true', '"complete": false'))
    second = EmbeddedPostgres(folder)
    with psycopg.connect(second.start()) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("gerai",)
    second.stop()


def test_lost_data_is_never_replaced_by_empty_data(folder: Path) -> None:
    """When the cluster is gone but the folder says there was one, the start is refused."""
    first = EmbeddedPostgres(folder)
    first.start()
    first.stop()
    (home_of(folder) / "data").rename(home_of(folder) / "moved")
    with pytest.raises(EmbeddedError, match="which is gone"):
        EmbeddedPostgres(folder).start()
    assert not (home_of(folder) / "data").exists()


def test_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    """A data folder whose socket path would be too long gets a private folder elsewhere for the socket."""
    home = tmp_path / ("x" * 120)
    elsewhere = socket_folder(home, None)
    try:
        assert elsewhere != home
        assert mode(elsewhere) == 0o700
        assert len(str(elsewhere / ".s.PGSQL.5432")) < 103
        assert socket_folder(Path("/short"), None) == Path("/short")
    finally:
        elsewhere.rmdir()


def test_make_folder_leaves_what_is_there(tmp_path: Path) -> None:
    """A new folder gets exactly the mode asked for; an existing one is left alone."""
    assert make_folder(tmp_path / "new", 0o755) is True
    assert mode(tmp_path / "new") == 0o755
    assert make_folder(tmp_path / "new", 0o700) is False
    assert mode(tmp_path / "new") == 0o755


def test_scratch_leaves_nothing() -> None:
    """A scratch database works, brings pgbench, and is gone afterwards, server and files."""
    with scratch() as server:
        folder = server.folder
        home = home_of(folder)
        assert (server.bin_dir() / "pgbench").exists()
        with psycopg.connect(server.dsn) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("off",)
    assert (folder.exists(), home.exists()) == (False, False)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.dsn)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try another user; everything else ran as a plain user")
def test_as_a_plain_user() -> None:
    """Started by a plain user, the whole cluster lies in the data folder and belongs to that user."""
    nobody = pwd.getpwnam("nobody")
    who = HostAccount(nobody.pw_name, nobody.pw_uid, nobody.pw_gid)
    if run([str(binaries() / "initdb"), "--version"], who, Path("/")).returncode != 0:
        pytest.skip("the virtual environment lies in a folder that only root may enter")
    parent = Path(tempfile.mkdtemp(prefix="gerai-plain-", dir="/var/tmp"))
    os.chown(parent, who.uid, who.gid)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(who.gid)
            os.setuid(who.uid)
            status = 0 if data_directory(parent / "shop") == str(parent / "shop/postgres/data") else 2
        finally:
            os._exit(status)
    try:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert (parent / "shop/postgres/data").stat().st_uid == who.uid
        assert mode(parent / "shop/postgres") == 0o700
    finally:
        remove_tree(parent)


def data_directory(folder: Path) -> str:
    """Start, ask where the data is, stop."""
    server = EmbeddedPostgres(folder)
    with psycopg.connect(server.start()) as connection:
        found = connection.execute("SHOW data_directory").fetchone()
    server.stop()
    return "" if found is None else found[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's databases live outside the data folder")
def test_a_deleted_data_folder_is_remembered(folder: Path) -> None:
    """When root deletes a data folder, its database stays, is not taken over, and the next start can name it."""
    first = EmbeddedPostgres(folder)
    first.start()
    first.stop()
    old = home_of(folder)
    (folder / "database.json").unlink()
    assert forgotten_homes(folder) == [old]
    second = EmbeddedPostgres(folder)
    second.start()
    second.stop()
    try:
        assert home_of(folder) != old
        assert (old / "data/PG_VERSION").exists()
        assert forgotten_homes(folder) == [old]
    finally:
        remove_tree(old)
    assert forgotten_homes(folder) == []
