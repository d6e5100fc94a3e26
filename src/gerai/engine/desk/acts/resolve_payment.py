"""Decide about an order's money that came late, or of another amount."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.acting import by_actor, why_now
from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import payment_here
from gerai.engine.desk.refunds import sender, task_of
from gerai.engine.desk.registry import Act, Done, submitted
from gerai.engine.merchants.open import note
from gerai.engine.payments.resolve_late import Decision, ResolveLate
from gerai.kit.bilingual import Bilingual


class LateDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``accept``: it pays its order, one that expired comes back; ``refund``: it goes back to its payer; ``wallet``: it
    goes into the member's wallet."""

    id: Annotated[Id, words("Nomor pembayaran", "Payment")]
    decision: Annotated[Decision, words("Keputusan", "Decision", "accept")]


async def run(within: Within, given: LateDecision) -> Done:
    """The reason is kept with the transfer. Refuses NotFound (no such payment here; no wallet), AmountMismatch
    (accepted, and less came than the price), StateConflict (it does not wait for a decision; the order can neither be
    paid nor brought back; its stock was released)."""
    view, payment = await payment_here(within, given.id)
    command = ResolveLate(
        merchant_id=within.merchant_id,
        environment=within.environment,
        order_id=view.order.order_id,
        payment_id=given.id,
        decision=given.decision,
        note=why_now(),
        by=by_actor(),
    )
    note(given.id, decision=given.decision, amount_sen=payment.amount_sen, order_id=view.order.order_id)
    outcome = await submitted(within, command)
    after = outcome.answer.order
    details = {"order": after.number, "order_status": after.status, "amount_sen": payment.amount_sen}
    if given.decision != "accept":
        task = task_of(within.engine, within.house.gateways.gateways, payment)
        details |= await sender(task, inside=given.decision == "wallet")
    return Done(str(given.id), replayed=outcome.replayed, details=details)


ACT = Act(
    "payments.resolve", "money:act", Bilingual("Putuskan uang yang menunggu", "Decide about money that waits"),
    LateDecision, run, reasoned=True, grave=True,
)  # fmt: skip
