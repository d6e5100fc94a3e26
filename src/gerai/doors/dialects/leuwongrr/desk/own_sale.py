"""What this counter sells of itself."""

from __future__ import annotations

from typing import Final

from gerai.doors.dialects.leuwongrr.merchant_settings import LeuwongrrSettings
from gerai.doors.dialects.leuwongrr.sample_order import ROBUX
from gerai.engine.desk.house import Within
from gerai.engine.desk.own_sales import OwnSale
from gerai.engine.desk.sample_orders import ForSale
from gerai.kit.bilingual import Bilingual

#: As small as a game pass is.
_ROBUX: Final = 100


def sells(within: Within) -> ForSale | None:
    """A hundred Robux at the shop's rate; None: it has none."""
    rate_sen = within.merchant.chosen.of(LeuwongrrSettings).robux_rate_sen
    return ForSale(f"{_ROBUX} Robux", rate_sen * _ROBUX, own=ROBUX) if rate_sen else None


SALE: Final = OwnSale(
    name=ROBUX,
    title=Bilingual("Top-up Roblox (Robux)", "Roblox top-up (Robux)"),
    text=Bilingual(
        "Pembeli memesan gamepass; Anda mengirim Robux-nya, lalu tekan Selesaikan.",
        "Buyers order a game pass; you send the Robux, then press Complete.",
    ),
    price=Bilingual("Harga 1 Robux (rupiah)", "Price of one Robux (rupiah)"),
    example="150",
    act="robux.set_rate",
    field="rate_sen",
    sells=sells,
)
