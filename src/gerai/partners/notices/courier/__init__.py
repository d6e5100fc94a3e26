"""A courier has paid out what it took at doors: the form of our own (docs/how-to/cash-on-delivery.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

from gerai.domain.money import MAX_SEN
from gerai.kit.moments import epoch_time, jakarta_time
from gerai.kit.wire import WireFault, read_as, sen_of
from gerai.ports.notices import CourierPayout, NoticeFault, NoticeForm, PaidParcel, shows_secret

#: Of one notice: each is booked by itself.
MOST_PARCELS: Final = 1000
_LONGEST: Final = 100


class _Parcel(msgspec.Struct, frozen=True):
    """``receipt``: the courier's number; ``collected``: what was taken at the door; ``fee``: what was kept of it."""

    receipt: str
    collected: Any
    fee: Any = None


class _Payout(msgspec.Struct, frozen=True):
    """``reference``: the payout's; ``paid_at``: when; ``fee``: what was kept of all of it, where no parcel has one."""

    reference: str
    paid_at: str | int
    parcels: list[_Parcel]
    fee: Any = None


def read(body: bytes) -> CourierPayout:
    try:
        payout = read_as(_Payout, body)
        if not 0 < len(payout.parcels) <= MOST_PARCELS:
            raise NoticeFault(f"it has no parcel, or more than {MOST_PARCELS}")
        if payout.fee is not None and any(one.fee is not None for one in payout.parcels):
            raise NoticeFault("it has a fee for all parcels and one of a parcel: only one of them can be meant")
        parcels = tuple(_parcel(one) for one in payout.parcels)
        fee_sen = None if payout.fee is None else _fee(payout.fee)
    except WireFault as fault:
        raise NoticeFault(str(fault)) from fault
    if fee_sen is not None and fee_sen > sum(one.collected_sen for one in parcels):
        raise NoticeFault("its fee is more than what was collected")
    return CourierPayout(_text(payout.reference, "reference"), _moment(payout.paid_at), parcels, fee_sen)


def _parcel(one: _Parcel) -> PaidParcel:
    collected_sen, fee_sen = sen_of(one.collected, MAX_SEN), 0 if one.fee is None else _fee(one.fee)
    if fee_sen > collected_sen:
        raise NoticeFault("the fee of a parcel is more than what was collected for it")
    return PaidParcel(_text(one.receipt, "receipt"), collected_sen, fee_sen)


def _fee(given: Any) -> int:
    """None at all is a fee, too."""
    nothing = not isinstance(given, bool) and given in (0, "0", "0.00")
    return 0 if nothing else sen_of(given, MAX_SEN)


def _text(given: str, what: str) -> str:
    text = " ".join(given.split())
    if not 0 < len(text) <= _LONGEST or not text.isprintable():
        raise NoticeFault(f"a {what} is empty, longer than {_LONGEST} characters, or cannot be printed")
    return text


def _moment(given: str | int) -> datetime:
    at = epoch_time(str(given)) or jakarta_time(str(given))
    if at is None:
        raise NoticeFault("paid_at is no time")
    return at


FORM: Final = NoticeForm(
    name="courier",
    title="Kurir (COD) / courier (COD)",
    names_account=False,
    of_account=False,
    proven_by="ours",
    steps={
        "id": (
            "Berikan alamat dan rahasia di atas kepada kurir, atau kepada program yang membaca laporannya.",
            "Kirim POST untuk tiap pencairan COD, header X-Gerai-Secret: rahasianya. Isi: JSON dengan reference, "
            "paid_at, fee, dan parcels (receipt, collected).",
        ),
        "en": (
            "Give the address and the secret above to the courier, or to the program that reads its reports.",
            "POST for each payout of cash on delivery, header X-Gerai-Secret: the secret. Body: JSON with reference, "
            "paid_at, fee, and parcels (receipt, collected).",
        ),
    },
    answer={"success": True},
    genuine=shows_secret,
    read=read,
)
