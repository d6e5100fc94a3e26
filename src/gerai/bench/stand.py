"""Where cases are measured: a database with two equal shops, perhaps with orders from earlier, and a server on it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec
import psycopg

from gerai.app import make_engine
from gerai.bench import stored
from gerai.bench.case import ENVIRONMENT, MEMBERS, BenchError
from gerai.bench.cases import CASES
from gerai.bench.processes import HOST, serving
from gerai.bench.reads import SERVICE
from gerai.bench.rows import Span
from gerai.bench.sample import SAMPLE_NUMBERS, place
from gerai.bench.shop import Shop, open_shop
from gerai.bench.stored import StoredDetails
from gerai.engine.check import check
from gerai.engine.ids import BLOCK
from gerai.kit.clock import real_now
from gerai.kit.files import write_private
from gerai.settings import DatabaseSettings, Settings
from gerai.store.embedded import EmbeddedPostgres, scratch
from gerai.store.migrate import migrate

Step = Callable[[str], None]

#: The server draws ids from here on, pgbench's script takes them from there: the same number of digits on both sides,
#: and neither ever meets the other's, or those of stored orders.
SERVER_IDS: Final = 2 * 10**12
SCRIPT_IDS: Final = 5 * 10**12
#: In a folder that is kept.
_FILE: Final = "bench.json"
#: A counter's case whose orders are like the stored ones.
_LIKE: Final = {"leuwongrr": "invoice", "durianpay": "durianpay", "scalev": "hot-variant"}


class _Kept(msgspec.Struct):
    """What a folder's database holds: so many orders from earlier, and the two shops with their keys."""

    stored: int
    ours: Shop
    other: Shop


@dataclass(frozen=True)
class Stand:
    """``pid`` is the server's process. ``ours`` is ordered in over HTTP, ``other`` by pgbench. ``stored``: orders that
    were there before any case."""

    server: EmbeddedPostgres
    port: int
    pid: int
    ours: Shop
    other: Shop
    stored: int

    @property
    def dsn(self) -> str:
        return self.server.dsn

    def broken_rules(self) -> list[str]:
        """Every invariant of the books that does not hold."""
        return asyncio.run(_check(self.dsn))


@contextlib.contextmanager
def standing(orders: int, step: Step, folder: Path | None = None) -> Generator[Stand]:
    """A stand with so many orders from earlier; nine of ten are of the two shops. With ``folder`` its database is kept
    there, and used again by whoever names the folder. BenchError when that one holds another number of orders."""
    step("starting PostgreSQL")
    with _database(folder) as server:
        migrate(server.dsn)
        kept = _kept(folder) or _opened(server, orders, step)
        if kept.stored != orders:
            raise BenchError(f"{folder} holds {kept.stored:,} orders from earlier, not {orders:,}")
        if folder is not None:
            write_private(folder / _FILE, msgspec.json.encode(kept).decode())
        step("starting the server")
        with serving(server.dsn) as served:
            yield Stand(server, *served, kept.ours, kept.other, orders)


@contextlib.contextmanager
def _database(folder: Path | None) -> Generator[EmbeddedPostgres]:
    if folder is None:
        with scratch(durable=True) as server:
            yield server
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = EmbeddedPostgres(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _kept(folder: Path | None) -> _Kept | None:
    if folder is None or not (folder / _FILE).exists():
        return None
    return msgspec.json.decode((folder / _FILE).read_bytes(), type=_Kept)


def _opened(server: EmbeddedPostgres, orders: int, step: Step) -> _Kept:
    """Open both shops in an empty database, and store the orders from earlier."""
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        row = connection.execute("SELECT count(*) FROM merchants").fetchone()
        if row != (0,):
            raise BenchError("making this database was broken off, or it is none of the benchmark's; remove its folder")
        connection.execute("SELECT setval('gerai_ids', %s)", (SERVER_IDS // BLOCK,))
    ours, other = asyncio.run(_open_shops(server.dsn))
    if orders:
        step("placing one order at each counter")
        with serving(server.dsn) as served:
            details = _details(server.dsn, served.port, other)
        _store(server.dsn, (ours, other), orders, details, step)
    return _Kept(orders, ours, other)


async def _open_shops(dsn: str) -> tuple[Shop, Shop]:
    async with make_engine(replace(Settings(), database=DatabaseSettings(url=dsn))).running() as engine:
        return await open_shop(engine, "bench-http"), await open_shop(engine, "bench-pgbench")


def _details(dsn: str, port: int, shop: Shop) -> list[StoredDetails]:
    """What each counter keeps with its orders, from one that is placed there; of Cek Ceir what its orders say."""
    said = f'{{"service_code": "{SERVICE}", "processing_type": "automatic"}}'
    found = [StoredDetails("cekceir", said, said)]
    with psycopg.connect(dsn) as connection:
        for counter, name in _LIKE.items():
            span = Span(shop.merchant_id, ((SERVER_IDS, SCRIPT_IDS),), "details", "-infinity")
            sample = place(connection, HOST, port, CASES[name], shop, span, SAMPLE_NUMBERS[0])
            [order], [line] = (sample.steps[0].inserted[table] for table in ("orders", "order_lines"))
            kept = [order["details"], order["labels"], line["item_kind"], line["details"]]
            details, labels, kind, line_details = (value.text or "" for value in kept)
            item_id = int(line["item_id"].text or 0)
            found.append(StoredDetails(counter, details, labels, kind, item_id, line_details))
    return found


def _store(dsn: str, shops: tuple[Shop, Shop], orders: int, details: list[StoredDetails], step: Step) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        large = [
            stored.adopted(connection, shop.merchant_id, ENVIRONMENT, MEMBERS, shop.first_member, shop.first_wallet)
            for shop in shops
        ]
        small = stored.new_shops(connection, ENVIRONMENT, large=0)
    stored.add_orders(dsn, [*large, *small], ENVIRONMENT, range(1, orders + 1), real_now(), step, details)


async def _check(dsn: str) -> list[str]:
    async with make_engine(replace(Settings(), database=DatabaseSettings(url=dsn))).running() as engine:
        return [str(violation) for violation in await check(engine)]
