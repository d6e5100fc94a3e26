"""A person looks at the log of deliveries and sends a range of it again: exactly what was asked for, however many."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine_kit import Shop, open_shop
from gerai.engine.core import Engine
from gerai.engine.webhooks import history
from gerai.store import webhook_log

T0 = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
STATUSES = ("delivered", "failed", "delivered", "dropped", "pending")
_ENDPOINT = """
INSERT INTO webhook_endpoints
SELECT %s, %s, 'production', 'test', NULL, 'https://shop.test', '{}', '', '', 'active', '', 0, 0, NULL, now(), now()"""
_DELIVERY = """
INSERT INTO webhook_deliveries
SELECT %s, %s, %s, 'production', 1, %s, 1, 'order.placed', '{}', %s, 1, 1, %s, NULL, %s, %s, NULL, 1, %s, true"""

Row = tuple[int, int, str, datetime]


async def _log(shop: Shop, first_id: int) -> list[Row]:
    """(delivery, endpoint, state, when it happened) of forty deliveries at two endpoints, minutes apart. Ids do not
    follow time: a message may be written later than one of a younger event."""
    rows: list[Row] = []
    for endpoint_id in (first_id, first_id + 1):
        await shop.execute(_ENDPOINT, (shop.merchant_id, endpoint_id))
    for number, status in zip(range(40), itertools.cycle(STATUSES), strict=False):
        at = T0 + timedelta(minutes=number // 2)
        row = (first_id + 100 + number * 7 % 40, first_id + number % 3 % 2, status, at)
        await shop.execute(_DELIVERY, (shop.merchant_id, row[0], row[1], number, status, at, at, at, at))
        rows.append(row)
    return rows


@pytest.fixture
async def logs(engine: Engine) -> list[tuple[Shop, list[Row]]]:
    """The same log at two merchants."""
    shops = [await open_shop(engine) for _ in range(2)]
    return [(shop, await _log(shop, engine.ids.next() * 1000)) for shop in shops]


async def test_the_log_by_endpoint_and_state(logs: list[tuple[Shop, list[Row]]]) -> None:
    """The newest events first, no more than were asked for, nothing of another merchant."""
    for shop, rows in logs:
        newest = sorted(rows, key=lambda row: (row[3], row[0]), reverse=True)
        for endpoint_id in (None, rows[0][1], rows[1][1], -1):
            for status in ("", *STATUSES[1:], "unknown"):
                expected = [r[0] for r in newest if endpoint_id in (None, r[1]) and status in ("", r[2])]
                for limit in (1, 7, 100):
                    found = await history.list_deliveries(
                        shop.engine, shop.merchant_id, endpoint_id=endpoint_id, status=status, limit=limit
                    )
                    assert [delivery.delivery_id for delivery in found] == expected[:limit]


@pytest.mark.parametrize("undelivered_only", [False, True])
async def test_a_long_range_is_sent_again_in_pieces(
    logs: list[tuple[Shop, list[Row]]], monkeypatch: pytest.MonkeyPatch, undelivered_only: bool
) -> None:
    """Each finished delivery of the endpoint in the range becomes pending once, the oldest first, whatever a piece
    holds; what is outside, pending, or of others stays as it was."""
    monkeypatch.setattr(webhook_log, "REPLAYED_AT_ONCE", 3)
    (shop, rows), (other, _) = logs
    begin, end, endpoint_id = T0 + timedelta(minutes=2), T0 + timedelta(minutes=17), rows[0][1]
    before, others = await _states(shop), await _states(other)
    fit = [
        delivery_id
        for delivery_id, of, status, at in sorted(rows, key=lambda row: (row[3], row[0]))
        if of == endpoint_id and begin <= at < end and status != "pending"
        and not (undelivered_only and status == "delivered")
    ]  # fmt: skip
    facts: dict[str, Any] = {"undelivered_only": undelivered_only}
    replayed = await history.replay_range(shop.engine, shop.merchant_id, endpoint_id, begin, end, **facts)
    assert len(fit) > 6
    assert sorted(replayed) == sorted(fit)
    assert await _states(shop) == before | dict.fromkeys(fit, "pending")
    assert await _states(other) == others
    assert await history.replay_range(shop.engine, shop.merchant_id, endpoint_id, begin, end, **facts) == []


async def _states(shop: Shop) -> dict[int, str]:
    return dict(await shop.rows("SELECT delivery_id, status FROM webhook_deliveries WHERE merchant_id = %s"))
