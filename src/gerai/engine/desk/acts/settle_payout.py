"""Book what a gateway, or the acquirer of an own account, has paid out."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.domain.records import Payout
from gerai.domain.refusals import InputInvalid, StateConflict
from gerai.engine.acting import by_actor
from gerai.engine.desk.days import FIRST_DAY
from gerai.engine.desk.fields import Id, PriceSen, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.payouts import MeantPayout, Payer, parts_of, payer_named
from gerai.engine.desk.registry import Act, Done, submitted
from gerai.engine.merchants.open import note
from gerai.engine.payouts.find import midnight
from gerai.engine.payouts.settle import MOST, SettledPayout, SettlePayout
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import jakarta, real_now

_Named = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]


class PayoutCame(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``whose``: the gateway's name, ``qris``, or the id of a contract or account. ``day``: all that was expected on
    it, or ``payments``: by their ids, their orders' numbers, or top-ups' codes. ``amount_sen`` came, less ``fee_sen``,
    all that was kept of these payments; None: as is known. ``refunds``: ids of those that were taken off. ``paid_on``:
    the day on which it came; None: today. Under one ``reference`` it is booked once."""

    whose: Annotated[_Named, words("Dari", "From", "midtrans")]
    amount_sen: Annotated[PriceSen, words("Yang masuk ke rekening", "What came into your bank account", 290_000_00)]
    reference: Annotated[_Named, words("Nomor pencairan", "The payout's reference", "WD-31")]
    day: Annotated[date | None, words("Semua yang ditunggu pada hari", "All that was expected on", "2026-12-01")] = None
    payments: Annotated[
        Annotated[tuple[_Named, ...], Meta(max_length=MOST)],
        words("Pembayaran, pesanan atau isi saldo", "Payments, orders or top-ups", ("NO-1",)),
    ] = ()
    fee_sen: Annotated[PriceSen | None, words("Semua yang dipotong", "All that was kept")] = None
    refunds: Annotated[
        Annotated[tuple[Id, ...], Meta(max_length=MOST)],
        words("Nomor pengembalian yang dipotong", "Refunds that were taken off"),
    ] = ()
    paid_on: Annotated[date | None, words("Masuk pada", "Came on", "2026-12-01")] = None


async def run(within: Within, given: PayoutCame) -> Done:
    """The money is in the bank, and each of these payments in this payout, ever; all of them or none.

    Refuses InputInvalid (nobody is called so; no day and no payment; nothing is expected on the day; a payment that
    they did not take; a day that is not yet), AmountMismatch (not what is left of these payments), StateConflict (one
    of them is in a payout already, or its money never came; ``payout``: the reference is another payout's).
    """
    of = (within.merchant_id, within.environment)
    payer = payer_named(await within.engine.payouts.paying_out(within.merchant_id), given.whose.strip(), of[1])
    if given.paid_on is not None and not FIRST_DAY <= given.paid_on <= jakarta(real_now()).date():
        raise InputInvalid({"paid_on": [f"{given.paid_on} is not yet, or long ago: it is the day on which it came"]})
    if not given.payments and given.day is None:
        raise InputInvalid({"payments": ["of which payments? Name them, or the day on which they were expected"]})
    if (known := await _booked(within, given, payer)) is not None:
        return _done(SettledPayout(known, booked=False), payer)
    meant = MeantPayout(given.payments, given.day, given.refunds, tuple(within.house.deposit_codes))
    parts = await parts_of(within.engine, within.merchant_id, payer, meant)
    command = SettlePayout(
        merchant_id=of[0],
        environment=of[1],
        contract_id=payer.who.id,
        also=payer.ids[1:],
        reference=given.reference.strip(),
        amount_sen=given.amount_sen,
        fee_sen=given.fee_sen,
        paid_at=None if given.paid_on is None else midnight(given.paid_on),
        by=by_actor(),
        **parts,
    )
    note(payer.who.id, whose=payer.who.name, reference=command.reference, amount_sen=given.amount_sen)
    outcome = await submitted(within, command)
    return _done(outcome.answer, payer, replayed=outcome.replayed)


async def _booked(within: Within, given: PayoutCame, payer: Payer) -> Payout | None:
    """The payout of this reference, where a day stands for its payments, which are expected no more. Refuses
    StateConflict: it was booked with another amount or fee."""
    if given.payments:
        return None
    reference = given.reference.strip()
    known = await within.engine.payouts.by_reference(within.merchant_id, payer.who.id, reference)
    if known is not None and (known.amount_sen != given.amount_sen or given.fee_sen not in (None, known.fee_sen)):
        raise StateConflict("payout", reference, "booked", "settle")
    return known


def _done(settled: SettledPayout, payer: Payer, *, replayed: bool = False) -> Done:
    payout = settled.payout
    details = {
        "whose": payer.who.name, "reference": payout.reference, "amount_sen": payout.amount_sen,
        "fee_sen": payout.fee_sen, "payments": payout.payments,
    }  # fmt: skip
    return Done(str(payout.payout_id), replayed=replayed or not settled.booked, details=details)


ACT = Act(
    "payouts.settle", "money:act", Bilingual("Bukukan pencairan", "Book a payout"), PayoutCame, run,
    reasoned=True, grave=True,
)  # fmt: skip
