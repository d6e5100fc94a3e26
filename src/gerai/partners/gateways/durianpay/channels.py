"""What may be offered: banks, wallets and shops as the contract's charge names them, with its bounds (README)."""

from __future__ import annotations

from typing import Final

from gerai.domain.money import rupiah
from gerai.domain.settlement import SettleRule
from gerai.ports.gateways import GatewayChannel, Way
from gerai.ports.payments import Bounds

#: The ``type`` of a charge, by our method.
CHARGE_TYPES: Final = {"va": "VA", "qris": "QRIS", "ewallet": "EWALLET", "retail": "RETAILSTORE"}
#: Wallets that ask the payer in their own app, without an address to go to: charged twice, they would ask twice.
PUSHED: Final = frozenset({("ewallet", "OVO")})
_HOUR_S: Final = 3_600
#: When a settlement is made is on no page that could be read; that of shops takes longer everywhere.
_SHOPS: Final = SettleRule(5)
_WALLET_MOST: Final = 10_000_000
#: Banks that the contract gives no bounds for.
_OTHERS: Final = ("CIMB", "BTPN", "SAHABAT_SAMPOERNA", "SINARMAS", "MAYBANK", "SYARIAH", "DANAMON", "OTHERS")
#: Banks, each with the most of one payment in rupiah.
_BANKS: Final = {
    "BCA": 999_999_999_999, "MANDIRI": 50_000_000_000, "BNI": 50_000_000_000, "BRI": 50_000_000_000,
    "PERMATA": 9_999_999_999,
    **dict.fromkeys(_OTHERS, 50_000_000),
}  # fmt: skip


def _bounds(least: int, most: int) -> Bounds:
    return Bounds(rupiah(least), rupiah(most))


def _channels() -> dict[Way, GatewayChannel]:
    wallet = _bounds(1, _WALLET_MOST)
    shop = _bounds(10_000, 5_000_000)
    mobile = frozenset({"mobile"})
    return {
        ("qris", "QRIS"): GatewayChannel("QRIS", wallet, refund="full"),
        **{("va", bank): GatewayChannel(bank, _bounds(10_000, most)) for bank, most in _BANKS.items()},
        ("ewallet", "DANA"): GatewayChannel("DANA", wallet, refund="full", needs=mobile),
        ("ewallet", "LINKAJA"): GatewayChannel("LINKAJA", wallet, refund="full", needs=mobile),
        ("ewallet", "OVO"): GatewayChannel("OVO", _bounds(100, _WALLET_MOST), refund="full", needs=mobile),
        ("ewallet", "GOPAY"): GatewayChannel("GOPAY", wallet, refund="partial", needs=mobile),
        ("ewallet", "SHOPEEPAY"): GatewayChannel("SHOPEEPAY", wallet, refund="partial", needs=mobile),
        ("retail", "ALFAMART"): GatewayChannel("ALFAMART", shop, life_s=24 * _HOUR_S, settles=_SHOPS),
        ("retail", "INDOMARET"): GatewayChannel("INDOMARET", shop, life_s=24 * _HOUR_S, settles=_SHOPS),
    }


CHANNELS: Final = _channels()
