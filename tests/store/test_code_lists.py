"""Lists of licence codes, and the next free ones, are answered by their indexes however many codes there are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import psycopg
import pytest
from plans_kit import explain, numbered, sent_by
from psycopg import AsyncConnection

from gerai.store import codes, loads

Call = Callable[[AsyncConnection], Awaitable[object]]
MERCHANT, POOLS, CODES = 77, 20, 5_000
_POOLS = """
INSERT INTO code_pools SELECT %s, p, 'production', p, '', 0, 0, 0, CASE WHEN p = 3 THEN 1 END, now()
FROM generate_series(1, %s) p"""
#: Of each pool's, four of five are given, the others free.
_CODES = """
INSERT INTO licence_codes
SELECT %s, p * 10000 + n, p, 'sealed', sha256((p * 10000 + n)::text::bytea),
       CASE WHEN n %% 5 = 0 THEN 'free' ELSE 'given' END,
       CASE WHEN n %% 5 > 0 THEN p * 10000 + n END, CASE WHEN n %% 5 > 0 THEN 1 END, CASE WHEN n %% 5 > 0 THEN 1 END,
       now(), CASE WHEN n %% 5 > 0 THEN now() END
FROM generate_series(1, %s) p, generate_series(1, %s) n"""
_DELIVERIES = """
INSERT INTO code_deliveries
SELECT %s, n, 'production', CASE WHEN n %% 500 = 0 THEN 'waiting' ELSE 'delivered' END, 1, 1, now(), now()
FROM generate_series(1, 100000) n"""


@pytest.fixture(scope="module")
def coded(own_dsn: str) -> str:
    """A database in which one shop has a hundred thousand codes and as many orders that had some to get."""
    with psycopg.connect(own_dsn, autocommit=True) as connection:
        connection.execute(_POOLS, (MERCHANT, POOLS))
        connection.execute(_CODES, (MERCHANT, POOLS, CODES))
        connection.execute(_DELIVERIES, (MERCHANT,))
        connection.execute("VACUUM ANALYZE licence_codes, code_pools, code_deliveries")
    return own_dsn


@pytest.mark.parametrize(
    ("call", "index", "pages"),
    [
        (lambda c: codes.page(c, MERCHANT, "production", 0, "given", 50_000, 51), "licence_codes_states", 2_000),
        (lambda c: codes.page(c, MERCHANT, "production", 0, "", 50_000, 51), "licence_codes_states", 2_000),
        (lambda c: codes.page(c, MERCHANT, "production", 7, "free", 0, 51), "licence_codes_states", 100),
        (lambda c: codes.of_order(c, MERCHANT, 70_001, 500), "licence_codes_units", 20),
        (lambda c: codes.one(c, MERCHANT, 70_001), "licence_codes_pkey", 20),
        (lambda c: codes.known(c, MERCHANT, 7, [b"x" * 32] * 250), "digest", 1_100),
        (lambda c: codes.waiting_orders(c, MERCHANT, "production", 50_000, 100), "code_deliveries_waiting", 300),
        (lambda c: codes.delivery_of(c, MERCHANT, 70_001), "code_deliveries_pkey", 20),
    ],
)
async def test_a_page_reads_few_pages(coded: str, call: Call, index: str, pages: int) -> None:
    """No statement reads a whole table; a page of codes reads a piece of each pool's at most."""
    [statement] = await sent_by(coded, call)
    with psycopg.connect(coded, autocommit=True) as connection:
        plan = explain(connection, statement)
    assert plan.scanned.keys() <= {"code_pools"}
    assert index in plan.text
    assert plan.buffers <= pages


def test_the_next_free_codes_are_found_at_once(coded: str) -> None:
    """The next three of two pools with four thousand given ones each: nothing of those is read."""
    statement = numbered(loads.FREE_CODES.decode(), ([7, 9], [3, 3], MERCHANT))
    with psycopg.connect(coded, autocommit=True) as connection:
        plan = explain(connection, statement)
    assert (plan.scanned, "licence_codes_states" in plan.text) == ({}, True)
    assert plan.buffers <= 40


async def test_pages_follow_each_other(coded: str) -> None:
    """Codes of all pools come by their number, each once, page by page; of no state, those of all."""
    found: list[int] = []
    async with await AsyncConnection.connect(coded) as connection:
        while some := await codes.page(connection, MERCHANT, "production", 0, "free", found[-1] if found else 0, 3_000):
            found += [one.code.code_id for one in some]
        every = await codes.page(connection, MERCHANT, "production", 0, "", 10_000, 6)
        assert [one.code.code_id for one in every] == [10_000 + n for n in range(1, 7)]
        assert {one.code.status for one in every} == {"free", "given"}
        assert await codes.page(connection, MERCHANT, "sandbox", 0, "free", 0, 10) == []
        assert await codes.page(connection, MERCHANT + 1, "production", 0, "free", 0, 10) == []
    assert found == [p * 10_000 + n for p in range(1, POOLS + 1) for n in range(5, CODES + 1, 5)]
