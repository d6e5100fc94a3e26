"""Book money that arrived outside of Gerai."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from gerai.domain.money import display
from gerai.domain.records import OrderView, Payment
from gerai.domain.refusals import AmountMismatch, InputInvalid
from gerai.engine.acting import by_actor
from gerai.engine.desk.fields import AmountSen, Id, refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import OUTSIDE, MethodName, Reference, payable_here
from gerai.engine.desk.registry import Act, Bulk, Done, submitted
from gerai.engine.merchants.open import note
from gerai.engine.payments.meant import Said, Unclear, meant
from gerai.engine.payments.record import RecordPayment
from gerai.engine.references import money_under, read_reference
from gerai.kit.bilingual import Bilingual


class MoneyCame(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``id``: of the payment, of a proof of it, or of its order. ``came_sen``: what arrived; not given: what was asked.
    ``how``: the method, if not as was chosen. ``reference``: the bank's; under the same one money is booked once, for
    one thing. ``second``: money came already, and this is more of it."""

    id: Annotated[
        Id,
        words("Nomor pembayaran, bukti atau pesanan", "Id of the payment, proof or order"),
        refers("payments", "proofs", "orders"),
    ]
    came_sen: Annotated[AmountSen | UnsetType, words("Yang datang", "What arrived", 150_000_00)] = UNSET
    how: Annotated[MethodName, words("Lewat (manual, cash, …)", "By (manual, cash, …)", "cash")] = ""
    reference: Annotated[Reference, words("Nomor mutasi bank", "The bank's reference", "BCA-1")] = ""
    second: Annotated[bool, words("Uang kedua kalinya", "More money than came already")] = False


async def run(within: Within, given: MoneyCame) -> Done:
    """The order is paid, by its payment to an account of the shop's own that asks for this amount, also one that ended;
    its open payments are cancelled.

    Refuses NotFound, AmountMismatch (another amount than was asked), InputInvalid (an unknown method; several payments
    ask for it, or the payer was asked for more than the price), StateConflict (``pay again``: money came already),
    IdempotencyKeyReused (the reference was booked for something else).
    """
    view, payment = await payable_here(within, given.id)
    came_sen = None if given.came_sen is UNSET else given.came_sen
    how = given.how.strip()
    if how and how not in (*OUTSIDE, *within.house.payment_methods):
        raise InputInvalid({"how": [f"one of {', '.join((*OUTSIDE, *within.house.payment_methods))}"]})
    reference = read_reference(given.reference)
    if payment is None:
        payment = _clear(meant(view, Said(came_sen, how, given.second, bool(reference))))
    asked_sen = view.order.total_sen if payment is None else payment.asked_sen
    # Nothing is booked in part here: whoever mistyped an amount must notice.
    if came_sen not in (None, asked_sen):
        raise AmountMismatch(given_sen=came_sen, right_sen=asked_sen)
    return await _booked(within, given, view, payment, how or "manual", reference)


def _clear(found: Payment | Unclear | None) -> Payment | None:
    match found:
        case Unclear(why="other_amount"):
            raise AmountMismatch(given_sen=found.given_sen, right_sen=found.asked_sen)
        case Unclear(why="several"):
            named = ", ".join(f"{one.payment_id} ({one.public_id})" for one in found.payments)
            raise InputInvalid({"id": [f"several payments ask for it, name one: {named}"]})
        case Unclear(why="asked_more"):
            asked, price = display(found.asked_sen), display(found.given_sen)
            text = f"the payer was asked for {asked}, not for {price}: say what came, or that it was cash"
            raise InputInvalid({"came_sen": [text]})
        case Unclear():
            [one] = found.payments
            text = f"{display(one.asked_sen)} is what payment {one.payment_id} asks for, which is {one.status}"
            raise InputInvalid({"came_sen": [text]})
        case _:
            return found


async def _booked(
    within: Within, given: MoneyCame, view: OrderView, payment: Payment | None, method: str, reference: str
) -> Done:
    order = view.order
    public_id = f"manual-{within.engine.ids.next()}" if payment is None else payment.public_id
    asked_sen = order.total_sen if payment is None else payment.asked_sen
    command = RecordPayment(
        merchant_id=order.merchant_id,
        environment=order.environment,
        order_id=order.order_id,
        outcome="paid",
        payment_id=None if payment is None else payment.payment_id,
        public_id=public_id,
        method=method,
        by=by_actor(),
        reference=reference,
        second=given.second,
    )
    note(order.order_id, payment=public_id, amount_sen=asked_sen, reference=reference, second=given.second)
    outcome = await submitted(within, command, money_under(reference, f"order {order.order_id}"))
    after = outcome.answer
    # Of a replay nothing is known but its order: what it booked may be another payment than would be booked now.
    paid = next((one for one in after.payments if one.public_id == public_id), None)
    details = {"order": after.order.number, "order_status": after.order.status}
    if paid is not None:
        details |= {"payment": public_id, "payment_status": paid.status, "amount_sen": asked_sen}
    return Done(str(given.id if paid is None else paid.payment_id), replayed=outcome.replayed, details=details)


async def asked_sen(within: Within, id: int) -> int | None:
    """What is booked where nobody says how much came. Refuses NotFound, and InputInvalid: the order has no invoice."""
    view, payment = await payable_here(within, id)
    found = meant(view, Said(None, "", second=False, again=False)) if payment is None else payment
    if isinstance(found, Unclear):
        return None
    return view.order.total_sen if found is None else found.asked_sen


ACT = Act(
    "payments.confirm", "money:act", Bilingual("Konfirmasi uang masuk", "Confirm that money came"), MoneyCame, run,
    reasoned=True, grave=True, bulk=Bulk(("came_sen", "reference")), whole=asked_sen,
)  # fmt: skip
