"""Steps about payments that orders, payments and fulfilments share: a new one, the end of open ones, a refund; and what
deposits share with them: a gateway that takes it.

All on the working copy. These are the only places where a payment comes into being and where paid money goes back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from gerai.domain.records import Deposit, GatewayAttempt, Order, Payment, RefundTask
from gerai.domain.refusals import StateConflict
from gerai.domain.states import INVOICE, PAYMENT
from gerai.engine.command import Context
from gerai.engine.state import Job, State
from gerai.engine.wallet import ledger

#: Jobs about a payment or deposit that a gateway takes (engine/gateways/follow.py).
FOLLOW_GATEWAY_TASK: Final = "gerai.follow_gateway"
END_AT_GATEWAY_TASK: Final = "gerai.end_at_gateway"
#: A refund that a gateway sends (engine/gateways/give_back.py).
GIVE_BACK_TASK: Final = "gerai.give_back"
_GATEWAY_QUEUE: Final = "gateways"
#: Who asked the gateway has its answer by then, or never will.
_FIRST_LOOK_S: Final = 60
#: Orders in these states wait for no money any more: their open payments end with them.
ENDED: Final = frozenset({"cancelled", "expired", "failed", "completed", "partial", "returned", "closed"})


def new_payment(
    order: Order,
    payment_id: int,
    at: datetime,
    *,
    method: str,
    public_id: str,
    status: Literal["processing", "completed"] = "processing",
    channel_code: str = "",
    fee_sen: int = 0,
    merchant_fee_sen: int = 0,
    matching_sen: int = 0,
    receiving_id: int | None = None,
    acquired_by: int | None = None,
    contract_id: int | None = None,
    reference: str = "",
    instructions: dict[str, Any] | None = None,
    expires_at: datetime | None = None,
) -> Payment:
    """A payment of the order's whole total. One that is ``completed`` was completed ``at`` once."""
    return Payment(
        merchant_id=order.merchant_id,
        payment_id=payment_id,
        environment=order.environment,
        order_id=order.order_id,
        # An order has one invoice, under its own id.
        invoice_id=order.order_id,
        public_id=public_id,
        method=method,
        channel_code=channel_code,
        status=status,
        amount_sen=order.total_sen,
        fee_sen=fee_sen,
        refunded_sen=0,
        reference=reference,
        instructions=instructions or {},
        failure={},
        created_at=at,
        updated_at=at,
        expires_at=expires_at,
        completed_at=at if status == "completed" else None,
        merchant_fee_sen=merchant_fee_sen,
        matching_sen=matching_sen,
        receiving_id=receiving_id,
        contract_id=contract_id,
        acquired_by=acquired_by,
    )


def keep_attempt(state: State, context: Context, paid: Payment | Deposit, contract_id: int) -> None:
    """Keep that a gateway is about to be asked for it, by this contract, and the job that looks how that went."""
    of_order = isinstance(paid, Payment)
    state.attempts.insert(
        GatewayAttempt(
            paid.merchant_id, paid.payment_id if of_order else paid.deposit_id, paid.order_id if of_order else None,
            paid.environment, contract_id, "asked", "", 0, None, "", context.now, context.now,
        )
    )  # fmt: skip
    state.jobs.append(gateway_job(FOLLOW_GATEWAY_TASK, paid, _FIRST_LOOK_S))


def gateway_job(task: str, paid: Payment | Deposit, delay_s: float, *, look: int | None = None, **more: int) -> Job:
    """Ask its gateway about a payment or deposit, so long from now. One job at a time about the same; a job that waits
    for its time keeps back those behind it, so that each kind has a lock of its own. ``look``: which look it is, so
    that of several jobs about the same one goes on; None: whichever is the next."""
    if isinstance(paid, Payment):
        ids = {"order_id": paid.order_id, "payment_id": paid.payment_id}
    else:
        ids = {"deposit_id": paid.deposit_id}
    args = {"merchant_id": paid.merchant_id} | ids | more
    lock = ":".join(map(str, (task, *args.values())))
    if look is not None:
        args |= {"look": look}
    return Job(_GATEWAY_QUEUE, task, lock, args, delay_s or None)


def open_payments(state: State, order: Order) -> list[Payment]:
    """The order's payments that still wait for their payer."""
    return [payment for payment in state.payments_of(order) if payment.status == "processing"]


def end_payment(
    state: State, context: Context, order: Order, payment: Payment, verb: Literal["cancel", "expire"], reason: str = ""
) -> None:
    """End one open payment, and announce it. ``reason``: why it ended without its payer."""
    status = PAYMENT.move(payment.status, verb, payment.public_id)
    state.payments.update(msgspec.structs.replace(payment, status=status, updated_at=context.now))
    facts = {"reason": reason} if reason else {}
    state.announce(order, f"payment.{status}", context.now, payment=payment.public_id, **facts)
    end_at_gateway(state, payment, context.now if verb == "expire" else None)


def end_at_gateway(state: State, paid: Payment | Deposit, ran_out_at: datetime | None = None) -> None:
    """A job that ends a payment or deposit at its gateway, which would still take the payer's money. ``ran_out_at``: it
    ran out then, and only what the payer could go on paying is ended there."""
    if paid.contract_id is None:
        return
    told = paid.instructions.get("expires_at")
    if ran_out_at is None or not isinstance(told, str) or datetime.fromisoformat(told) > ran_out_at:
        state.jobs.append(gateway_job(END_AT_GATEWAY_TASK, paid, 0))


