"""What is refused of an order names it as people know it: by its number, and not by its door's identifier."""

from __future__ import annotations

from dataclasses import replace

from gerai.domain.records import OrderView
from gerai.domain.refusals import StateConflict
from gerai.engine.desk.house import Within
from gerai.engine.proofs import proof_of


async def by_number(within: Within, refusal: StateConflict, id: int) -> StateConflict:
    """The refusal with the order's number in place of its identifier, or of one of its payments; of anything else, as
    it is. ``id``: what was acted on: an order, a payment, or a proof of one."""
    view = await _order_of(within, id)
    if view is None:
        return refusal
    order = view.order
    known = {order.public_id, *(payment.public_id for payment in view.payments)}
    more = tuple(one._replace(id=order.number) if one.id in known else one for one in refusal.more)
    return replace(refusal, id=order.number if refusal.id in known else refusal.id, more=more)


async def _order_of(within: Within, id: int) -> OrderView | None:
    engine, merchant_id = within.engine, within.merchant_id
    if (view := await engine.orders.by_id(merchant_id, id)) is not None:
        return view
    proof = await proof_of(engine, merchant_id, id)
    payment = await engine.payments.by_id(merchant_id, id if proof is None else proof.payment_id)
    return None if payment is None else await engine.orders.by_id(merchant_id, payment.order_id)
