"""Webhook deliveries at the desk: listed page by page, shown with every attempt, sent again one by one or by time."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import pytest
import pytest_asyncio
from hooks_kit import SEALER, elsewhere, hooked

from desk_kit import OWNER, VIEWER, do, open_desk, seen, written
from gerai.domain.refusals import InputInvalid, NotFound, PermissionMissing, StateConflict
from gerai.domain.webhooks import Delivery, SentAttempt
from gerai.engine.desk.acts.replay_range import ReplayedRange
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Done, ViewPage, look, views
from gerai.engine.webhooks.endpoints import NewEndpoint, add_endpoint, new_secret
from gerai.engine.webhooks.replay_stretch import REPLAY_TASK, Stretch, replay_further
from gerai.store.webhook_deliveries import add_attempt, add_deliveries

#: More ids than an engine has at hand.
_numbers = itertools.count(10**12)
START: Final = datetime(2026, 11, 1, tzinfo=UTC)


@pytest_asyncio.fixture
async def desk(within: Within) -> Within:
    """A desk whose secrets can be opened."""
    return hooked(within)


async def endpoint_of(desk: Within, path: str = "/hook") -> int:
    """A new endpoint's id."""
    new = NewEndpoint(
        merchant_id=desk.merchant_id, environment=desk.environment, channel="scalev", url=f"https://shop.example{path}"
    )
    return await add_endpoint(desk.engine, SEALER, new, new_secret())


async def delivered(desk: Within, endpoint_id: int, many: int, **facts: Any) -> list[int]:
    """So many deliveries, an hour after each other; their ids, the oldest first."""
    usual: dict[str, Any] = {"status": "delivered", "order_id": 7}
    made = [
        Delivery(
            merchant_id=desk.merchant_id, delivery_id=next(_numbers), endpoint_id=endpoint_id,
            environment=desk.environment, event_id=next(_numbers), part=0, event="order.created",
            data='{"b": 1, "a": 2}', attempts=1, tries=1, next_attempt_at=START, created_at=START,
            happened_at=START + timedelta(hours=n), finished_at=START, sequence=1, due_since=START,
            **(usual | facts),
        )
        for n in range(many)
    ]  # fmt: skip
    async with desk.engine.connection() as connection, connection.transaction():
        await add_deliveries(connection, made)
    return [one.delivery_id for one in made]


async def page(desk: Within, **wanted: Any) -> ViewPage:
    """A page of the list."""
    view = views()["deliveries.list"]
    return await look(view, desk, view.filter(**wanted), OWNER)


async def test_pages_lose_and_repeat_nothing(desk: Within) -> None:
    """Newest first, also those of one moment, whatever endpoint they go to; a filter holds on every page."""
    first, second = await endpoint_of(desk), await endpoint_of(desk, "/b")
    made = await delivered(desk, first, 5) + await delivered(desk, second, 5, status="failed")
    found: list[int] = []
    after = ""
    while True:
        got = await page(desk, after=after, limit=3)
        found += [row.id for row in got.rows]
        if not (after := got.next):
            break
    assert sorted(found) == sorted(made)
    assert [row.id for row in (await page(desk, endpoint=second, limit=2)).rows] == made[:4:-1][:2]
    failed = await page(desk, status="failed", limit=4)
    rest = await page(desk, status="failed", limit=4, after=failed.next)
    assert [row.id for row in (*failed.rows, *rest.rows)] == made[:4:-1]


async def test_one_is_shown_with_every_attempt(desk: Within) -> None:
    """Its data, the id its receiver sees, and how each attempt ended."""
    [delivery_id] = await delivered(desk, await endpoint_of(desk), 1)
    async with desk.engine.connection() as connection, connection.transaction():
        for number, status in ((1, None), (2, 200)):
            error = "" if status else "no answer: timed out"
            tried = SentAttempt(desk.merchant_id, delivery_id, number, START, 15, status, error, "ok")
            await add_attempt(connection, tried)
    [shown] = await seen(desk, "deliveries.show", id=delivery_id)
    assert (shown.data, shown.event, shown.status) == ({"b": 1, "a": 2}, "order.created", "delivered")
    assert [(one.number, one.status_code, one.error) for one in shown.tried] == [
        (1, None, "no answer: timed out"), (2, 200, ""),
    ]  # fmt: skip
    assert shown.message_id.startswith("event_")


