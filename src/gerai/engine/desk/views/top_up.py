"""One top-up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.engine.desk.fields import ById, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import account_named
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.top_ups import TopUpRow, row_of
from gerai.kit.bilingual import Bilingual
from gerai.store import gateways, proofs


class WholeTopUp(TopUpRow, frozen=True, kw_only=True):
    """A top-up. ``fee_sen``: what its method keeps; ``matching_sen``: so much more is asked for, so that no other money
    is taken for it; ``provider_reference``: the gateway's or the bank's; ``held_at``: since when its money waits, or
    waited, for somebody to decide; ``gateway_fault``: why somebody should look at its gateway."""

    fee_sen: Annotated[int, words("Biaya", "Fee")]
    matching_sen: Annotated[int, words("Angka unik", "Unique amount")]
    number: Annotated[str, words("Nomor untuk dibayar", "Number to pay to")]
    account: Annotated[str, words("Rekening Anda", "Your account")]
    provider_reference: Annotated[str, words("Nomor bank atau gateway", "Bank's or gateway's number")]
    gateway_fault: Annotated[str, words("Perlu dilihat di gateway", "Look at the gateway")]
    note: Annotated[str, words("Catatan", "Note")]
    proofs: Annotated[tuple[int, ...], words("Bukti transfer", "Proofs")]
    held_at: Annotated[datetime | None, words("Menunggu sejak", "Waits since")]
    expires_at: Annotated[datetime | None, words("Sampai", "Until")]


async def run(within: Within, wanted: ById) -> ViewPage:
    """It, or nothing."""
    one = await within.engine.deposits.by_id(within.merchant_id, wanted.id)
    if one is None or one.environment != within.environment:
        return ViewPage([])
    async with within.engine.connection() as connection:
        attempt = await gateways.attempt(connection, within.merchant_id, one.deposit_id)
        sent = await proofs.of_payment(connection, within.merchant_id, one.deposit_id)
    shown = WholeTopUp(
        **msgspec.structs.asdict(row_of(one)),
        fee_sen=one.fee_sen,
        matching_sen=one.matching_sen,
        number=str(one.instructions.get("code", "")),
        account=account_named(within, one.receiving_id),
        provider_reference=one.provider_reference,
        gateway_fault="" if attempt is None else attempt.fault,
        note=one.note,
        proofs=tuple(proof.proof_id for proof in sent),
        held_at=one.held_at,
        expires_at=one.expires_at,
    )
    return ViewPage([shown])


VIEW = View("topups.show", "money:read", Bilingual("Sebuah isi saldo", "A top-up"), ById, WholeTopUp, run)
