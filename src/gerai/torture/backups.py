"""Backups under load: cut off in the middle, made, and all there is left when the machine is destroyed."""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import psycopg

from gerai.backup.files import kept_in
from gerai.store.embedded import running
from gerai.store.embedded_folder import delete_data
from gerai.testing.server import LiveServer, live_server
from gerai.torture.errands import SETTINGS
from gerai.torture.figures import Figures
from gerai.torture.jobs import jobs_left
from gerai.torture.load import CarefulClients, count_orders
from gerai.torture.shop import BrokenShop, open_shop

#: What gets kill -9 in the middle of a backup: the server and its PostgreSQL, or the backup.
Victim = Literal["server", "backup"]
KINDS: Final[Sequence[tuple[Victim, bool]]] = (("server", False), ("backup", True))
_RECOVERED_WITHIN_S: Final = 60.0
#: As after a power cut: a runner that is gone is missed after half a minute.
_WORK_DONE_WITHIN_S: Final = 90.0
_BEGUN_WITHIN_S: Final = 30.0
#: Answers that are stored already; they take about as long to write as they are many, and stand between the first
#: tables and the orders.
_FILL: Final = """
INSERT INTO idempotency_keys (merchant_id, environment, owner, operation, key, fingerprint, answer, created_at)
SELECT (SELECT min(merchant_id) FROM merchants), 'sandbox', 'stored', 'stored', 'stored-' || n, '',
       convert_to(repeat(md5(n::text), 8), 'UTF8'), now() FROM generate_series(1, %s) n"""
_IN_THE_MIDDLE: Final = """
SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY "idempotency_keys"%TO STDOUT'"""


async def backups(
    folder: Path, *, rounds: int, kinds: Sequence[tuple[Victim, bool]] = KINDS, stored: int = 50_000,
    clients: int = 8, load_s: float = 2.0, slack: float = 1.0,
) -> Figures:  # fmt: skip
    """Under load: a backup in whose middle the server or the backup itself is killed, which leaves none; a whole one
    (sealed, or not: the second half of ``kinds``); then the machine is destroyed, and it is restored elsewhere, at the
    same address. What was acknowledged before the backup began is there as it was. ``stored``: how
    many replies to earlier orders are in the database."""
    figures = Figures()
    for number, (victim, sealed) in enumerate(itertools.islice(itertools.cycle(kinds), rounds), 1):
        place = folder / f"machine-{number}"
        await asyncio.to_thread(place.mkdir)
        async with open_shop(place / "shop", figures, clients=clients, load_s=load_s, slack=slack) as shop:
            with running(shop.server.folder) as dsn:
                before = await _fill(dsn, stored)
            await _Machine(shop, place, sealed).round(victim, before)
    return figures


