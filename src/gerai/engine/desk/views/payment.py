"""One payment: its money, its gateway, and what belongs to it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from gerai.domain.records import GatewayAttempt, OrderView, Payment
from gerai.engine.desk.fields import ById, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import account_named, order_here
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.payments import PaymentRow, row_of
from gerai.kit.bilingual import Bilingual
from gerai.store import gateways, payment_list, proofs, refund_tasks
from gerai.store.refund_tasks import ListedTask


class RefundOf(msgspec.Struct, frozen=True):
    """A refund of the payment."""

    id: Annotated[int, words("Nomor", "Id")]
    status: Annotated[str, words("Keadaan", "State")]
    amount_sen: Annotated[int, words("Jumlah", "Amount")]
    reference: Annotated[str, words("Nomor transfer", "Reference")]
    reason: Annotated[str, words("Alasan", "Reason")]
    created_at: Annotated[datetime, words("Sejak", "Since")]
    ended_at: Annotated[datetime | None, words("Selesai", "Ended")]


class WholePayment(PaymentRow, frozen=True, kw_only=True):
    """A payment. ``fee_sen``: its payer pays on top of the amount; ``merchant_fee_sen``: the method keeps of the
    amount; ``matching_sen``: so much more is asked for, so that no other money is taken for it; ``left_sen``: can still
    be given back; ``code``: what its payer was shown to pay to; ``account``: the shop's own account it comes into;
    ``gateway_reference``: what its gateway calls it; ``gateway_fault``: why somebody should look there; ``proofs``: the
    ids of what its payer sent."""

    fee_sen: Annotated[int, words("Biaya pembayar", "Payer's fee")]
    merchant_fee_sen: Annotated[int, words("Biaya toko", "Shop's fee")]
    matching_sen: Annotated[int, words("Angka unik", "Unique amount")]
    left_sen: Annotated[int, words("Masih bisa dikembalikan", "Can be given back")]
    order_status: Annotated[str, words("Keadaan pesanan", "Order's state")]
    code: Annotated[str, words("Nomor untuk dibayar", "Number to pay to")]
    account: Annotated[str, words("Rekening Anda", "Your account")]
    gateway: Annotated[str, words("Gateway", "Gateway")]
    gateway_reference: Annotated[str, words("Nomor di gateway", "Number at the gateway")]
    gateway_fault: Annotated[str, words("Perlu dilihat di gateway", "Look at the gateway")]
    failure: Annotated[dict[str, str], words("Kegagalan", "Failure")]
    refunds: Annotated[tuple[RefundOf, ...], words("Pengembalian", "Refunds")]
    proofs: Annotated[tuple[int, ...], words("Bukti transfer", "Proofs")]
    expires_at: Annotated[datetime | None, words("Sampai", "Until")]


async def run(within: Within, wanted: ById) -> ViewPage:
    """It, or nothing."""
    async with within.engine.connection() as connection:
        found = await payment_list.by_ids(connection, within.merchant_id, [wanted.id])
    view = await order_here(within, found[0].payment.order_id) if found else None
    if view is None:
        return ViewPage([])
    [listed] = found
    one = listed.payment
    tasks = await _refunds(within, one)
    async with within.engine.connection() as connection:
        attempt = await gateways.attempt(connection, within.merchant_id, one.payment_id)
        sent = await proofs.of_payment(connection, within.merchant_id, one.payment_id)
        contract_id = one.contract_id if attempt is None else attempt.contract_id
        contract = None if contract_id is None else await gateways.contract(connection, one.merchant_id, contract_id)
    base: dict[str, Any] = msgspec.structs.asdict(row_of(listed))
    shown = WholePayment(
        **base,
        **_amounts(one, view),
        **_at_gateway(attempt),
        code=str(one.instructions.get("code", "")),
        account=account_named(within, one.receiving_id),
        gateway="" if contract is None else contract.gateway,
        failure=one.failure,
        refunds=tuple(map(_refund_of, tasks)),
        proofs=tuple(proof.proof_id for proof in sent),
        expires_at=one.expires_at,
    )
    return ViewPage([shown])


def _amounts(one: Payment, view: OrderView) -> dict[str, Any]:
    left_sen = one.amount_sen - one.refunded_sen if one.status in ("completed", "late") else 0
    return {
        "fee_sen": one.fee_sen, "merchant_fee_sen": one.merchant_fee_sen, "matching_sen": one.matching_sen,
        "left_sen": left_sen, "order_status": view.order.status,
    }  # fmt: skip


def _at_gateway(attempt: GatewayAttempt | None) -> dict[str, str]:
    if attempt is None:
        return {"gateway_reference": "", "gateway_fault": ""}
    return {"gateway_reference": attempt.reference, "gateway_fault": attempt.fault}


async def _refunds(within: Within, one: Payment) -> list[ListedTask]:
    """All refunds of the payment: its order's events name them."""
    happened = await within.engine.events.of_orders(one.merchant_id, [one.order_id])
    ids = [
        int(event.facts["task"])
        for event in happened
        if event.name == "payment.refunded" and event.facts.get("payment") == one.public_id and "task" in event.facts
    ]
    if not ids:
        return []
    async with within.engine.connection() as connection:
        return await refund_tasks.by_ids(connection, one.merchant_id, ids)


def _refund_of(listed: ListedTask) -> RefundOf:
    task = listed.task
    return RefundOf(
        task.task_id, task.status, task.amount_sen, task.reference, task.reason, task.created_at, task.ended_at
    )


VIEW = View("payments.show", "money:read", Bilingual("Sebuah pembayaran", "A payment"), ById, WholePayment, run)
