"""How a wallet came to have what it has."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.domain.records import Account, Transfer
from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import After, paged
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.wallets import wallet_of
from gerai.kit.bilingual import Bilingual
from gerai.store import wallets as sql


class StatementFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``id``: the member's."""

    id: Annotated[Id, words("Nomor anggota", "Member")]
    after: Annotated[After, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class StatementRow(msgspec.Struct, frozen=True):
    """A transfer. ``in_sen`` and ``out_sen``: by so much more or less was available then; ``available_sen``: how much
    there was afterwards; ``phase``: ``pending`` holds an amount, ``post`` takes of what was held and lets the rest go,
    ``void`` lets it go, ``single`` moves at once; ``order``: the number of the order it is of."""

    id: Annotated[Id, words("Nomor", "Id")]
    created_at: Annotated[datetime, words("Waktu", "Time")]
    reason: Annotated[str, words("Sebab", "Reason")]
    phase: Annotated[str, words("Tahap", "Phase")]
    in_sen: Annotated[int, words("Masuk", "In")]
    out_sen: Annotated[int, words("Keluar", "Out")]
    available_sen: Annotated[int, words("Tersedia sesudahnya", "Available afterwards")]
    order: Annotated[str, words("Pesanan", "Order")]
    note: Annotated[str, words("Catatan", "Note")]


async def run(within: Within, wanted: StatementFilter) -> ViewPage:
    """Newest first. Refuses NotFound."""
    async with within.engine.connection() as connection:
        _, wallet = await wallet_of(connection, within, wanted.id)
        of = (within.merchant_id, wallet.account_id, int(wanted.after or 0) or None, wanted.limit + 1)
        found = await sql.statement(connection, *of)
        order_ids = sorted({t.order_id for t in found if t.order_id is not None})
        numbers = await sql.numbers_of_orders(connection, within.merchant_id, order_ids)
        held = await sql.amounts_held(connection, within.merchant_id, [t.pending_id for t in found if t.pending_id])
    rows = [_row(wallet, t, numbers.get(t.order_id or 0, ""), held.get(t.pending_id or 0, 0)) for t in found]
    return paged(rows, wanted.limit)


def _row(wallet: Account, transfer: Transfer, number: str, held_sen: int) -> StatementRow:
    debited = transfer.debit_account_id == wallet.account_id
    after = transfer.debit_available_after if debited else transfer.credit_available_after
    amount = transfer.amount_sen
    ended = {"post": held_sen - amount, "void": amount}
    change = ended.get(transfer.phase, -amount if debited else amount)
    return StatementRow(
        transfer.transfer_id, transfer.created_at, transfer.reason, transfer.phase, max(change, 0), max(-change, 0),
        after or 0, number, transfer.note,
    )  # fmt: skip


VIEW = View(
    "wallets.statement", "money:read", Bilingual("Mutasi saldo", "Statement of a wallet"), StatementFilter,
    StatementRow, run,
)  # fmt: skip
