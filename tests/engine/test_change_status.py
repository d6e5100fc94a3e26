"""ChangeStatus: many orders by hand, all or nothing, with the books right."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerai.domain.payment_status import payment_status
from gerai.domain.records import Order, OrderView
from gerai.domain.refusals import Conflict, NotFound, StateConflict
from gerai.domain.states import ORDER
from gerai.engine.core import Engine
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.payment_status import MOVES, verb_between
from gerai.engine.orders.place import PlaceOrder

CHANNEL = "test"


async def place(engine: Engine, merchant_id: int, **changes: Any) -> OrderView:
    """An invoice order of Rp10.000."""
    order_id = engine.ids.next()
    facts: dict[str, Any] = {
        "merchant_id": merchant_id,
        "environment": "sandbox",
        "channel": CHANNEL,
        "key_id": None,
        "order_id": order_id,
        "public_id": f"p{order_id}",
        "number": f"n{order_id}",
        "secret": f"s{order_id}",
        "lines": (NewLine("thing", 1, "Thing", 1, 1_000_000, 1_000_000),),
        "total_sen": 1_000_000,
        "funding": "invoice",
        "after_payment": "confirm",
    }
    return (await engine.submit(PlaceOrder(**{**facts, **changes}))).answer.view


async def change(engine: Engine, merchant_id: int, *views: OrderView, **fields: Any) -> tuple[OrderView, ...]:
    command = ChangeStatus(
        merchant_id=merchant_id,
        environment="sandbox",
        channel=fields.pop("channel", CHANNEL),
        order_ids=tuple(view.order.order_id for view in views),
        **fields,
    )
    return (await engine.submit(command)).answer


async def booked(engine: Engine, merchant_id: int) -> int:
    """What the transfers of the merchant leave in sales, in sen."""
    async with engine.connection() as connection:
        cursor = await connection.execute(
            "SELECT coalesce(sum(CASE WHEN reason = 'payment' THEN t.amount_sen ELSE -t.amount_sen END), 0)::int8 "
            "FROM transfers t WHERE t.merchant_id = %s",
            (merchant_id,),
        )
        row = await cursor.fetchone()
        return row[0] if row else 0


async def test_paid_moves_the_order_and_books_the_money(engine: Engine, merchant: Any) -> None:
    """One command marks two orders paid: both confirmed, both booked, both invoices paid."""
    views = [await place(engine, merchant.merchant_id) for _ in range(2)]
    changed = await change(engine, merchant.merchant_id, *views, payment="paid", by="Sari")
    assert [view.order.status for view in changed] == ["confirmed", "confirmed"]
    assert [view.order.charged_sen for view in changed] == [1_000_000, 1_000_000]
    assert [view.invoice.status for view in changed if view.invoice] == ["paid", "paid"]
    assert [payment.status for view in changed for payment in view.payments] == ["completed", "completed"]
    assert await booked(engine, merchant.merchant_id) == 2_000_000


async def test_paid_and_unpaid_again_and_again_balances(engine: Engine, merchant: Any) -> None:
    """Whatever goes back and forth, the books hold exactly what counts as received."""
    view = await place(engine, merchant.merchant_id)
    for word, expected in (
        ("paid", 1_000_000), ("unpaid", 0), ("conflict", 0), ("paid", 1_000_000), ("conflict", 0), ("unpaid", 0),
        ("paid", 1_000_000), ("settled", 1_000_000),
    ):  # fmt: skip
        [view] = await change(engine, merchant.merchant_id, view, payment=word)
        assert payment_status(view.order, view.invoice) == word
        assert await booked(engine, merchant.merchant_id) == expected
        assert view.order.charged_sen == expected
    with pytest.raises(StateConflict):
        await change(engine, merchant.merchant_id, view, payment="unpaid")


async def test_one_that_cannot_leaves_all_as_they_were(engine: Engine, merchant: Any) -> None:
    """The last of three is cancelled: StateConflict names it, and not an event of the others is written."""
    views = [await place(engine, merchant.merchant_id) for _ in range(3)]
    await change(engine, merchant.merchant_id, views[2], target="cancelled")
    with pytest.raises(StateConflict) as refused:
        await change(engine, merchant.merchant_id, *views, target="processing", payment="paid")
    assert refused.value.id == views[2].order.public_id
    assert await booked(engine, merchant.merchant_id) == 0
    async with engine.connection() as connection:
        cursor = await connection.execute(
            "SELECT name FROM events WHERE merchant_id = %s ORDER BY event_id", (merchant.merchant_id,)
        )
        assert [row[0] for row in await cursor.fetchall()] == ["order.placed"] * 3 + ["order.cancelled"]


async def test_all_that_cannot_are_named(engine: Engine, merchant: Any) -> None:
    """One refusal with each of them, in the order they were asked for, whatever the reason. Those that could are as
    they were, and so are those that could change their payment alone."""
    fine, cancelled, half, unpaid = [await place(engine, merchant.merchant_id) for _ in range(4)]
    await change(engine, merchant.merchant_id, cancelled, target="cancelled")
    await change(engine, merchant.merchant_id, half, target="confirmed")
    await change(engine, merchant.merchant_id, half, target="shipped")
    await change(engine, merchant.merchant_id, unpaid, target="draft")
    before = await events(engine, merchant.merchant_id)
    asked = (cancelled, fine, half, unpaid)
    with pytest.raises(StateConflict) as refused:
        await change(engine, merchant.merchant_id, *asked, target="processing", payment="paid")
    assert refused.value.all == (
        Conflict("order", cancelled.order.public_id, "cancelled", "processing"),
        Conflict("order", half.order.public_id, "shipped", "processing"),
        Conflict("order", unpaid.order.public_id, "draft", "processing"),
    )
    assert await events(engine, merchant.merchant_id) == before
    assert await booked(engine, merchant.merchant_id) == 0
    again = await change(engine, merchant.merchant_id, fine, half)
    assert [view.order.charged_sen for view in again] == [0, 0]


async def test_all_that_are_not_there_are_named(engine: Engine, merchant: Any) -> None:
    """Unknown ids and orders of another place: each by name, nothing of which place it is, and before any conflict."""
    here, gone = await place(engine, merchant.merchant_id), await place(engine, merchant.merchant_id)
    await change(engine, merchant.merchant_id, gone, target="cancelled")
    live = await place(engine, merchant.merchant_id, environment="production")
    before = await events(engine, merchant.merchant_id)
    unknown = msgspec.structs.replace(here, order=msgspec.structs.replace(here.order, order_id=7))
    with pytest.raises(NotFound) as refused:
        await change(engine, merchant.merchant_id, live, here, gone, unknown, target="confirmed")
    assert refused.value.ids == (str(live.order.order_id), "7")
    assert await events(engine, merchant.merchant_id) == before


async def events(engine: Engine, merchant_id: int) -> list[str]:
    """Names of all events of the merchant, in order."""
    async with engine.connection() as connection:
        text = "SELECT name FROM events WHERE merchant_id = %s ORDER BY event_id"
        return [row[0] for row in await (await connection.execute(text, (merchant_id,))).fetchall()]


async def test_orders_of_another_channel_or_environment_are_not_there(engine: Engine, merchant: Any) -> None:
    """NotFound, and nothing changes."""
    view = await place(engine, merchant.merchant_id)
    with pytest.raises(NotFound):
        await change(engine, merchant.merchant_id, view, channel="other", target="cancelled")
    live = await place(engine, merchant.merchant_id, environment="production")
    with pytest.raises(NotFound):
        await change(engine, merchant.merchant_id, view, live, target="cancelled")
    [view] = await change(engine, merchant.merchant_id, view)
    assert view.order.status == "pending"


async def test_rivals_mark_one_order_paid_once(engine: Engine, merchant: Any) -> None:
    """Twenty at once: one payment, booked once."""
    view = await place(engine, merchant.merchant_id)
    answers = await asyncio.gather(*(change(engine, merchant.merchant_id, view, payment="paid") for _ in range(20)))
    assert {len(changed[0].payments) for changed in answers} == {1}
    assert await booked(engine, merchant.merchant_id) == 1_000_000


async def test_a_free_order_gets_its_invoice_when_money_turns_up(engine: Engine, merchant: Any) -> None:
    """Cash on delivery: no invoice before, a paid one after; unpaid again leaves it open."""
    view = await place(engine, merchant.merchant_id, funding="free", status="confirmed")
    assert view.invoice is None
    [view] = await change(engine, merchant.merchant_id, view, payment="paid", method="cod")
    assert view.invoice is not None
    assert (view.invoice.status, view.invoice.method, view.order.status) == ("paid", "cod", "confirmed")
    [view] = await change(engine, merchant.merchant_id, view, payment="unpaid")
    assert view.invoice is not None
    assert view.invoice.status == "pending"


async def test_settling_completes_what_waits_for_it(engine: Engine, merchant: Any) -> None:
    """Only the orders that are named complete when settled."""
    views = [await place(engine, merchant.merchant_id) for _ in range(2)]
    await change(engine, merchant.merchant_id, *views, payment="paid")
    changed = await change(
        engine,
        merchant.merchant_id,
        *views,
        payment="settled",
        completed_by_settling=frozenset({views[0].order.order_id}),
    )
    assert [view.order.status for view in changed] == ["completed", "confirmed"]


#: (from, to) of what ``unpaid`` alone does.
REOPENED = {("completed", "pending"), ("completed", "confirmed")}


@given(st.sampled_from(sorted(ORDER.states)), st.sampled_from(sorted(ORDER.states)))
def test_only_moves_of_the_table_are_made(source: str, target: str) -> None:
    """A verb is found exactly for the pairs of the order table; every other pair is a StateConflict. So is what is open
    again only by taking back its payment: nobody may ask for it."""
    facts: dict[str, Any] = dict.fromkeys(Order.__struct_fields__, "")
    order = Order(**{**facts, "status": source})
    pairs = {(a, b): verb for a, verb, b in ORDER.moves if (a, b) not in REOPENED}
    if (source, target) in pairs:
        assert ORDER.move(source, verb_between(order, target)) == target
    else:
        with pytest.raises(StateConflict):
            verb_between(order, target)


def test_payment_words_lead_only_to_payment_words() -> None:
    """The table of payment words is closed, and settled is its only end."""
    assert all(targets <= set(MOVES) for targets in MOVES.values())
    assert [word for word, targets in MOVES.items() if not targets] == ["settled"]
