"""The contract's ways to pay: which method each ``type`` stands for, and what an order needs for it (§6.1)."""

from __future__ import annotations

from typing import Final

import msgspec

from gerai.doors.dialects.durianpay.request import NewItem
from gerai.doors.dialects.durianpay.request_rules import BLANK


class ChargeType(msgspec.Struct, frozen=True):
    """One ``type``: the payment method it stands for, the request field that names its channel (or, without one,
    its only channel), the fields it needs, what its payments are called in lists, and the words that the ``type`` of
    its request may have where that names no channel (none: there is no such field)."""

    type: str
    method: str
    channel_field: str
    only_channel: str
    required: tuple[str, ...]
    details_name: str
    kinds: tuple[str, ...] = ()


CHARGE_TYPES: Final = (
    ChargeType("VA", "va", "bank_code", "", ("bank_code", "name"), "va_details"),
    ChargeType("EWALLET", "ewallet", "wallet_type", "", ("wallet_type", "mobile"), "ewallet_details"),
    ChargeType("RETAILSTORE", "retail", "bank_code", "", ("bank_code", "name"), "retailstore_details"),
    ChargeType(
        "ONLINE_BANKING", "online_banking", "type", "", ("type", "name", "mobile"), "online_banking_details"
    ),
    ChargeType("QRIS", "qris", "", "QRIS", (), "qris_details", ("DANA", "QRIS")),
    ChargeType("CARD", "card", "", "CARD", (), "card_details"),
    ChargeType(
        "BNPL", "bnpl", "payment_method_unique_id", "", ("payment_method_unique_id",), "bnpl_details"
    ),
)  # fmt: skip
BY_NAME: Final = {kind.type: kind for kind in CHARGE_TYPES} | {"RETAIL_STORE": CHARGE_TYPES[2]}
BY_METHOD: Final = {kind.method: kind for kind in CHARGE_TYPES}


def unfit(
    type: str, channel: str, payment_option: str, items: tuple[NewItem, ...], address: dict[str, str]
) -> dict[str, list[str]]:
    """What an order lacks to be paid this way: BNPL and LINKAJA need items, BNPL an address (seed); an order in
    instalments is paid by CARD or BNPL (contract README). Field → texts, empty when it fits."""
    lacking: dict[str, list[str]] = {}
    if payment_option == "installment" and type not in ("CARD", "BNPL"):
        lacking["type"] = ["an installment order is paid by CARD or BNPL"]
    if (type == "BNPL" or channel == "LINKAJA") and not items:
        lacking["items"] = [BLANK]
    if type == "BNPL" and not address:
        lacking["customer.address"] = [BLANK]
    return lacking
