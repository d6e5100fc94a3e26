"""Put money into a member's wallet that arrived outside of Gerai, or that the shop gives."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.domain.money import SEN_PER_RUPIAH
from gerai.domain.refusals import InputInvalid
from gerai.engine.acting import by_actor, why_now
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.desk.fields import AmountSen, Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.wallets import move, wallet_of
from gerai.engine.merchants.open import note
from gerai.engine.references import read_reference, wallet_under
from gerai.kit.bilingual import Bilingual


class TopUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``id``: the member's. ``reference``: the bank's, kept with it; under the same one money is booked once, for one
    thing."""

    id: Annotated[Id, words("Nomor anggota", "Member")]
    amount_sen: Annotated[AmountSen, words("Jumlah", "Amount", 50_000_00)]
    reference: Annotated[Annotated[str, Meta(max_length=200)], words("Nomor bukti", "Reference", "FT26334K")] = ""


async def run(within: Within, given: TopUp) -> Done:
    """A deposit that succeeds at once, which the member sees where its door shows deposits; the reason is its note.

    Refuses NotFound (no such member with a wallet here), InputInvalid (parts of a rupiah), AmountOutOfRange,
    IdempotencyKeyReused (the reference was booked for something else).
    """
    if given.amount_sen % SEN_PER_RUPIAH:
        raise InputInvalid({"amount_sen": ["must be whole rupiah"]})
    async with within.engine.connection() as connection:
        member, wallet = await wallet_of(connection, within, given.id)
    reference = read_reference(given.reference)
    deposit_id = within.engine.ids.next()
    code = within.house.deposit_codes.get(member.channel)
    now, sandbox = within.engine.now(within.merchant_id, within.environment), within.environment == "sandbox"
    command = ManualDeposit(
        merchant_id=within.merchant_id,
        environment=within.environment,
        account_id=wallet.account_id,
        amount_sen=given.amount_sen,
        note=why_now(),
        reference=reference,
        channel=member.channel,
        deposit_id=deposit_id,
        public_id="" if code is None else code(deposit_id, now, sandbox=sandbox),
        by=by_actor(),
    )
    note(given.id, amount_sen=given.amount_sen, deposit_id=str(deposit_id), reference=reference)
    under = wallet_under(reference, wallet.account_id, given.amount_sen)
    return await move(within, given.id, command, under)


ACT = Act(
    "wallets.top_up", "money:act", Bilingual("Isi saldo", "Top a wallet up"), TopUp, run, reasoned=True, grave=True
)
