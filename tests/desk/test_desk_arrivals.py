"""Money that came into the shop's account and that nobody knows: seen, and given once to what it was for."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio

from bank_kit import PRICE
from desk_kit import VIEWER, open_desk, seen, written
from desk_money_kit import Till, act, open_till
from gerai.app import App
from gerai.domain.refusals import AmountMismatch, NotFound, PermissionMissing, StateConflict
from gerai.engine.check import check
from gerai.engine.desk.house import Within


@pytest_asyncio.fixture
async def till(app: App) -> Till:
    """The desk of a real shop."""
    return await open_till(app)


async def test_it_is_booked_once(till: Till) -> None:
    """What came for a payment that had ended long ago waits; named ten times at once it is booked once, and what it
    paid is shown."""
    view, payment = await till.asked()
    number = await till.came(payment.asked_sen + 1_00, "M-1")
    [shown] = await seen(till.within, "arrivals.show", VIEWER, id=number)
    assert (shown.status, shown.amount_sen, shown.account, shown.description, shown.may_be) == (
        "waiting", payment.asked_sen + 1_00, "bank_transfer BCA", "TRSF M-1", (),
    )  # fmt: skip
    with pytest.raises(AmountMismatch):
        await act(till.within, "arrivals.book", id=number, pays=view.order.order_id)
    with pytest.raises(AmountMismatch):
        await act(till.within, "arrivals.book", id=number, pays=payment.payment_id)
    await till.cancel(view)
    right = await till.came(payment.asked_sen, "M-2")
    [may_be] = (await seen(till.within, "arrivals.show", VIEWER, id=right))[0].may_be or [None]
    booked = await seen(till.within, "arrivals.list", status="booked")
    assert (may_be is None, [row.id for row in booked]) == (True, [right])
    done = await asyncio.gather(
        *(act(till.within, "arrivals.dismiss", id=number) for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(one, StateConflict) for one in done) == 4
    assert [row.id for row in await seen(till.within, "arrivals.list", status="dismissed")] == [number]
    assert await check(till.shop.engine, till.shop.merchant_id) == []


async def test_two_that_ask_for_one_amount(till: Till) -> None:
    """Where several may be meant it waits and names them; the one that is named gets it, at once and once."""
    orders = [await till.asked() for _ in range(2)]
    amount_sen = orders[0][1].asked_sen
    async with till.shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE payments SET matching_sen = %s WHERE merchant_id = %s",
            (amount_sen - PRICE, till.shop.merchant_id),
        )
    number = await till.came(amount_sen, "M-1")
    [waits] = await seen(till.within, "waiting.list")
    assert (waits.kind, waits.id, waits.amount_sen, waits.can) == (
        "arrival", number, amount_sen, ("arrivals.book", "arrivals.dismiss"),
    )  # fmt: skip
    [shown] = await seen(till.within, "arrivals.show", id=number)
    assert [(one.id, one.name) for one in shown.may_be] == [
        (payment.payment_id, view.order.number) for view, payment in orders
    ]
    view, payment = orders[1]
    done = await asyncio.gather(
        *(act(till.within, "arrivals.book", key="k", id=number, pays=view.order.order_id) for _ in range(5))
    )
    assert sum(not one.replayed for one in done) == 1
    assert done[0].details == {
        "order": view.order.number, "order_status": "confirmed", "payment_status": "completed",
    }  # fmt: skip
    assert [(await till.now(one))[0].order.charged_sen for one, _ in orders] == [0, PRICE]
    with pytest.raises(StateConflict):
        await act(till.within, "arrivals.book", id=number, pays=orders[0][1].payment_id)
    [(_, entry)] = await written(till.within)
    assert (entry.act, entry.target, entry.facts["payment_id"], entry.facts["amount_sen"]) == (
        "arrivals.book", str(number), payment.payment_id, amount_sen,
    )  # fmt: skip
    assert await seen(till.within, "waiting.list") == []


async def test_who_may_and_where(till: Till) -> None:
    """A viewer, another shop and the sandbox decide nothing, and only the shop itself sees it."""
    view, _ = await till.asked()
    number = await till.came(77_000_00, "M-1")
    elsewhere = (Within(till.within.house, till.within.merchant_id, "sandbox"), await open_desk(till.within.house))
    for name, given in (("arrivals.book", {"pays": view.order.order_id}), ("arrivals.dismiss", {})):
        with pytest.raises(PermissionMissing):
            await act(till.within, name, VIEWER, id=number, **given)
        for other in elsewhere:
            with pytest.raises(NotFound):
                await act(other, name, id=number, **given)
    for other in elsewhere:
        assert await seen(other, "arrivals.list") == await seen(other, "arrivals.show", id=number) == []
    assert await written(till.within) == []


async def test_pages(till: Till) -> None:
    """Newest first, page by page, also of one state."""
    numbers = [await till.came(70_000_00 + n * 100, f"M-{n}") for n in range(5)]
    for wanted in ({}, {"status": "waiting"}):
        found, after = list[int](), ""
        while True:
            page = await seen(till.within, "arrivals.list", limit=2, after=after, **wanted)
            if not page:
                break
            found, after = [*found, *(row.id for row in page)], str(page[-1].id)
        assert found == numbers[::-1]
