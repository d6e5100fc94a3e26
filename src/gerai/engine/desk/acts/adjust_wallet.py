"""Put a member's wallet right."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from gerai.engine.acting import why_now
from gerai.engine.desk.fields import AmountSen, Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.wallets import move, wallet_of
from gerai.engine.merchants.open import note
from gerai.engine.wallet.adjust import AdjustWallet
from gerai.kit.bilingual import Bilingual


class Adjustment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``id``: the member's. ``direction``: ``up`` puts the amount into the wallet, ``down`` takes it out."""

    id: Annotated[Id, words("Nomor anggota", "Member")]
    direction: Annotated[Literal["up", "down"], words("Arah", "Direction", "down")]
    amount_sen: Annotated[AmountSen, words("Jumlah", "Amount", 50_000_00)]


async def run(within: Within, given: Adjustment) -> Done:
    """The money comes from the shop or goes back to it, never what is held for orders; the reason is its note. Refuses
    NotFound (no such member with a wallet here), InsufficientFunds, AmountOutOfRange."""
    async with within.engine.connection() as connection:
        _, wallet = await wallet_of(connection, within, given.id)
    command = AdjustWallet(
        merchant_id=within.merchant_id,
        environment=within.environment,
        account_id=wallet.account_id,
        change_sen=given.amount_sen if given.direction == "up" else -given.amount_sen,
        note=why_now(),
    )
    note(given.id, direction=given.direction, amount_sen=given.amount_sen)
    return await move(within, given.id, command)


ACT = Act(
    "wallets.adjust", "money:act", Bilingual("Betulkan saldo", "Put a wallet right"), Adjustment, run,
    reasoned=True, grave=True,
)  # fmt: skip
