"""One measurement: a database and a server of its own for each case, both sides in turns, and the books afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

import psycopg

from gerai.app import make_engine
from gerai.bench import pgbench, rows, stored
from gerai.bench.case import MEMBERS, BenchError, Case
from gerai.bench.load import LoadResult, Round
from gerai.bench.processes import LoadProcess, loading, place_one, serving
from gerai.bench.shop import Shop, open_shop
from gerai.engine.check import check
from gerai.kit.clock import real_now
from gerai.settings import DatabaseSettings, Settings
from gerai.store.embedded import EmbeddedPostgres, scratch
from gerai.store.migrate import migrate

Tell = Callable[[str], None]

_WARM_UP_S = 1.0
#: Before each later round the connections are warm; this much only lets the clients fall out of step.
_RUN_IN_S = 0.2
_ROUNDS_AT_MOST = 5


@dataclass(frozen=True)
class CaseFigures:
    """What came out. Rates are medians of the rounds, ``ratio`` the median of the rounds' ratios, latencies of all
    rounds together. ``violations``: what is wrong with the books, or with the rows both sides wrote."""

    case: Case
    http_per_s: float
    pgbench_per_s: float
    ratio: float
    p50_ms: float
    p99_ms: float
    orders: int
    errors: int
    first_error: str
    violations: tuple[str, ...]


@dataclass(frozen=True)
class _Sides:
    """What one round needs."""

    load: LoadProcess
    server: EmbeddedPostgres
    script: str
    other: Shop


def measure(case: Case, seconds: int, stored_orders: int, tell: Tell) -> CaseFigures:
    """Measure one case for about twice ``seconds``, in a database that holds so many orders already, nine of ten
    of them in the two shops that are measured. ``tell`` is called with what is under way.

    Raises BenchError when the measurement cannot be made.
    """
    tell("starting PostgreSQL and the server")
    with scratch(durable=True) as server:
        migrate(server.dsn)
        ours, other = asyncio.run(_open_shops(server.dsn, case))
        after = _store(server.dsn, case, (ours, other), stored_orders, tell)
        with serving(server.dsn) as port:
            # A real order over HTTP: pgbench copies its rows, so neither side writes more than the other.
            place_one(port, case, other)
            with psycopg.connect(server.dsn) as connection:
                sample = pgbench.Sample(other, rows.placed_order(connection, other.merchant_id, after))
            with loading(port, case, ours) as load:
                sides = _Sides(load, server, pgbench.script(case, sample), other)
                results, figures = _rounds(sides, case, seconds, tell)
        tell("checking the books")
        violations = _violations(server.dsn, (ours, other), after, sum(result.acknowledged for result in results))
    return replace(figures, violations=tuple(violations))


async def _open_shops(dsn: str, case: Case) -> tuple[Shop, Shop]:
    async with make_engine(replace(Settings(), database=DatabaseSettings(url=dsn))).running() as engine:
        return await open_shop(engine, "bench-http", case), await open_shop(engine, "bench-pgbench", case)


def _store(dsn: str, case: Case, shops: tuple[Shop, Shop], orders: int, tell: Tell) -> int:
    """Store orders of earlier; returns the id above which the measured ones come."""
    if not orders:
        return 0
    tell(f"storing {orders:,} orders")
    with psycopg.connect(dsn, autocommit=True) as connection:
        large = [
            stored.adopted(
                connection, shop.merchant_id, case.environment, MEMBERS, shop.first_member, shop.first_wallet
            )
            for shop in shops
        ]
        small = stored.new_shops(connection, case.environment, large=0)
    stored.add_orders(dsn, [*large, *small], case.environment, range(1, orders + 1), real_now(), tell)
    return stored.IDS_BELOW


def _rounds(sides: _Sides, case: Case, seconds: int, tell: Tell) -> tuple[list[LoadResult], CaseFigures]:
    """Both sides in turns, the order of the two changing every time, so that what else the machine does cancels."""
    count = min(_ROUNDS_AT_MOST, max(1, seconds // 2))
    each_s = max(1, round(seconds / count))
    tell("warming up")
    results = [sides.load.run(Round(_WARM_UP_S, 0))]
    _pgbench(sides, 1)
    with psycopg.connect(sides.server.dsn, autocommit=True) as connection:
        # What autovacuum would do some time during the rounds, in favour of one side or the other.
        connection.execute("ANALYZE")
    measured: list[LoadResult] = []
    single: list[float] = []
    for number in range(1, count + 1):
        for side in ("http", "pgbench") if number % 2 else ("pgbench", "http"):
            tell(f"round {number} of {count}: {side}")
            if side == "http":
                measured.append(sides.load.run(Round(_RUN_IN_S, each_s)))
            else:
                single.append(_pgbench(sides, each_s))
    results += measured
    rates = [result.answered / each_s for result in measured]
    latencies = sorted(latency for result in measured for latency in result.latencies_us)
    return results, CaseFigures(
        case=case,
        http_per_s=median(rates),
        pgbench_per_s=median(single),
        ratio=median(mine / theirs for mine, theirs in zip(rates, single, strict=True)),
        p50_ms=_percentile_ms(latencies, 50),
        p99_ms=_percentile_ms(latencies, 99),
        orders=sum(result.acknowledged for result in results),
        errors=sum(result.errors for result in results),
        first_error=next((result.first_error for result in results if result.errors), ""),
        violations=(),
    )


def _pgbench(sides: _Sides, seconds: int) -> float:
    with psycopg.connect(sides.server.dsn) as connection:
        base = rows.highest_order(connection, sides.other.merchant_id) + pgbench.IDS_PER_ORDER
    return pgbench.run(sides.server.bin_dir(), sides.server.dsn, sides.script, seconds, base)


def _percentile_ms(ordered_us: list[int], percent: int) -> float:
    if not ordered_us:
        raise BenchError("not one order was answered within the measured time")
    return ordered_us[min(len(ordered_us) - 1, len(ordered_us) * percent // 100)] / 1000


def _violations(dsn: str, shops: tuple[Shop, Shop], after: int, acknowledged: int) -> list[str]:
    """Every invariant over what both sides wrote, every acknowledged order stored once, the same rows on both sides."""
    found = [str(violation) for violation in asyncio.run(_check(dsn))]
    merchant_a, merchant_b = (shop.merchant_id for shop in shops)
    with psycopg.connect(dsn) as connection:
        there = rows.order_count(connection, merchant_a, after)
        if there != acknowledged:
            found.append(f"{acknowledged} orders were acknowledged, {there} are stored")
        found += [f"not the same rows: {text}" for text in rows.differences(connection, merchant_a, merchant_b, after)]
    return found


async def _check(dsn: str) -> list[object]:
    async with make_engine(replace(Settings(), database=DatabaseSettings(url=dsn))).running() as engine:
        return list(await check(engine))
