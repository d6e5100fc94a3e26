"""Money that goes back to payers, by somebody's hand or through a gateway."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from gerai.domain.records import RefundTask
from gerai.domain.states import REFUND
from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import After, cut
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.gateways.refund import may_hand_over
from gerai.engine.payments.end_refund import DESTINATION
from gerai.kit.bilingual import Bilingual
from gerai.store import refund_tasks as sql
from gerai.store.refund_tasks import ListedTask

RefundState = Literal["owed", "open", "sending", "done", "withdrawn"]
#: The act of each verb of the table of states.
_ACTS = {"finish": "refunds.done", "withdraw": "refunds.withdraw", "hand_back": "refunds.take"}


class RefundFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``status``: ``owed`` is what has not been sent yet, by whomever: ``open``, by the shop, or ``sending``, by its
    gateway."""

    status: Annotated[RefundState | Literal[""], words("Keadaan", "State", "owed")] = ""
    after: Annotated[After, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class RefundRow(msgspec.Struct, frozen=True):
    """One refund. ``payment``: the code of what it gives back of, which is a payment of an order or a top-up; ``to``:
    where the money goes, as far as it is known; ``fault``: why a person should look; ``can``: the acts that its state
    allows."""

    id: Annotated[Id, words("Nomor", "Id")]
    amount_sen: Annotated[int, words("Jumlah", "Amount")]
    status: Annotated[str, words("Keadaan", "State")]
    order_id: Annotated[int | None, words("Nomor pesanan", "Order's id")]
    order: Annotated[str, words("Pesanan", "Order")]
    payment_id: Annotated[int | None, words("Nomor pembayaran", "Payment's id")]
    deposit_id: Annotated[int | None, words("Nomor isi saldo", "Top-up's id")]
    payment: Annotated[str, words("Pembayaran", "Payment")]
    method: Annotated[str, words("Cara bayar", "Method")]
    to: Annotated[str, words("Tujuan", "To")]
    reason: Annotated[str, words("Alasan", "Reason")]
    fault: Annotated[str, words("Perlu dilihat", "Look at")]
    reference: Annotated[str, words("Nomor transfer", "Reference")]
    created_at: Annotated[datetime, words("Sejak", "Since")]
    ended_at: Annotated[datetime | None, words("Selesai", "Ended")]
    can: Annotated[tuple[str, ...], words("Tindakan", "Acts")]


def row_of(listed: ListedTask, by: str) -> RefundRow:
    """A refund as it is listed for whoever looks (``by``)."""
    task = listed.task
    paid_id, deposit_id = (task.payment_id, None) if task.order_id is not None else (None, task.payment_id)
    to = ", ".join(task.destination[name] for name in DESTINATION if task.destination.get(name))
    return RefundRow(
        task.task_id, task.amount_sen, task.status, task.order_id, listed.order_number, paid_id, deposit_id,
        listed.payment, listed.method, to, task.reason, task.fault, task.reference, task.created_at, task.ended_at,
        refund_acts(task, by),
    )  # fmt: skip


def refund_acts(task: RefundTask, by: str) -> tuple[str, ...]:
    """The acts that the refund's state allows, to whoever looks: what somebody took to send by hand, they alone give
    back to its gateway."""
    can = [act for verb, act in _ACTS.items() if REFUND.can(task.status, verb)]
    if task.status == "open":
        can.insert(1, "refunds.destination")
        can += ["refunds.again"] if may_hand_over(task.fault, task.denials, by) else []
    return tuple(can)


async def run(within: Within, wanted: RefundFilter) -> ViewPage:
    """Newest first. A page may have few rows, or none, and others follow."""
    before_id = int(wanted.after or 0) or 2**63 - 1
    async with within.engine.connection() as connection:
        found, went_to = await sql.page(
            connection, within.merchant_id, within.environment, wanted.status, before_id, wanted.limit + 1
        )
    return cut(
        found, wanted.limit, lambda one: str(one.task.task_id), str(went_to or ""), lambda one: row_of(one, within.by)
    )


VIEW = View(
    "refunds.list", "money:read", Bilingual("Pengembalian dana", "Refunds"), RefundFilter, RefundRow, run, personal=True
)
