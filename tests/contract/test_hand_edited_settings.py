"""A merchant whose settings were edited by hand to nonsense still sells; nothing answers 500."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import msgspec
import pytest

from gerai.app import MERCHANT_SETTINGS
from gerai.doors.dialects.durianpay.demo import ORDER
from gerai.engine.core import Engine
from gerai.engine.keys.manage import create_key
from gerai.kit.ids import base62

NONSENSE: tuple[Any, ...] = (None, "x", -1, 1.5, [], [{}], {"": {}}, {"va": {"fixed_rupiah": "much"}})


async def _set(engine: Engine, merchant_id: int, row: dict[str, Any]) -> None:
    """Writes the row past every check, as an edit by hand does."""
    async with engine.connection() as connection:
        await connection.execute(
            "UPDATE merchants SET settings = %s::jsonb WHERE merchant_id = %s",
            (msgspec.json.encode(row).decode(), merchant_id),
        )
        await engine.directory.load(connection, [merchant_id])


@pytest.mark.parametrize("nonsense", NONSENSE, ids=repr)
async def test_orders_are_answered_whatever_the_settings_say(
    merchant: Any, engine: Engine, client: httpx.AsyncClient, nonsense: Any
) -> None:
    """Every setting but the price of Robux holds the same nonsense: an order of each door that reads them succeeds."""
    member = await merchant.member("leuwongrr")
    token, key = f"lrrs_v1_{base62(40)}", f"dp_test_{base62(24)}"
    await create_key(
        engine, merchant.merchant_id, "sandbox", "leuwongrr", token, name="k", prefix="lrrs_v1_",
        member_id=member.member_id,
    )  # fmt: skip
    await create_key(engine, merchant.merchant_id, "sandbox", "durianpay", key, name="k", prefix="dp_test_")
    row = dict.fromkeys(MERCHANT_SETTINGS.by_name, nonsense) | {"robux_rate_sen": 15_000}
    if nonsense == "x":
        # A provider may have this name; that nobody has it is refused when an order asks for it.
        row["leuwongrr_provider"] = "X!"
    await _set(engine, merchant.merchant_id, row)
    order = {"order_type": "gamepass", "roblox_username": "Builderman", "place_id": 1818, "roblox_pass_id": 770000100}
    made = await client.post(
        "/api/v1/me/orders",
        json=order | {"payment_method": "invoice"},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "hand-edited-settings"},
    )
    assert (made.status_code, made.json()["success"]) == (201, True), made.text
    basic = base64.b64encode(f"{key}:".encode()).decode()
    placed = await client.post("/v1/orders", json=ORDER, headers={"Authorization": f"Basic {basic}"})
    assert placed.status_code == 200, placed.text
    await _set(engine, merchant.merchant_id, {})
