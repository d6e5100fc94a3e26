"""What members have in their wallets."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import After, paged
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.store import wallets as sql


class WalletFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Those of the desk's environment."""

    after: Annotated[After, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class WalletRow(msgspec.Struct, frozen=True):
    """One wallet. ``id``: its member's; ``held_sen``: what waits for orders that are under way."""

    id: Annotated[Id, words("Nomor anggota", "Member")]
    door: Annotated[str, words("Konter", "Counter")]
    public_id: Annotated[str, words("Tanda pengenal", "Identifier")]
    name: Annotated[str, words("Nama", "Name")]
    available_sen: Annotated[int, words("Tersedia", "Available")]
    held_sen: Annotated[int, words("Tertahan", "Held")]
    environment: Annotated[str, words("Lingkungan", "Environment")]


async def run(within: Within, wanted: WalletFilter) -> ViewPage:
    """By member."""
    of = (within.merchant_id, within.environment, int(wanted.after or 0), wanted.limit + 1)
    async with within.engine.connection() as connection:
        found = await sql.page(connection, *of)
    return paged([WalletRow(*wallet, within.environment) for wallet in found], wanted.limit)


VIEW = View(
    "wallets.list", "money:read", Bilingual("Saldo anggota", "Wallets"), WalletFilter, WalletRow, run, personal=True
)
