"""Ways to make PostgreSQL unable for a while: read-only, full, without memory, broken disks, without connections."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import pwd
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import psycopg

from gerai.store.embedded import running
from gerai.torture.figures import Figures
from gerai.torture.shop import open_shop

#: Takes the address of the database.
Breaker = Callable[[str], contextlib.AbstractAsyncContextManager[None]]
_TAKER: Final = "gerai-takes-all-connections"
_OTHERS: Final = """
SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> %s"""


async def faults(
    folder: Path, *, rounds: int, lasts_s: float, clients: int = 8, load_s: float = 2.0, slack: float = 1.0,
    kinds: Sequence[str] = (),
) -> Figures:  # fmt: skip
    """Under load, PostgreSQL cannot for ``lasts_s`` seconds: of ``kinds``, in turns, or of all there are. Every counter
    is busy meanwhile, and comes back by itself; afterwards every kind of work goes on."""
    figures = Figures()
    async with open_shop(folder / "shop", figures, clients=clients, load_s=load_s, slack=slack) as shop:
        for kind in itertools.islice(itertools.cycle(kinds or FAULTS), rounds):
            before_s, figures.longest_outage_s = figures.longest_outage_s, 0.0
            async with shop.breaking(kind) as load:
                with running(shop.server.folder) as dsn:
                    async with FAULTS[kind](dsn):
                        await asyncio.sleep(lasts_s)
            figures.expect(load.statuses["write", 503] > 0, f"{kind}: nobody was busy, so nothing was broken")
            figures.longest_outage_s = max(before_s, figures.longest_outage_s - lasts_s)
        await shop.work_goes_on()
    return figures


@asynccontextmanager
async def read_only(dsn: str) -> AsyncGenerator[None]:
    """Nothing may be written, as on a server that became a standby."""
    with psycopg.connect(dsn, autocommit=True, options="-c default_transaction_read_only=off") as connection:
        connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        connection.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            connection.execute("ALTER SYSTEM RESET default_transaction_read_only")
            connection.execute("SELECT pg_reload_conf()")


def raising(sqlstate: str) -> Breaker:
    """Every new event raises this error."""

    @asynccontextmanager
    async def breaker(dsn: str) -> AsyncGenerator[None]:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(
                b"CREATE FUNCTION unable() RETURNS trigger LANGUAGE plpgsql AS "
                b"$$ BEGIN RAISE EXCEPTION 'cannot' USING ERRCODE = '" + sqlstate.encode() + b"'; END $$"
            )
            connection.execute("CREATE TRIGGER unable BEFORE INSERT ON events EXECUTE FUNCTION unable()")
            try:
                yield
            finally:
                connection.execute("DROP FUNCTION unable CASCADE")

    return breaker


@asynccontextmanager
async def disk_full(dsn: str) -> AsyncGenerator[None]:
    """The events are on a disk of 32 MB that is full. Only root can mount one: PermissionError."""
    folder = await asyncio.to_thread(_small_disk, dsn)
    place = folder / "space"
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'".encode())
            connection.execute("ALTER TABLE events SET TABLESPACE small")
            connection.execute("CREATE TABLE filler (t text) TABLESPACE small")
            for size in (100_000, 1_000, 10):
                with contextlib.suppress(psycopg.errors.DiskFull):
                    while True:
                        connection.execute(
                            "INSERT INTO filler SELECT repeat('x', 700) FROM generate_series(1, %s)", [size]
                        )
            yield
            connection.execute("DROP TABLE filler")
            connection.execute("ALTER TABLE events SET TABLESPACE pg_default")
            connection.execute("CHECKPOINT")
            connection.execute("DROP TABLESPACE small")
    finally:
        await asyncio.to_thread(_unmount, folder)


def _small_disk(dsn: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="gerai-small-disk-"))
    mounting = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mounting, capture_output=True, check=False).returncode:
        folder.rmdir()
        raise PermissionError("only root can mount a small disk")
    (folder / "space").mkdir()
    owner = pwd.getpwnam(_runs_as(dsn))
    os.chown(folder / "space", owner.pw_uid, owner.pw_gid)
    folder.chmod(0o755)
    return folder


def _unmount(folder: Path) -> None:
    # Lazily: the server keeps files open that it has deleted.
    subprocess.run(["umount", "-l", str(folder)], check=False)
    folder.rmdir()


def _runs_as(dsn: str) -> str:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
    assert row is not None
    return Path(f"/proc/{row[0].split()[0]}").owner()


@asynccontextmanager
async def too_many_connections(dsn: str) -> AsyncGenerator[None]:
    """Others have taken every connection there is, ours included."""
    taken: list[psycopg.Connection] = []
    with psycopg.connect(dsn, autocommit=True, application_name=_TAKER) as watch:
        try:
            while victims := watch.execute(_OTHERS, [_TAKER]).fetchall():
                for (pid,) in victims:
                    watch.execute("SELECT pg_terminate_backend(%s)", [pid])
                with contextlib.suppress(psycopg.OperationalError):
                    while True:
                        taken.append(psycopg.connect(dsn, application_name=_TAKER))
                await asyncio.sleep(0)
            yield
        finally:
            for connection in taken:
                connection.close()


#: Reason of the log → how to bring it about.
FAULTS: Final[dict[str, Breaker]] = {
    "read_only": read_only,
    "disk_full": raising("53100"),
    "out_of_memory": raising("53200"),
    "io_error": raising("58030"),
    "too_many_connections": too_many_connections,
}