async def rest_of_replays(desk: Within) -> None:
    """What a worker does with the jobs of replays."""
    text = "DELETE FROM procrastinate_jobs WHERE task_name = %s AND args->>'merchant_id' = %s RETURNING args"
    async with desk.engine.connection() as connection:
        while found := await (await connection.execute(text, (REPLAY_TASK, str(desk.merchant_id)))).fetchall():
            for (arguments,) in found:
                await replay_further(desk.engine, msgspec.convert(arguments, Stretch))


async def test_one_is_sent_again(desk: Within) -> None:
    """Five ask for it at once: one does, the others learn that it is under way; one entry is written."""
    [delivery_id] = await delivered(desk, await endpoint_of(desk), 1, status="failed")
    again = [do(desk, "deliveries.replay", ById(id=delivery_id)) for _ in range(5)]
    results = await asyncio.gather(*again, return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["Done"] + ["StateConflict"] * 4
    assert [row.status for row in (await page(desk)).rows] == ["pending"]
    [(_, entry)] = await written(desk)
    assert (entry.act, entry.target) == ("deliveries.replay", str(delivery_id))


async def test_a_stretch_of_time_is_sent_again(desk: Within) -> None:
    """What happened from its beginning until before its end, also more than is replayed at once; what was delivered
    only where that is wanted. The entry names the range."""
    endpoint_id = await endpoint_of(desk)
    failed = await delivered(desk, endpoint_id, 1003, status="failed")
    good = await delivered(desk, endpoint_id, 3)
    wanted = ReplayedRange(
        endpoint_id=endpoint_id, begin=START + timedelta(hours=1), end=START + timedelta(hours=1002)
    )  # fmt: skip
    done = await do(desk, "deliveries.replay_range", wanted)
    assert done.details == {"replayed": 1000, "follows": True}
    await rest_of_replays(desk)
    pending = {row.id for row in (await page(desk, status="pending", limit=200)).rows}
    assert pending == set(failed[1002 - 200 : 1002])
    assert {row.id for row in (await page(desk, status="failed")).rows} == {failed[0], failed[1002]}
    both = ReplayedRange(
        endpoint_id=endpoint_id, begin=START, end=START + timedelta(hours=2), undelivered=False
    )  # fmt: skip
    assert (await do(desk, "deliveries.replay_range", both)).details == {"replayed": 3, "follows": False}
    assert {row.id for row in (await page(desk, status="delivered")).rows} == {good[2]}
    newest, first = [entry for _, entry in await written(desk)]
    assert (first.target, first.facts["undelivered"], newest.facts["undelivered"]) == (str(endpoint_id), True, False)


async def test_nothing_is_sent_where_nobody_listens(desk: Within) -> None:
    """A paused endpoint is the reason; a stretch that ends before it begins is refused; nothing is written down."""
    endpoint_id = await endpoint_of(desk)
    [delivery_id] = await delivered(desk, endpoint_id, 1)
    await do(desk, "webhooks.pause", ById(id=endpoint_id))
    stretch = ReplayedRange(endpoint_id=endpoint_id, begin=START, end=START + timedelta(days=1), undelivered=False)
    for name, given in (("deliveries.replay", ById(id=delivery_id)), ("deliveries.replay_range", stretch)):
        with pytest.raises(StateConflict, match="disabled"):
            await do(desk, name, given)
    with pytest.raises(InputInvalid, match="end"):
        await do(desk, "deliveries.replay_range", ReplayedRange(endpoint_id=endpoint_id, begin=START, end=START))
    assert [entry.act for _, entry in await written(desk)] == ["webhooks.pause"]


async def test_others_neither_see_nor_send_it(desk: Within) -> None:
    """Not another shop, not the desk of the other environment, not a viewer."""
    endpoint_id = await endpoint_of(desk)
    [delivery_id] = await delivered(desk, endpoint_id, 1)
    stretch = ReplayedRange(endpoint_id=endpoint_id, begin=START, end=START + timedelta(days=1), undelivered=False)
    for stranger in (await open_desk(desk.house), elsewhere(desk, "sandbox")):
        assert (await page(stranger)).rows == []
        for name, given in (("deliveries.replay", ById(id=delivery_id)), ("deliveries.replay_range", stretch)):
            with pytest.raises(NotFound):
                await do(stranger, name, given)
        with pytest.raises(NotFound):
            await seen(stranger, "deliveries.show", id=delivery_id)
    with pytest.raises(PermissionMissing):
        await do(desk, "deliveries.replay", ById(id=delivery_id), VIEWER)
    assert await written(desk) == []
    assert isinstance(await do(desk, "deliveries.replay_range", stretch), Done)
