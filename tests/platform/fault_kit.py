"""Ways to make PostgreSQL unable, for the length of a block, and clients of every door that keep asking meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import pwd
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from gerai.app import DIALECTS
from gerai.store.embedded import EmbeddedPostgres

#: A list of each door, read with the headers of its orders.
LISTS = {
    "cekceir": "/api/order", "durianpay": "/v1/orders", "leuwongrr": "/api/v1/me/orders", "scalev": "/v3/orders",
}  # fmt: skip
#: A link of the right form that leads nowhere; only the database knows that.
PAGE = "/i/" + "Nobody0knows0this0link0at0all000"
DEMOS = {dialect.name: dialect.demo for dialect in DIALECTS if dialect.demo is not None}
_numbers = itertools.count()
Breaker = Callable[[EmbeddedPostgres], Any]


@dataclass
class Seen:
    """What the clients got: statuses by door and kind, and how long the slowest took."""

    writes: dict[str, Counter[int]] = field(default_factory=dict[str, Counter[int]])
    reads: dict[str, Counter[int]] = field(default_factory=dict[str, Counter[int]])
    slowest_s: float = 0.0
    without_retry_after: list[str] = field(default_factory=list[str])

    def total(self, kind: str, status: int) -> int:
        """How often this status came."""
        return sum(counts[status] for counts in getattr(self, kind).values())

    def statuses(self) -> set[int]:
        """Every status that came."""
        return {status for counts in (*self.writes.values(), *self.reads.values()) for status in counts}

    def note(self, kind: str, door: str, answer: httpx.Response, took_s: float) -> None:
        """One answer."""
        getattr(self, kind).setdefault(door, Counter())[answer.status_code] += 1
        self.slowest_s = max(self.slowest_s, took_s)
        if answer.status_code == 503 and not answer.headers.get("retry-after", "").isdigit():
            self.without_retry_after.append(f"{door}: {answer.text}")


async def order(client: httpx.AsyncClient, demo: dict[str, Any], door: str) -> httpx.Response:
    """A new order at a door."""
    wanted = DEMOS[door].order(demo[door], next(_numbers))
    return await client.request(wanted.method, wanted.path, json=wanted.body, headers=dict(wanted.headers))


async def read(client: httpx.AsyncClient, demo: dict[str, Any], door: str) -> httpx.Response:
    """A door's list of orders, or the page of a link that leads nowhere."""
    if door == "pay":
        return await client.get(PAGE)
    return await client.get(LISTS[door], headers=dict(DEMOS[door].order(demo[door], 0).headers))


async def ask_everywhere(
    client: httpx.AsyncClient, demo: dict[str, Any], seconds: float, *, writing: bool = True, clients: int = 2
) -> Seen:
    """Clients of all doors for so long, each with one request after the other."""
    seen, until_s = Seen(), time.monotonic() + seconds

    async def keep(kind: str, door: str) -> None:
        while time.monotonic() < until_s:
            began = time.monotonic()
            answer = await (order if kind == "writes" else read)(client, demo, door)
            seen.note(kind, door, answer, time.monotonic() - began)
            await asyncio.sleep(0.01)

    kinds = [("writes", door) for door in LISTS if writing] + [("reads", door) for door in (*LISTS, "pay")]
    await asyncio.gather(*(keep(kind, door) for kind, door in kinds * clients))
    return seen


# --- what breaks ---------------------------------------------------------------------------


@asynccontextmanager
async def read_only(server: EmbeddedPostgres) -> AsyncGenerator[None]:
    """Nothing may be written, as on a server that became a standby."""
    with psycopg.connect(server.dsn, autocommit=True, options="-c default_transaction_read_only=off") as connection:
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
    async def breaker(server: EmbeddedPostgres) -> AsyncGenerator[None]:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute(
                "CREATE FUNCTION unable() RETURNS trigger LANGUAGE plpgsql AS "  # type: ignore[arg-type]
                f"$$ BEGIN RAISE EXCEPTION 'cannot' USING ERRCODE = '{sqlstate}'; END $$"
            )
            connection.execute("CREATE TRIGGER unable BEFORE INSERT ON events EXECUTE FUNCTION unable()")
            try:
                yield
            finally:
                connection.execute("DROP FUNCTION unable CASCADE")

    return breaker


@asynccontextmanager
async def disk_full(server: EmbeddedPostgres) -> AsyncGenerator[None]:
    """The events are on a disk of 32 MB that is full. Only root can mount one: PermissionError."""
    folder = await asyncio.to_thread(_small_disk, server)
    place = folder / "space"
    try:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'")  # type: ignore[arg-type]
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


def _small_disk(server: EmbeddedPostgres) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="gerai-small-disk-"))
    mounting = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mounting, capture_output=True, check=False).returncode:
        folder.rmdir()
        raise PermissionError("only root can mount a small disk")
    (folder / "space").mkdir()
    owner = pwd.getpwnam(_runs_as(server))
    os.chown(folder / "space", owner.pw_uid, owner.pw_gid)
    folder.chmod(0o755)
    return folder


def _unmount(folder: Path) -> None:
    # Lazily: the server keeps files open that it has deleted.
    subprocess.run(["umount", "-l", str(folder)], check=False)
    folder.rmdir()


def _runs_as(server: EmbeddedPostgres) -> str:
    with psycopg.connect(server.dsn) as connection:
        row = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
    assert row is not None
    return Path(f"/proc/{row[0].split()[0]}").owner()


@asynccontextmanager
async def too_many_connections(server: EmbeddedPostgres) -> AsyncGenerator[None]:
    """Others have taken every connection there is, ours included."""
    taken: list[psycopg.Connection] = []
    with psycopg.connect(server.dsn, autocommit=True) as watch:
        ours = "SELECT pid FROM pg_stat_activity WHERE application_name = 'gerai-under-test'"
        try:
            while victims := watch.execute(ours).fetchall():
                for (pid,) in victims:
                    watch.execute("SELECT pg_terminate_backend(%s)", [pid])
                with contextlib.suppress(psycopg.OperationalError):
                    while True:
                        taken.append(psycopg.connect(server.dsn))
                await asyncio.sleep(0)
            yield
        finally:
            for connection in taken:
                connection.close()


@asynccontextmanager
async def stopped(server: EmbeddedPostgres) -> AsyncGenerator[None]:
    """The server is shut down (fast), and started again."""
    await asyncio.to_thread(server.stop)
    try:
        yield
    finally:
        await asyncio.to_thread(server.start)