class _Machine:
    """A shop, its backups, and where it is brought back: folders of one place."""

    def __init__(self, shop: BrokenShop, place: Path, sealed: bool) -> None:
        self._shop, self._figures, self._server = shop, shop.figures, shop.server
        self._place = place
        self._kept = place / "backups"
        self._passphrase = place / "passphrase"
        if sealed:
            self._passphrase.write_text("twelve characters or more\n", encoding="utf-8")

    async def round(self, victim: Victim, before: int) -> None:
        """``before``: how many orders there are."""
        shop, load = self._shop, CarefulClients(self._server.base_url, self._server.demo)
        with live_server(self._place / "elsewhere", **SETTINGS) as elsewhere:
            # The clients know one address, whoever serves there.
            elsewhere.port = self._server.port
            async with load.running(shop.clients):
                await asyncio.sleep(shop.load_s)
                await self._cut_off(victim)
                back = await load.recovered(time.monotonic(), _RECOVERED_WITHIN_S * shop.slack)
                self._figures.expect(back, f"{victim} killed in a backup: not every counter came back")
                known = await self._made(load)
                await asyncio.to_thread(self._destroy)
                await self._bring_back(elsewhere)
                gone = set(load.acknowledged) - known
                await asyncio.to_thread(elsewhere.start)
                back = await load.recovered(time.monotonic(), _RECOVERED_WITHIN_S * shop.slack)
                self._figures.expect(back, "brought back: not every counter came back")
            # Acknowledged after the backup had begun: not promised, and placed anew when they are sent again.
            for key in gone:
                load.acknowledged.pop(key)
            self._figures.rounds += 1
            with running(elsewhere.folder) as dsn:
                await load.settle(self._figures, dsn, before)
                left = await jobs_left(dsn, _WORK_DONE_WITHIN_S * shop.slack)
            self._figures.expect(not left, f"brought back: {len(left)} jobs hang: {left[:3]}")

    async def _cut_off(self, victim: Victim) -> None:
        """kill -9 in the middle of a backup: none is left behind that looks like one."""
        with running(self._server.folder) as dsn:
            process = await self._gerai("backup", "--data", str(self._server.folder), "--to", str(self._kept))
            begun = await _in_the_middle(dsn, process)
        self._figures.expect(begun, "no backup was seen in its middle, so none was cut off")
        if victim == "backup":
            process.kill()
        else:
            await asyncio.to_thread(self._server.kill, database_too=True)
        _, errors = await process.communicate()
        self._figures.expect(process.returncode != 0, f"a backup was made although the {victim} was killed")
        self._figures.expect("Traceback" not in errors.decode(), f"{victim} killed: {errors.decode()[-500:]}")
        self._figures.expect(not kept_in(self._kept), f"the {victim} was killed, and a backup is there")
        if victim == "server":
            await asyncio.to_thread(self._server.start)

    async def _made(self, load: CarefulClients) -> set[str]:
        """A backup while the load goes on; returns the keys that were acknowledged before it began."""
        known, began = set(load.acknowledged), time.monotonic()
        await self._succeeds("backup", "--data", str(self._server.folder), "--to", str(self._kept))
        took_s, placed = time.monotonic() - began, len(load.acknowledged) - len(known)
        self._figures.expect(placed > 0, "nobody's order was acknowledged while the backup was made")
        self._figures.notes.append(f"a backup in {took_s:.1f} s, {placed} orders meanwhile")
        return known

    def _destroy(self) -> None:
        self._server.kill(database_too=True)
        delete_data(self._server.folder)

    async def _bring_back(self, elsewhere: LiveServer) -> None:
        began = time.monotonic()
        [kept] = kept_in(self._kept)
        said = await self._succeeds("restore", str(kept.file), "--data", str(elsewhere.folder))
        self._figures.expect("the books hold" in said, f"restored: {said}")
        self._figures.notes.append(f"restored in {time.monotonic() - began:.1f} s")

    async def _succeeds(self, *words: str) -> str:
        """What it printed."""
        process = await self._gerai(*words)
        output, errors = await process.communicate()
        self._figures.expect(process.returncode == 0, f"gerai {words[0]}: {errors.decode()[-500:]}")
        return output.decode()

    async def _gerai(self, *words: str) -> Process:
        sealing = ["--passphrase-file", str(self._passphrase)] if self._passphrase.exists() else []
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GERAI_")}
        command = [sys.executable, "-P", "-m", "gerai", *words, *sealing]
        return await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, env=environment
        )  # fmt: skip


async def _fill(dsn: str, stored: int) -> int:
    """So many answers more; returns how many orders there are."""
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        await connection.execute(_FILL, (stored,))
    return await count_orders(dsn)


async def _in_the_middle(dsn: str, backup: Process) -> bool:
    """Wait until it reads the stored answers; False when it ended before that was seen."""
    until = time.monotonic() + _BEGUN_WITHIN_S
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        while backup.returncode is None and time.monotonic() < until:
            row = await (await connection.execute(_IN_THE_MIDDLE)).fetchone()
            if row is not None and row[0]:
                return True
            await asyncio.sleep(0.002)
    return False
