"""Give back what was paid, all of it or a part."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from gerai.domain.money import digits
from gerai.engine.acting import by_actor, why_now
from gerai.engine.desk.fields import AmountSen, Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import Reference, payment_here
from gerai.engine.desk.refunds import sender, task_of
from gerai.engine.desk.registry import Act, Done, submitted
from gerai.engine.merchants.open import note
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.references import read_reference, refund_under
from gerai.kit.bilingual import Bilingual


class MoneyBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``back_sen``: so much; not given: all that is left. ``to``: the payer, or the member's wallet. ``reference``:
    under the same one money is given back once."""

    id: Annotated[Id, words("Nomor pembayaran", "Payment")]
    back_sen: Annotated[AmountSen | UnsetType, words("Jumlah kembali", "Amount to give back", 15_000_00)] = UNSET
    to: Annotated[Literal["payer", "wallet"], words("Ke (pembayar atau saldo)", "To (payer or wallet)")] = "payer"
    reference: Annotated[Reference, words("Nomor untuk sekali saja", "Reference, done once under it")] = ""


async def run(within: Within, given: MoneyBack) -> Done:
    """Real money for the payer is owed from then on, and a refund for whoever sends it. The reason is kept with it.

    Refuses NotFound, StateConflict (the payment is not completed; its order's provider works on it), RefundTooLarge,
    AmountOutOfRange (more than the wallet can take), InputInvalid (a part that is not whole rupiah),
    IdempotencyKeyReused (the reference was used for another amount).
    """
    view, payment = await payment_here(within, given.id)
    back_sen = payment.amount_sen - payment.refunded_sen if given.back_sen is UNSET else given.back_sen
    command = RefundPayment(
        merchant_id=within.merchant_id,
        environment=within.environment,
        order_id=view.order.order_id,
        payment_id=given.id,
        amount_sen=back_sen,
        to=given.to,
        note=why_now(),
        by=by_actor(),
    )
    reference = read_reference(given.reference)
    note(given.id, amount_sen=back_sen, to=given.to, order_id=view.order.order_id, reference=reference)
    # However the amount was written: the same money is given back once.
    written = "" if given.back_sen is UNSET else digits(given.back_sen)
    outcome = await submitted(within, command, refund_under(reference, given.id, written, given.to))
    [after] = [one for one in outcome.answer.payments if one.payment_id == given.id]
    task = task_of(within.engine, within.house.gateways.gateways, payment)
    inside = given.to == "wallet" or payment.method == "wallet"
    details = {
        "order": view.order.number, "refunded_sen": after.refunded_sen,
        "left_sen": after.amount_sen - after.refunded_sen, **await sender(task, inside=inside),
    }  # fmt: skip
    return Done(str(given.id), replayed=outcome.replayed, details=details)


async def left_sen(within: Within, id: int) -> int:
    """What of the payment can still be given back. Refuses NotFound."""
    _, payment = await payment_here(within, id)
    return payment.amount_sen - payment.refunded_sen


ACT = Act(
    "payments.refund", "money:act", Bilingual("Kembalikan uang", "Give money back"), MoneyBack, run, reasoned=True,
    grave=True, whole=left_sen,
)  # fmt: skip
