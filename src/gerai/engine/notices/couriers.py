"""What a courier paid out: which of its parcels pay their orders, and which wait for a person, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec
import structlog

from gerai.domain.money import display
from gerai.domain.payment_status import CASH
from gerai.domain.records import OrderView
from gerai.domain.refusals import AmountMismatch, InputInvalid, StateConflict
from gerai.engine.arrivals.take import PRODUCTION
from gerai.engine.core import Engine
from gerai.engine.orders.settle_cash import SettleCash, conflict_of, shares
from gerai.engine.references import are_one
from gerai.ports.notices import CourierPayout, PaidParcel

log = structlog.get_logger("gerai.notices")
#: How far a courier's clock may be behind ours.
_CLOCKS_DIFFER: Final = timedelta(minutes=5)
#: So many parcels are named where a notice says what waits of it.
_NAMED: Final = 3


class SeenParcel(msgspec.Struct, frozen=True):
    """A parcel of a payout as it stands here. ``fee_sen``: its part of the courier's fee; ``view``: its order, None
    where none or several have its receipt; ``booked``: this payout has paid it; ``why``: why it waits, empty where
    nothing stands against it."""

    parcel: PaidParcel
    fee_sen: int
    view: OrderView | None = None
    booked: bool = False
    why: str = ""


async def look(engine: Engine, merchant_id: int, payout: CourierPayout) -> list[SeenParcel]:
    """Each parcel of a payout as it stands now, in its order. Changes nothing."""
    parcels = payout.parcels
    found = await engine.orders.by_receipts(merchant_id, PRODUCTION, [one.receipt for one in parcels])
    collected = [one.collected_sen for one in parcels]
    fees = [one.fee_sen for one in parcels] if payout.fee_sen is None else shares(payout.fee_sen, collected)
    times = Counter(one.receipt.casefold() for one in parcels)
    return [
        _seen(engine, payout, SeenParcel(parcel, fee_sen), views, twice=times[parcel.receipt.casefold()] > 1)
        for parcel, fee_sen, views in zip(parcels, fees, found, strict=True)
    ]


async def book(engine: Engine, merchant_id: int, payout: CourierPayout, by: str) -> list[SeenParcel]:
    """Pay the orders of all parcels against which nothing stands, each by itself, once however often this is done.
    ``by``: who said so. Returns what became of each. Refuses Busy: some may be paid, the others are at the next call.
    """
    seen = await look(engine, merchant_id, payout)
    for place, one in enumerate(seen):
        if one.view is None or one.booked or one.why:
            continue
        command = SettleCash(
            merchant_id=merchant_id, environment=PRODUCTION, order_ids=(one.view.order.order_id,),
            amount_sen=one.parcel.collected_sen - one.fee_sen, fee_sen=one.fee_sen, reference=payout.reference, by=by,
        )  # fmt: skip
        try:
            await engine.submit(command)
        except (StateConflict, AmountMismatch, InputInvalid) as refusal:
            # It moved since it was looked at, or its fee is more than it brought.
            log.warning("courier.not_booked", merchant_id=merchant_id, order=one.view.order.number, code=refusal.code)
            seen[place] = msgspec.structs.replace(one, why=f"order {one.view.order.number} does not take it now")
        else:
            seen[place] = msgspec.structs.replace(one, booked=True)
    return seen


def what_waits(seen: Sequence[SeenParcel]) -> str:
    """What a notice says of the parcels that wait, the first by name; empty: none does."""
    waits = [one for one in seen if not one.booked]
    if not waits:
        return ""
    named = "; ".join(f"{one.parcel.receipt}: {one.why}" for one in waits[:_NAMED])
    return f"{len(waits)} of {len(seen)} parcels wait: {named}{' …' if len(waits) > _NAMED else ''}"


def _seen(engine: Engine, payout: CourierPayout, one: SeenParcel, views: list[OrderView], *, twice: bool) -> SeenParcel:
    if twice:
        return msgspec.structs.replace(one, why="it stands twice in this payout")
    if len(views) != 1:
        numbers = ", ".join(view.order.number for view in views)
        why = f"several orders have this receipt: {numbers}" if views else "no parcel of yours has this receipt"
        return msgspec.structs.replace(one, why=why)
    view = views[0]
    booked = any(p.method == CASH and are_one(p.reference, payout.reference) for p in view.payments)
    why = _other_amount(one, view) or ("" if booked else _why_not(engine, payout, view))
    return msgspec.structs.replace(one, view=view, booked=booked and not why, why=why)


def _other_amount(one: SeenParcel, view: OrderView) -> str:
    order = view.order
    if one.parcel.collected_sen != order.total_sen:
        return f"order {order.number} costs {display(order.total_sen)}, not {display(one.parcel.collected_sen)}"
    return f"its fee is more than {display(order.total_sen)}" if one.fee_sen > order.total_sen else ""


def _why_not(engine: Engine, payout: CourierPayout, view: OrderView) -> str:
    """Why this payout cannot have brought the order's money; empty: it can."""
    order = view.order
    labels = engine.cash_labels.get(order.channel, {})
    if not labels or any(order.labels.get(name) != value for name, value in labels.items()):
        return f"order {order.number} is not cash on delivery"
    if order.created_at > payout.at + _CLOCKS_DIFFER:
        return f"order {order.number} was placed after this payout"
    if order.refunded_sen:
        return f"order {order.number} was refunded"
    conflict = conflict_of(order)
    return "" if conflict is None else f"order {order.number} is {conflict.state}"
