"""Tripay's channels: their codes, bounds and lives as its public table has them. A merchant has fewer, and may have
other bounds."""

from __future__ import annotations

from typing import Final

from gerai.domain.money import rupiah
from gerai.domain.settlement import SettleRule
from gerai.ports.gateways import GatewayChannel, Way
from gerai.ports.payments import Bounds

_MINUTE_S: Final = 60
_DAY_M, _MONTH_M = 1_440, 43_200
#: The code of the QRIS channel where the seller names none.
QRIS: Final = "QRIS"
#: When it passes money on is on no page that could be read.
_SOON, _LATER = SettleRule(2), SettleRule(5)


def _channel(
    code: str,
    least: int = 10_000,
    most: int = 10_000_000,
    shortest_m: int = 15,
    longest_m: int = _MONTH_M,
    settles: SettleRule = _SOON,
) -> GatewayChannel:
    """Bounds in rupiah, lives in minutes. Nothing can be cancelled or given back by its API."""
    return GatewayChannel(
        code=code,
        bounds=Bounds(rupiah(least), rupiah(most)),
        cancel=False,
        shortest_s=shortest_m * _MINUTE_S,
        longest_s=longest_m * _MINUTE_S,
        settles=settles,
    )


CHANNELS: Final[dict[Way, GatewayChannel]] = {
    # QRIS2 and QRISC live longer; what all three can is 10 minutes to an hour.
    ("qris", "QRIS"): _channel(QRIS, 1_000, 5_000_000, 10, 60),
    ("va", "BCA"): _channel("BCAVA"),
    ("va", "BNI"): _channel("BNIVA", longest_m=_DAY_M),
    ("va", "BRI"): _channel("BRIVA", shortest_m=60),
    ("va", "BSI"): _channel("BSIVA", shortest_m=60, longest_m=180),
    ("va", "CIMB"): _channel("CIMBVA"),
    ("va", "DANAMON"): _channel("DANAMONVA"),
    ("va", "MANDIRI"): _channel("MANDIRIVA", shortest_m=60),
    ("va", "OTHERS"): _channel("OTHERBANKVA", longest_m=_DAY_M),
    ("va", "PERMATA"): _channel("PERMATAVA", shortest_m=60),
    ("ewallet", "DANA"): _channel("DANA", 1_000, longest_m=60),
    ("ewallet", "OVO"): _channel("OVO", 1_000),
    ("ewallet", "SHOPEEPAY"): _channel("SHOPEEPAY", 1_000, longest_m=60),
    ("retail", "ALFAMART"): _channel("ALFAMART", 10_000, 2_500_000, 60, _DAY_M, _LATER),
    ("retail", "INDOMARET"): _channel("INDOMARET", 10_000, 2_500_000, settles=_LATER),
}
