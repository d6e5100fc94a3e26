"""What one member has in the wallet."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.wallets import WalletRow
from gerai.engine.desk.wallets import wallet_of
from gerai.kit.bilingual import Bilingual


async def run(within: Within, wanted: ById) -> ViewPage:
    """By its member's id. Refuses NotFound."""
    async with within.engine.connection() as connection:
        member, wallet = await wallet_of(connection, within, wanted.id)
    row = WalletRow(
        member.member_id, member.channel, member.public_id, member.name, wallet.available_sen, wallet.debits_pending,
        within.environment,
    )  # fmt: skip
    return ViewPage([row])


VIEW = View("wallets.show", "money:read", Bilingual("Saldo seorang anggota", "A wallet"), ById, WalletRow, run)
