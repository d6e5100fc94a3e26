"""What a payout was made of, payment by payment."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.engine.desk.fields import ById, Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import After, paged
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.store import payout_lines, payouts
from gerai.store.connection import Connection


class PayoutLineFilter(ById, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``id``: of the payout."""

    after: Annotated[After, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class PayoutLineRow(msgspec.Struct, frozen=True):
    """A payment, or a top-up, which has no ``order``; by its own id. ``fee_sen``: what was kept of it, as far as it is
    known: ``payouts.show`` has the fee of the whole."""

    id: Annotated[Id, words("Nomor", "Id")]
    payment: Annotated[str, words("Pembayaran", "Payment")]
    order_id: Annotated[int | None, words("Nomor pesanan", "Order's id")]
    order: Annotated[str, words("Pesanan", "Order")]
    status: Annotated[str, words("Keadaan", "State")]
    method: Annotated[str, words("Metode", "Method")]
    channel: Annotated[str, words("Kanal", "Channel")]
    amount_sen: Annotated[int, words("Jumlah", "Amount")]
    fee_sen: Annotated[int, words("Biaya yang diketahui", "Known fee")]
    came_at: Annotated[datetime, words("Masuk", "Came")]


async def lines_of(
    connection: Connection, within: Within, payout_id: int, after: int, limit: int
) -> list[PayoutLineRow]:
    """Those of a payout of the desk's environment after this id."""
    payout = await payouts.by_id(connection, within.merchant_id, payout_id)
    if payout is None or payout.environment != within.environment:
        return []
    found = await payout_lines.lines(connection, within.merchant_id, payout_id, after, limit)
    return [
        PayoutLineRow(
            one.payment_id, one.payment, one.order_id, one.order_number, one.status, one.method, one.channel,
            one.taken_sen, one.known_fee_sen, one.came_at,
        )
        for one in found
    ]  # fmt: skip


async def run(within: Within, wanted: PayoutLineFilter) -> ViewPage:
    """By id."""
    async with within.engine.connection() as connection:
        rows = await lines_of(connection, within, wanted.id, int(wanted.after or 0), wanted.limit + 1)
    return paged(rows, wanted.limit)


VIEW = View(
    "payouts.payments", "money:read", Bilingual("Isi pencairan", "Payments of a payout"), PayoutLineFilter,
    PayoutLineRow, run,
)  # fmt: skip
