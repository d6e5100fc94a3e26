"""``python -m gerai.bench.reload``: how long an edit in a large catalogue takes to be known in another
process, and what it costs both; on a database of its own (docs/decisions/0036-only-what-changed.md).
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Final

import msgspec
from psycopg import AsyncConnection

from gerai.app import App
from gerai.bench.case import BenchError
from gerai.domain.permissions import ROLES
from gerai.doors.dialects.scalev.demo.goods import goods
from gerai.engine.acting import Actor
from gerai.engine.catalogue.extend import extend_catalogue
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.desk.acts.edit_variant import VariantEdit
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import DeskCaller, acts, perform
from gerai.engine.merchants.open import changing, open_merchant
from gerai.settings import DatabaseSettings, Settings
from gerai.store.directory import LISTEN
from gerai.store.embedded import scratch
from gerai.store.migrate import migrate

_APART_S: Final = 2.0
_FIRST: Final = 1_000_000
_SAID: Final = "seen: "
_CALLER: Final = DeskCaller(Actor("operator", "bench"), ROLES["owner"])
#: Two and a half variants of each product, all offered in the first store and kept in the first warehouse.
_FILL: Final = (
    "INSERT INTO products (merchant_id, product_id, uuid, name, public_name, item_type) SELECT %(m)s, %(f)s + n, "
    "gen_random_uuid(), 'Kaos ' || n, 'Kaos ' || n, 'physical' FROM generate_series(0, %(n)s * 2 / 5) n",
    "INSERT INTO variants (merchant_id, variant_id, product_id, unique_id, uuid, name, sku, price_sen, is_inventory) "
    "SELECT %(m)s, %(f)s + n, %(f)s + n * 2 / 5, 'variant_b' || n, gen_random_uuid(), 'Kaos ' || n, 'B-' || n, "
    "1500000, true FROM generate_series(1, %(n)s) n",
    "INSERT INTO store_products SELECT %(m)s, (SELECT min(store_id) FROM stores WHERE merchant_id = %(m)s), product_id "
    "FROM products WHERE merchant_id = %(m)s AND product_id >= %(f)s",
    "INSERT INTO stock SELECT %(m)s, %(f)s + variant_id * 2 + e, (ARRAY['sandbox', 'production'])[e], variant_id, "
    "(SELECT min(warehouse_id) FROM warehouses WHERE merchant_id = %(m)s), 9, 0, now() "
    "FROM variants, generate_series(1, 2) e WHERE merchant_id = %(m)s AND variant_id >= %(f)s",
)


class EditCost(msgspec.Struct, frozen=True):
    """One edit in the process that follows: from the notice to its effect, processor time of that, and the longest that
    its event loop stood still."""

    known_ms: float
    cpu_ms: float
    still_ms: float


class _Ticks:
    """How long the event loop stands still, at most."""

    def __init__(self) -> None:
        self.still_s = 0.0

    async def run(self, after_each: Callable[[], None]) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.001)
            self.still_s = max(self.still_s, time.monotonic() - before - 0.001)
            after_each()


def _app(dsn: str) -> App:
    return App(replace(Settings(), database=DatabaseSettings(url=dsn)))


async def _follow(dsn: str, merchant_id: int) -> None:
    """Print what is seen of each edit, one line after the other."""
    app, ticks = _app(dsn), _Ticks()
    async with app.engine.running(), await AsyncConnection.connect(dsn, autocommit=True) as listening:
        await listening.execute(LISTEN)
        price = [_price(app, merchant_id, _FIRST + 1)]
        noticed = list[tuple[float, float]]()

        def look() -> None:
            if noticed and (now := _price(app, merchant_id, _FIRST + 1)) != price[0]:
                at, cpu = noticed.pop()
                price[0] = now
                seen = EditCost(_ms(time.monotonic() - at), _ms(time.process_time() - cpu), _ms(ticks.still_s))
                print(_SAID + msgspec.json.encode(seen).decode(), flush=True)

        ticking = asyncio.create_task(ticks.run(look))
        print(_SAID, flush=True)
        async for notice in listening.notifies():
            if int(notice.payload) == merchant_id:
                ticks.still_s = 0.0
                noticed[:] = [(time.monotonic(), time.process_time())]
        ticking.cancel()


async def _said(lines: asyncio.StreamReader) -> str:
    """What the other process says next; its log is on the same lines."""
    while not (line := (await lines.readline()).decode()).startswith(_SAID):
        if not line:
            raise BenchError("the process that follows ended")
    return line.removeprefix(_SAID)


def _price(app: App, merchant_id: int, variant_id: int) -> int:
    return app.engine.directory.get(STOREFRONT, merchant_id).catalogue.variants[variant_id].price_sen


async def _measure(dsn: str, variants: int, edits: int) -> str:
    app, ticks = _app(dsn), _Ticks()
    async with app.engine.running():
        merchant_id = await open_merchant(app.engine, "besar", "Toko Besar", simulated=True)
        await extend_catalogue(app.engine, merchant_id, goods())
        async with changing(app.engine, merchant_id) as connection:
            for statement in _FILL:
                await connection.execute(statement, {"m": merchant_id, "f": _FIRST, "n": variants})
        command = [sys.executable, __file__, "--follow", dsn, str(merchant_id)]
        within, ticking = Within(app.house, merchant_id, "production"), asyncio.create_task(ticks.run(lambda: None))
        follower = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert follower.stdout is not None
        await _said(follower.stdout)
        acting, followed = list[EditCost](), list[EditCost]()
        for price in range(1, edits + 1):
            await asyncio.sleep(_APART_S)
            at, cpu, ticks.still_s = time.monotonic(), time.process_time(), 0.0
            edit = VariantEdit(id=_FIRST + 1, price_sen=price)
            await perform(acts()["variants.edit"], within, edit, _CALLER, reason="bench")
            acting.append(EditCost(_ms(time.monotonic() - at), _ms(time.process_time() - cpu), _ms(ticks.still_s)))
            followed.append(msgspec.json.decode(await _said(follower.stdout), type=EditCost))
        follower.terminate()
        await follower.wait()
        ticking.cancel()
    return f"{variants} variants\nthe act:         {_line(acting)}\nanother process: {_line(followed)}"


def _line(found: list[EditCost]) -> str:
    middle = [median(getattr(one, name) for one in found) for name in EditCost.__struct_fields__]
    worst = max(one.still_ms for one in found)
    return "{:7.1f} ms, processor {:7.1f} ms, loop still for {:6.1f} ms, at most {:6.1f} ms".format(*middle, worst)


def _ms(seconds: float) -> float:
    return seconds * 1000


def main() -> None:
    """Measure; or, started by itself, follow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variants", type=int, default=50_000)
    parser.add_argument("--edits", type=int, default=7)
    parser.add_argument("--follow", nargs=2, metavar=("DSN", "MERCHANT"), help="what the command starts by itself")
    given = parser.parse_args()
    if given.follow is not None:
        asyncio.run(_follow(given.follow[0], int(given.follow[1])))
        return
    with scratch() as server:
        migrate(server.dsn)
        print(asyncio.run(_measure(server.dsn, given.variants, given.edits)))


if __name__ == "__main__":
    main()
