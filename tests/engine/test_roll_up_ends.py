"""What may stop the sums of no other shop: one that cannot be counted, orders of other ages, the first event of all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import psycopg
from structlog.testing import capture_logs

from engine_kit import open_shop
from gerai.engine.core import Engine
from gerai.engine.merchants.open import set_test_clock
from gerai.engine.reports.rebuild import rebuild_reports
from gerai.engine.reports.roll_up import roll_up
from gerai.store import report_counting
from reports_kit import kept, worked_out


async def test_one_shop_that_cannot_be_counted_stops_no_other(engine: Engine) -> None:
    """It keeps its place, and the log names it once; others are counted, and so is it, once it can be."""
    broken, other = await open_shop(engine), await open_shop(engine)
    await roll_up(engine)
    for shop in (broken, other):
        await shop.place("invoice", 50_000_00)
    place = "SELECT event_id, refill_from FROM report_places WHERE merchant_id = %s"
    before, failing = await broken.rows(place), set[int]()
    counted = report_counting.count_hours

    async def failing_of_one(connection: Any, merchant_id: int, span: Any) -> None:
        if merchant_id == broken.merchant_id:
            raise OverflowError("date value out of range")
        await counted(connection, merchant_id, span)

    with patch.object(report_counting, "count_hours", failing_of_one), capture_logs() as logs:
        for _ in range(3):
            await roll_up(engine, failing=failing)
    assert [one["merchant_id"] for one in logs if one["event"] == "reports.merchant_failed"] == [broken.merchant_id]
    assert failing == {broken.merchant_id}
    assert await broken.rows(place) == before
    assert await kept(broken) == ({}, {})
    assert await kept(other) == await worked_out(other) != ({}, {})
    await roll_up(engine, failing=failing)
    assert failing == set()
    assert await kept(broken) == await worked_out(broken) != ({}, {})


async def test_orders_of_other_ages_are_in_no_report(engine: Engine) -> None:
    """A test clock allows them, and days of Jakarta that began at half an hour; no report is asked for their days. What
    else the shop sells is counted, as it happens and anew."""
    shop = await open_shop(engine, environment="sandbox")
    await roll_up(engine)
    for moment in (
        datetime(1000, 1, 1, tzinfo=UTC), datetime(1940, 1, 1, 16, 10, tzinfo=UTC),
        datetime(1940, 1, 1, 16, 40, tzinfo=UTC), datetime(2200, 1, 1, 17, tzinfo=UTC),
        datetime(9998, 12, 31, 23, tzinfo=UTC),
    ):  # fmt: skip
        await set_test_clock(engine, shop.merchant_id, frozen_at=moment)
        await shop.place("invoice", 50_000_00)
    failing = set[int]()
    await roll_up(engine, failing=failing)
    assert (await kept(shop), failing) == (({}, {}), set())
    ends = [datetime(1999, 12, 31, 17, tzinfo=UTC), datetime(2200, 1, 1, 16, 59, tzinfo=UTC)]
    for moment in ends:
        await set_test_clock(engine, shop.merchant_id, frozen_at=moment)
        await shop.place("invoice", 50_000_00)
    await roll_up(engine, failing=failing)
    hours, _ = await kept(shop)
    assert sum(sums[0] for sums in hours.values()) == len(ends)
    await rebuild_reports(engine, shop.merchant_id)
    await roll_up(engine, failing=failing)
    assert (await kept(shop), failing) == ((hours, {}), set())


async def test_the_first_event_of_all_is_counted(dsn: str) -> None:
    """Before any number was drawn there is no last event: what comes first is behind every place."""
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        await connection.execute("ALTER SEQUENCE events_event_id_seq RESTART WITH 1")
        assert await report_counting.last_event(connection) == 0
        await connection.execute("SELECT nextval('events_event_id_seq')")
        assert await report_counting.last_event(connection) == 1
        await connection.rollback()
