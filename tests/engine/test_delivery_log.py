"""A person looks at the log of deliveries and sends a range of it again: exactly what was asked for, however many."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from engine_kit import Shop, open_shop
from gerai.engine.core import Engine
from gerai.engine.webhooks import endpoints, history
from gerai.engine.webhooks.replay_stretch import Replayed, Stretch, replay_further, replay_range
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
    """Each finished delivery of the endpoint in the range becomes pending once, the oldest first: a piece with the act,
    then one with each job; what is outside, pending, or of others stays as it was."""
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
    stretch = Stretch(shop.merchant_id, endpoint_id, begin, end, undelivered_only)
    replayed = [await replay_range(shop.engine, stretch)]
    assert await _states(shop) == before | dict.fromkeys(fit[:3], "pending")
    while waiting := await _waiting(shop):
        [arguments] = waiting
        replayed.append(await replay_further(shop.engine, msgspec.convert(arguments, Stretch)))
        assert replayed[-1].delivery_ids == sorted(fit[3 * len(replayed) - 3 : 3 * len(replayed)])
    assert len(fit) > 6
    assert sorted(i for piece in replayed for i in piece.delivery_ids) == sorted(fit)
    assert [piece.follows for piece in replayed] == [True] * (len(replayed) - 1) + [False]
    assert await _states(shop) == before | dict.fromkeys(fit, "pending")
    assert await _states(other) == others
    assert await replay_range(shop.engine, stretch) == Replayed([], follows=False)


async def test_the_rest_of_a_range_ends_with_its_endpoint(
    logs: list[tuple[Shop, list[Row]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Switched off between two pieces: the next one sends nothing again, and none follows."""
    monkeypatch.setattr(webhook_log, "REPLAYED_AT_ONCE", 3)
    (shop, rows), _ = logs
    stretch = Stretch(shop.merchant_id, rows[0][1], T0, T0 + timedelta(days=1), undelivered=False)
    assert (await replay_range(shop.engine, stretch)).follows
    [arguments] = await _waiting(shop)
    await endpoints.disable_endpoint(shop.engine, shop.merchant_id, rows[0][1], "test")
    before = await _states(shop)
    rest = msgspec.convert(arguments, Stretch)
    assert await replay_further(shop.engine, rest) == Replayed([], follows=False)
    assert (await _states(shop), await _waiting(shop)) == (before, [])


async def _waiting(shop: Shop) -> list[dict[str, Any]]:
    """What the queue has of replays, taken out of it."""
    taken = "DELETE FROM procrastinate_jobs WHERE task_name = 'gerai.replay' AND args->>'merchant_id' = %s::text"
    return [row[0] for row in await shop.rows(f"{taken} RETURNING args")]


async def _states(shop: Shop) -> dict[int, str]:
    return dict(await shop.rows("SELECT delivery_id, status FROM webhook_deliveries WHERE merchant_id = %s"))
