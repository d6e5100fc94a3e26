"""Xendit's channels: their codes, bounds, lives and refunds as its page of each channel has them."""

from __future__ import annotations

from typing import Final, Literal

from gerai.domain.money import rupiah
from gerai.ports.gateways import GatewayChannel, Way
from gerai.ports.payments import Bounds

_HOUR_S: Final = 3_600


def _channel(
    code: str, least: int, most: int, life_s: int | None = None, refund: Literal["none", "full", "partial"] = "none"
) -> GatewayChannel:
    """Bounds in rupiah. ``life_s``: None where an end may be chosen."""
    return GatewayChannel(code=code, bounds=Bounds(rupiah(least), rupiah(most)), refund=refund, life_s=life_s)


def _account(bank: str, least: int = 1, most: int = 50_000_000_000) -> GatewayChannel:
    return _channel(f"{bank}_VIRTUAL_ACCOUNT", least, most)


CHANNELS: Final[dict[Way, GatewayChannel]] = {
    ("qris", "QRIS"): _channel("QRIS", 1, 10_000_000, 48 * _HOUR_S, "partial"),
    ("va", "BCA"): _account("BCA", 10_000, 50_000_000),
    ("va", "BNI"): _account("BNI"),
    ("va", "BRI"): _account("BRI"),
    ("va", "BSI"): _account("BSI"),
    ("va", "MANDIRI"): _account("MANDIRI"),
    ("va", "PERMATA"): _account("PERMATA", 1, 9_999_999_999),
    ("va", "SAHABAT_SAMPOERNA"): _account("BSS"),
    ("ewallet", "DANA"): _channel("DANA", 100, 20_000_000, 24 * _HOUR_S, "partial"),
    ("ewallet", "LINKAJA"): _channel("LINKAJA", 100, 10_000_000, _HOUR_S // 2, "full"),
    ("ewallet", "SHOPEEPAY"): _channel("SHOPEEPAY", 1, 20_000_000, _HOUR_S // 2, "partial"),
    ("retail", "ALFAMART"): _channel("ALFAMART", 10_000, 5_000_000),
    ("retail", "INDOMARET"): _channel("INDOMARET", 10_000, 5_000_000),
}
