"""Keep where a refund's payer wants the money."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.refunds import moved
from gerai.engine.desk.registry import Act, Done
from gerai.engine.payments.end_refund import DESTINATION, AddressRefund
from gerai.kit.bilingual import Bilingual

_Part = Annotated[str, Meta(max_length=200)]


class RefundTo(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays as it was."""

    id: Annotated[Id, words("Nomor pengembalian", "Refund")]
    bank: Annotated[_Part | UnsetType, words("Bank", "Bank", "BCA")] = UNSET
    number: Annotated[_Part | UnsetType, words("Nomor rekening", "Account number", "1234567890")] = UNSET
    holder: Annotated[_Part | UnsetType, words("Nama pemilik", "Holder", "Ani")] = UNSET


async def run(within: Within, given: RefundTo) -> Done:
    """Refuses NotFound, InputInvalid (nothing is given), StateConflict (the refund has ended, or its gateway sends
    it)."""
    said = {name: getattr(given, name) for name in DESTINATION}
    destination = {name: value.strip() for name, value in said.items() if value is not UNSET}
    if not destination:
        raise InputInvalid({"number": ["is required"]})
    return await moved(within, given.id, AddressRefund, destination=destination)


ACT = Act(
    "refunds.destination", "money:act", Bilingual("Isi rekening tujuan", "Say where it goes"), RefundTo, run,
    reasoned=True, grave=True,
)  # fmt: skip
