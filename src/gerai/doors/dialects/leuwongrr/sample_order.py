"""The request that a seller tries this door with: one game pass, by invoice."""

from __future__ import annotations

from typing import Any, Final

from gerai.doors.dialects.leuwongrr.request import INVOICE
from gerai.engine.desk.sample_orders import ForSale, SampleOrder

#: What this door sells of itself.
ROBUX: Final = "robux"
#: A player and a game pass, as the contract's example has them.
GAMEPASS: Final[dict[str, Any]] = {
    "roblox_username": "LeuwongUser", "place_id": 123456789, "roblox_pass_id": 987654321,
}  # fmt: skip


def sample_order(sold: ForSale, key: str) -> SampleOrder | None:
    """An order of one; None: it is something else."""
    if sold.own != ROBUX:
        return None
    body = {"order_type": "gamepass", **GAMEPASS, "payment_method": INVOICE}
    return SampleOrder("/api/v1/me/orders", {"Authorization": f"Bearer {key}"}, body)
