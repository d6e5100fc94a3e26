"""A time that no calendar of ours has, stored by hand or by a version before, keeps nobody from the rows it is
among."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import pytest
from orders_kit import SHIPPED, shop_of
from structlog.testing import capture_logs

from desk_kit import OWNER, open_desk, seen
from gerai.app import App
from gerai.engine.core import Engine
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import behind, moment_of
from gerai.engine.desk.registry import look, views

FIRST, LAST = datetime(1000, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
#: Of this test alone: a process logs each once.
LONG_AGO: Final = "0471-03-17 12:00:01+00 BC"


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        ("0044-03-15 12:00:00+00 BC", FIRST), ("-infinity", FIRST), ("infinity", LAST),
        ("10000-01-01 00:00:00+00", LAST), ("0001-01-01 00:00:00+00", datetime(1, 1, 1, tzinfo=UTC)),
        ("2026-11-30 08:06:00.5+00", datetime(2026, 11, 30, 8, 6, 0, 500_000, UTC)),
    ],
)  # fmt: skip
async def test_every_time_is_read(engine: Engine, stored: str, wanted: datetime) -> None:
    """As it is where there is such a time, else as the nearest one."""
    async with engine.connection() as connection:
        cursor = await connection.execute("SELECT %s::timestamptz", (stored,))
        assert await cursor.fetchone() == (wanted,)


async def test_an_order_of_no_year_is_listed_and_shown(app: App) -> None:
    """An order, its payment and its parcel from before the year 1: lists of orders and payments have them, the order's
    page shows it, and the log names each time once."""
    within = await open_desk(app.house, "sandbox")
    shop = await shop_of(within)
    sent = await shop.place("invoice", 50_000_00, **SHIPPED)
    await shop.start_payment(asked := await shop.place("invoice", 40_000_00))
    new = await shop.place("invoice", 60_000_00)
    old = [view.view.order.order_id for view in (asked, sent)]
    for table in ("orders", "payments", "shipments", "invoices"):
        await shop.execute(
            f"UPDATE {table} SET created_at = %s WHERE merchant_id = %s AND order_id = ANY(%s)",
            (LONG_AGO, shop.merchant_id, old),
        )
    with capture_logs() as logs:
        for _ in range(2):
            rows = await seen(within, "orders.list")
            assert [(row.id, row.created_at) for row in rows[1:]] == [(order_id, FIRST) for order_id in old]
            assert rows[0].id == new.view.order.order_id
            for order_id, payments in zip(old, (1, 0), strict=True):
                [shown] = await seen(within, "orders.show", id=order_id)
                assert (shown.created_at, len(shown.payments)) == (FIRST, payments)
            assert [row.created_at for row in await seen(within, "payments.list")] == [FIRST]
    told = [one["stored"] for one in logs if one["event"] == "store.time_unreadable"]
    assert 1 <= len(told) == len(set(told)) <= 2


async def test_pages_go_on_before_1970(within: Within) -> None:
    """A page may end with any time that a test clock has shown."""
    for at in (FIRST, datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC), datetime(2026, 11, 30, tzinfo=UTC)):
        assert moment_of(behind(at, 7)) == (at, ["7"])
        view = views()["payments.list"]
        assert (await look(view, within, view.filter(after=behind(at, 7)), OWNER)).rows == []
