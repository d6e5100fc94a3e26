"""What the books' views share: the accounts of a shop over a time, read by one at a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Final

import msgspec

from gerai.domain.refusals import Busy
from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.kit.bilingual import Bilingual
from gerai.store import check as check_sql
from gerai.store import statement as sql
from gerai.store.connection import Connection

_NAMES: Final = {
    "bank": Bilingual("Bank", "Bank"),
    "fees": Bilingual("Biaya", "Fees"),
    "funding": Bilingual("Modal saldo anggota", "Funding of wallets"),
    "gateway": Bilingual("Di gerbang pembayaran dan rekening", "At gateways and accounts"),
    "refunds_owed": Bilingual("Pengembalian yang belum dikirim", "Refunds to be sent"),
    "sales": Bilingual("Penjualan", "Sales"),
    "suspense": Bilingual("Uang yang menunggu keputusan", "Money that waits for a decision"),
    "wallet": Bilingual("Saldo anggota", "Members' wallets"),
}


class BookAccountRow(msgspec.Struct, frozen=True):
    """One kind of account over a time. Amounts are credits less debits: what the shop has somewhere is below nothing,
    what it owes or has earned above. Over all rows, opening and closing sum to nothing and debits equal credits."""

    account: Annotated[str, words("Kode", "Code")]
    name: Annotated[Bilingual, words("Akun", "Account")]
    opening_sen: Annotated[int, words("Awal", "Opening")]
    debits_sen: Annotated[int, words("Debit", "Debits")]
    credits_sen: Annotated[int, words("Kredit", "Credits")]
    closing_sen: Annotated[int, words("Akhir", "Closing")]


async def accounts_over(within: Within, since: datetime, until: datetime) -> list[BookAccountRow]:
    """Every kind of account, from ``since`` until before ``until``. Reads all transfers. Refuses Busy: somebody else
    does."""
    async with alone(within) as connection, connection.transaction():
        await connection.execute(check_sql.NO_TIME_LIMIT)
        found = await sql.movements(connection, within.merchant_id, within.environment, since, until)
    return [
        BookAccountRow(
            one.kind, _NAMES[one.kind], one.opening_sen, one.debits_sen, one.credits_sen,
            one.opening_sen + one.credits_sen - one.debits_sen,
        )
        for one in found
    ]  # fmt: skip


@asynccontextmanager
async def alone(within: Within) -> AsyncGenerator[Connection]:
    """A connection that may read all of the shop's books, one at a time: that takes as long as they are large. Refuses
    Busy."""
    async with within.engine.connection() as connection:
        if not await sql.take_turn(connection, within.merchant_id):
            raise Busy()
        try:
            yield connection
        finally:
            await sql.end_turn(connection, within.merchant_id)
