"""The ways to pay that Midtrans has: its names, its bounds, and what a charge of each of them holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal

from gerai.domain.money import rupiah
from gerai.domain.settlement import SettleRule
from gerai.ports.gateways import Attempt, GatewayChannel, Way
from gerai.ports.payments import Bounds

CARD: Final[Way] = ("card", "CARD")
MANDIRI: Final[Way] = ("va", "MANDIRI")
#: A day and a week in seconds.
_DAY_S: Final = 86_400
_WEEK_S: Final = 7 * _DAY_S
#: What one can be paid for that nobody gave an end: codes and wallets, and all that is typed.
_SCANNED_S: Final = 900
#: Of a bill, what the bank shows above the seller's name (at most 10 letters), and how long that name may be.
_BILL: Final = "Pembayaran"
_LONGEST_BILL_NAME: Final = 30
#: It pays out on working days; what its cut-off is for each way is not published.
_SOON, _LATER = SettleRule(2), SettleRule(5)


def _channel(
    code: str,
    least: int,
    most: int,
    refund: Literal["none", "full", "partial"] = "none",
    shortest_s: int = 60,
    longest_s: int = 180 * _DAY_S,
    settles: SettleRule = _SOON,
) -> GatewayChannel:
    bounds = Bounds(rupiah(least), rupiah(most))
    return GatewayChannel(code, bounds, refund=refund, shortest_s=shortest_s, longest_s=longest_s, settles=settles)


#: Bounds of the acquirers, as Midtrans lists them; where it lists none, those of its largest.
CHANNELS: Final[Mapping[Way, GatewayChannel]] = MappingProxyType({
    ("qris", "QRIS"): _channel("qris", 1, 10_000_000, "partial", longest_s=_WEEK_S),
    ("va", "BCA"): _channel("bca_va", 10_000, 20_000_000_000),
    ("va", "BNI"): _channel("bni_va", 1, 20_000_000_000),
    ("va", "BRI"): _channel("bri_va", 1, 20_000_000_000),
    ("va", "PERMATA"): _channel("permata_va", 1, 9_999_999_999),
    ("va", "CIMB"): _channel("cimb_va", 1, 250_000_000),
    MANDIRI: _channel("echannel", 1, 50_000_000_000),
    ("ewallet", "GOPAY"): _channel("gopay", 1, 20_000_000, "partial", longest_s=_WEEK_S),
    ("ewallet", "SHOPEEPAY"): _channel("shopeepay", 1, 20_000_000, "full", longest_s=_WEEK_S),
    ("retail", "ALFAMART"): _channel("alfamart", 1, 5_000_000, settles=_LATER),
    ("retail", "INDOMARET"): _channel("indomaret", 10_000, 5_000_000, settles=_LATER),
    CARD: _channel("credit_card", 10_000, 999_999_999, "partial", 300, _WEEK_S, _LATER),
})  # fmt: skip
#: Midtrans keeps no answer for these under an ``Idempotency-Key``.
NOT_REPEATABLE: Final[frozenset[Way]] = frozenset({("va", "PERMATA"), ("retail", "INDOMARET")})


def own_life_s(way: Way) -> int:
    """For how long it can be paid when nobody gave it an end."""
    return _SCANNED_S if way[0] in ("qris", "ewallet") else _DAY_S


def ends_at(attempt: Attempt) -> datetime | None:
    """When it is payable no longer: as is wished, but no later than Midtrans can; None: its own time."""
    latest = attempt.at + timedelta(seconds=CHANNELS[attempt.way].longest_s)
    return None if attempt.ends_at is None else min(attempt.ends_at, latest)


def charged(attempt: Attempt, facts: Mapping[str, str]) -> Mapping[str, object]:
    """The part of a charge that depends on the way it is paid."""
    match attempt.way:
        case ("qris", _):
            acquirer = facts.get("qris_acquirer", "")
            return {"payment_type": "qris"} | ({"qris": {"acquirer": acquirer}} if acquirer else {})
        case ("va", "MANDIRI"):
            bill = {"bill_info1": _BILL, "bill_info2": _plain(attempt.merchant_name)[:_LONGEST_BILL_NAME]}
            return {"payment_type": "echannel", "echannel": bill}
        case ("va", "PERMATA"):
            return {"payment_type": "permata"}
        case ("va", bank):
            return {"payment_type": "bank_transfer", "bank_transfer": {"bank": bank.lower()}}
        case ("ewallet", "GOPAY"):
            return {"payment_type": "gopay", "gopay": {"enable_callback": True, "callback_url": attempt.page_url}}
        case ("ewallet", wallet):
            return {"payment_type": wallet.lower(), wallet.lower(): {"callback_url": attempt.page_url}}
        case (_, store):
            return {"payment_type": "cstore", "cstore": {"store": store.lower()}}


def _plain(name: str) -> str:
    """A name in letters that a cash machine has."""
    return " ".join("".join(letter if letter.isascii() and letter.isprintable() else " " for letter in name).split())
