"""Lists of stock read what they show, however much a shop has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import psycopg
import pytest
from plans_kit import explain, sent_by
from psycopg import AsyncConnection

from gerai.store import stock

Call = Callable[[AsyncConnection], Awaitable[object]]
MERCHANT, ITEMS, HOUSES = 424242, 20_000, 2
#: Every fifth item has a mark, every hundredth is low.
_FILL = """
INSERT INTO stock (merchant_id, stock_id, environment, item_id, warehouse_id, on_hand, reserved, updated_at, low_at)
SELECT %s, i * 10 + w, 'production', i, w, CASE WHEN i %% 100 = 0 THEN 5 ELSE 50 END, 2, now(),
       CASE WHEN i %% 5 = 0 THEN 3 END
FROM generate_series(1, %s) i, generate_series(1, %s) w"""


@pytest.fixture(scope="module")
def stocked(own_dsn: str) -> str:
    """A database in which one shop has twenty thousand items in two warehouses."""
    with psycopg.connect(own_dsn, autocommit=True) as connection:
        connection.execute(_FILL, (MERCHANT, ITEMS, HOUSES))
        connection.execute("VACUUM ANALYZE stock")
    return own_dsn


async def test_what_is_low_is_found_by_the_marks(stocked: str) -> None:
    """The rows that are low come by item and warehouse, page by page, each once; one that is just above its mark does
    not."""
    found: list[stock.Level] = []
    async with await AsyncConnection.connect(stocked) as connection:
        while some := await stock.low_levels(
            connection, MERCHANT, "production", (found[-1][:2]) if found else (0, 0), 150
        ):
            found += some
        assert await stock.low_levels(connection, MERCHANT, "sandbox", (0, 0), 150) == []
        assert await stock.low_levels(connection, MERCHANT + 1, "production", (0, 0), 150) == []
    assert [one[:2] for one in found] == [(i, w) for i in range(100, ITEMS + 1, 100) for w in (1, 2)]
    assert {one[2:] for one in found} == {(5, 2, 3)}


@pytest.mark.parametrize(
    ("call", "index", "pages"),
    [
        (lambda c: stock.low_levels(c, MERCHANT, "production", (0, 0), 50), "stock_marked", 1_100),
        (lambda c: stock.low_levels(c, MERCHANT, "production", (15_000, 2), 50), "stock_marked", 1_100),
        (lambda c: stock.levels(c, MERCHANT, "production", [7, 8, 9, 19_999]), "stock_merchant_id_environment", 50),
        (lambda c: stock.level(c, MERCHANT, "production", 7, 1), "stock_merchant_id_environment", 20),
        (lambda c: stock.by_id(c, MERCHANT, 71), "stock_pkey", 20),
    ],
)
async def test_a_page_reads_few_pages(stocked: str, call: Call, index: str, pages: int) -> None:
    """No list reads the whole table; a page of what is low reads the marked rows in their order until it is full (of
    which one in twenty is low here)."""
    [statement] = await sent_by(stocked, call)
    with psycopg.connect(stocked, autocommit=True) as connection:
        plan = explain(connection, statement)
    assert plan.scanned == {}
    assert index in plan.text
    assert plan.buffers <= pages
