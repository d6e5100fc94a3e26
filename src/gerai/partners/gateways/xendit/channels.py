"""Xendit's channels: their codes, bounds, lives and refunds as its page of each channel has them."""

from __future__ import annotations

from typing import Final, Literal

from gerai.domain.money import rupiah
from gerai.domain.settlement import SettleRule
from gerai.ports.gateways import GatewayChannel, Way
from gerai.ports.payments import Bounds

_HOUR_S: Final = 3_600
#: Into the balance with Xendit, from where it is withdrawn. Accounts are at once, BCA's after a day; wallets and codes
#: after two calendar days, moved on from weekends; of shops only that it is five days.
_AT_ONCE: Final = SettleRule(0, working=False, lands_working=False, source="documented")
_NEXT_DAY: Final = SettleRule(1, working=False, source="documented")
_SECOND_DAY: Final = SettleRule(2, working=False, source="documented")
_SHOPS: Final = SettleRule(5, source="assumed")


def _channel(
    code: str,
    least: int,
    most: int,
    life_s: int | None = None,
    refund: Literal["none", "full", "partial"] = "none",
    settles: SettleRule = _SECOND_DAY,
) -> GatewayChannel:
    """Bounds in rupiah. ``life_s``: None where an end may be chosen."""
    bounds = Bounds(rupiah(least), rupiah(most))
    return GatewayChannel(code=code, bounds=bounds, refund=refund, life_s=life_s, settles=settles)


def _account(bank: str, least: int = 1, most: int = 50_000_000_000, settles: SettleRule = _AT_ONCE) -> GatewayChannel:
    return _channel(f"{bank}_VIRTUAL_ACCOUNT", least, most, settles=settles)


CHANNELS: Final[dict[Way, GatewayChannel]] = {
    ("qris", "QRIS"): _channel("QRIS", 1, 10_000_000, 48 * _HOUR_S, "partial"),
    ("va", "BCA"): _account("BCA", 10_000, 50_000_000, _NEXT_DAY),
    ("va", "BNI"): _account("BNI"),
    ("va", "BRI"): _account("BRI"),
    ("va", "BSI"): _account("BSI"),
    ("va", "MANDIRI"): _account("MANDIRI"),
    ("va", "PERMATA"): _account("PERMATA", 1, 9_999_999_999),
    ("va", "SAHABAT_SAMPOERNA"): _account("BSS"),
    ("ewallet", "DANA"): _channel("DANA", 100, 20_000_000, 24 * _HOUR_S, "partial"),
    ("ewallet", "LINKAJA"): _channel("LINKAJA", 100, 10_000_000, _HOUR_S // 2, "full"),
    ("ewallet", "SHOPEEPAY"): _channel("SHOPEEPAY", 1, 20_000_000, _HOUR_S // 2, "partial"),
    ("retail", "ALFAMART"): _channel("ALFAMART", 10_000, 5_000_000, settles=_SHOPS),
    ("retail", "INDOMARET"): _channel("INDOMARET", 10_000, 5_000_000, settles=_SHOPS),
}