def end_open_payments(state: State, context: Context, order: Order, reason: str = "") -> None:
    """Nobody shall pay the order any more: it was paid, or it ended. Money that comes all the same is late."""
    verb = "expire" if order.status == "expired" else "cancel"
    for payment in open_payments(state, order):
        end_payment(state, context, order, payment, verb, reason)


def require_result(state: State, order: Order, verb: str) -> None:
    """StateConflict (``fulfilment``) while a provider that was asked works on the order, or may have done it: no money
    goes back before the result is there, be it the provider's or that of a person who finishes the order."""
    fulfilment = state.fulfilments.get(order.merchant_id, order.order_id)
    if fulfilment is not None and fulfilment.may_be_done and order.status not in ENDED:
        raise StateConflict("fulfilment", order.public_id, fulfilment.status, verb)


def return_to_payer(
    state: State,
    context: Context,
    order: Order,
    payment: Payment,
    amount_sen: int,
    source: str,
    *,
    note: str = "",
    by: str = "",
) -> dict[str, object]:
    """Money of the payment goes back to its payer from the account ``source``. Returns the facts of the event that says
    so: of real money those of :func:`owe`; play money has gone, but for what a gateway's own sandbox took."""
    if (context.play_money and payment.contract_id is None) or not amount_sen:
        ledger.return_to_payer(state, context, order, amount_sen, payment.payment_id, source, note)
        return {}
    ledger.owe_to_payer(state, context, order, amount_sen, payment.payment_id, source, note)
    # All that is known of most payers; who sends the money asks for the rest.
    destination = {"holder": order.contact.name} if order.contact.name else {}
    return owe(state, context, payment, amount_sen, source, destination, note=note, by=by)


def owe(
    state: State, context: Context, paid: Payment | Deposit, amount_sen: int, source: str,
    destination: dict[str, str], *, note: str, by: str,
) -> dict[str, object]:  # fmt: skip
    """Keep that so much of it, taken from the account ``source``, is to be sent back to its payer. Returns what an
    event of it says: the ``task``, and whether the gateway that took it sends it; else a person does."""
    by_gateway = paid.contract_id is not None
    task = state.refund_tasks.insert(
        RefundTask(
            merchant_id=paid.merchant_id,
            task_id=context.next_id(),
            environment=paid.environment,
            order_id=paid.order_id if isinstance(paid, Payment) else None,
            payment_id=paid.payment_id if isinstance(paid, Payment) else paid.deposit_id,
            amount_sen=amount_sen,
            source=source,
            status="sending" if by_gateway else "open",
            reason=note,
            destination=destination,
            reference="",
            asked_by=by,
            ended_by="",
            created_at=context.now,
            updated_at=context.now,
        )
    )
    if not by_gateway:
        return {"task": task.task_id}
    state.jobs.append(gateway_job(GIVE_BACK_TASK, paid, 0, task_id=task.task_id))
    return {"task": task.task_id, "sent_by": "gateway"}


def refund(
    state: State,
    context: Context,
    order: Order,
    payment: Payment,
    amount_sen: int,
    *,
    to_wallet: bool,
    note: str = "",
    by: str = "",
) -> Order:
    """Give ``amount_sen`` of a completed payment back; the invoice of one that is given back whole is refunded.

    What a wallet paid returns to it; real money that goes back to its payer is owed until somebody has sent it
    (:func:`return_to_payer`). ``by``: who asked, kept with the event and the task. NotFound when the order's member has
    no wallet and one is wanted; StateConflict while its provider works on the order (:func:`require_result`).
    """
    require_result(state, order, "refund")
    # Money from a wallet has nowhere else to go: no payer outside ever sent it.
    to_wallet = to_wallet or payment.method == "wallet"
    facts: dict[str, object] = {"by": by} if by else {}
    if to_wallet:
        ledger.refund_to_wallet(state, context, order, amount_sen, payment.payment_id, "sales", note)
    else:
        facts |= return_to_payer(state, context, order, payment, amount_sen, "sales", note=note, by=by)
    refunded_sen = payment.refunded_sen + amount_sen
    whole = refunded_sen == payment.amount_sen
    state.payments.update(
        msgspec.structs.replace(
            payment,
            refunded_sen=refunded_sen,
            status=PAYMENT.move(payment.status, "refund") if whole else payment.status,
            updated_at=context.now,
        )
    )
    order = state.orders.update(
        msgspec.structs.replace(order, refunded_sen=order.refunded_sen + amount_sen, updated_at=context.now)
    )
    invoice = state.invoices.get(order.merchant_id, order.order_id)
    if whole and invoice is not None and INVOICE.can(invoice.status, "refund"):
        state.invoices.update(msgspec.structs.replace(invoice, status=INVOICE.move(invoice.status, "refund")))
    state.announce(
        order, "payment.refunded", context.now,
        payment=payment.public_id, amount_sen=amount_sen, refunded_sen=refunded_sen,
        to="wallet" if to_wallet else "payer", **facts,
    )  # fmt: skip
    return order
