"""What payers sent to show that they transferred."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import After, cut
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.payments import way_of
from gerai.kit.bilingual import Bilingual
from gerai.store import proofs as sql
from gerai.store.proofs import ProofRow


class ProofFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``waiting``: only those of orders and top-ups for which no money is known to have come."""

    waiting: Annotated[bool, words("Hanya yang menunggu", "Only those that wait", True)] = False
    after: Annotated[After, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class ListedProof(msgspec.Struct, frozen=True):
    """One file, of an order's payment or of a top-up, whose code and state stand for a payment's then. ``asked_sen``:
    what its payer was asked for; ``file``: what its bytes are, whatever it was called; ``can``: the acts that the state
    of what it is of allows."""

    id: Annotated[Id, words("Nomor", "Id")]
    asked_sen: Annotated[int, words("Diminta", "Asked")]
    order_id: Annotated[int | None, words("Nomor pesanan", "Order's id")]
    order: Annotated[str, words("Pesanan", "Order")]
    payment_id: Annotated[int | None, words("Nomor pembayaran", "Payment's id")]
    deposit_id: Annotated[int | None, words("Nomor isi saldo", "Top-up's id")]
    payment: Annotated[str, words("Pembayaran", "Payment")]
    payment_status: Annotated[str, words("Keadaan pembayaran", "Payment's state")]
    method: Annotated[str, words("Cara bayar", "Method")]
    file: Annotated[str, words("Berkas", "File")]
    size_bytes: Annotated[int, words("Ukuran (bita)", "Size (bytes)")]
    uploaded_at: Annotated[datetime, words("Datang", "Came")]
    can: Annotated[tuple[str, ...], words("Tindakan", "Acts")]


def row_of(one: ProofRow) -> ListedProof:
    """A proof as it is listed."""
    confirm = "topups.confirm" if one.order_id is None else "payments.confirm"
    can = (confirm,) if one.payment_status in sql.MAY_COME | sql.DEPOSIT_MAY_COME else ()
    paid_id, deposit_id = (None, one.payment_id) if one.order_id is None else (one.payment_id, None)
    return ListedProof(
        one.proof_id, one.asked_sen, one.order_id, one.order_number, paid_id, deposit_id, one.payment,
        one.payment_status, way_of(one.method, one.channel_code), one.kind, one.size_bytes, one.uploaded_at, can,
    )  # fmt: skip


async def run(within: Within, wanted: ProofFilter) -> ViewPage:
    """Newest first. A page may have few rows, or none, and others follow."""
    before_id = int(wanted.after or 0) or 2**63 - 1
    async with within.engine.connection() as connection:
        found, went_to = await sql.page(
            connection, within.merchant_id, within.environment, wanted.waiting, before_id, wanted.limit + 1
        )
    return cut(found, wanted.limit, lambda one: str(one.proof_id), str(went_to or ""), row_of)


VIEW = View(
    "proofs.list", "money:read", Bilingual("Bukti transfer", "Proofs of transfers"), ProofFilter, ListedProof, run
)
