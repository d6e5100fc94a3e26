"""Money that came is an order's, or a top-up's."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from gerai.domain.records import Arrival
from gerai.domain.refusals import AmountMismatch, NotFound
from gerai.engine.acting import by_actor
from gerai.engine.arrivals.decide import BookArrival
from gerai.engine.arrivals.take import asking
from gerai.engine.arrivals.target import OfDeposit, OfPayment, Target
from gerai.engine.desk.fields import Id, refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import deposit_here, payable_here, require_real
from gerai.engine.desk.registry import Act, Done, submitted, told
from gerai.engine.merchants.open import note
from gerai.kit.bilingual import Bilingual
from gerai.store import arrivals


class Booking(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``pays``: the id of the payment, of its order, or of the top-up."""

    id: Annotated[Id, words("Nomor uang masuk", "Money that came")]
    pays: Annotated[
        Id, words("Untuk pembayaran, pesanan atau isi saldo", "For the payment, order or top-up", 8001),
        refers("payments", "orders", "topups"),
    ]  # fmt: skip


async def run(within: Within, given: Booking) -> Done:
    """It pays that, by the order's payment that asks for exactly this. What comes for an order that has its money is
    late, and the shop's rule decides about it.

    Refuses NotFound, AmountMismatch (no payment of the order asks for this), StateConflict (decided already; the
    payment or top-up cannot take it), AmountOutOfRange (more than the wallet can take).
    """
    environment = require_real(within, "arrival", given.id)
    async with within.engine.connection() as connection:
        came = await arrivals.by_id(connection, within.merchant_id, given.id)
    if came is None:
        raise NotFound("arrival", str(given.id))
    target = await _target(within, came, given.pays)
    note(given.id, amount_sen=came.amount_sen, **target.ids)
    command = BookArrival(
        merchant_id=within.merchant_id, environment=environment, arrival_id=given.id, target=target, by=by_actor()
    )
    outcome = await submitted(within, command)
    return Done(str(given.id), replayed=outcome.replayed, details=await told(_became(within, target)))


async def _target(within: Within, came: Arrival, number: int) -> Target:
    if await within.engine.deposits.by_id(within.merchant_id, number) is not None:
        return OfDeposit((await deposit_here(within, number)).deposit_id)
    view, payment = await payable_here(within, number)
    if payment is None:
        payment = asking(came, view.payments)
        if payment is None:
            raise AmountMismatch(given_sen=came.amount_sen, right_sen=view.order.total_sen)
    return OfPayment(view.order.order_id, payment.payment_id)


async def _became(within: Within, target: Target) -> dict[str, Any]:
    """How what it pays stands now."""
    if isinstance(target, OfDeposit):
        deposit = await deposit_here(within, target.deposit_id)
        return {"code": deposit.public_id, "status": deposit.status}
    view, payment = await payable_here(within, target.payment_id)
    status = "" if payment is None else payment.status
    return {"order": view.order.number, "order_status": view.order.status, "payment_status": status}


ACT = Act(
    "arrivals.book", "money:act", Bilingual("Uang ini untuk …", "This money is for …"), Booking, run, reasoned=True,
    grave=True,
)  # fmt: skip
