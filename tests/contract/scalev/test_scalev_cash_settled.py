"""Cash on delivery until its courier pays out (the contract is silent; the README says what is done)."""

from __future__ import annotations

from typing import Any

from scalev_shop import Shop

from gerai.domain.money import rupiah
from gerai.engine.check import check
from gerai.engine.orders.settle_cash import SettleCash


async def settle(shop: Shop, order: dict[str, Any], fee: int) -> None:
    """The courier pays out what it took for this order."""
    ids = dict(await shop.rows("orders", "public_id, order_id"))
    await shop.engine.submit(
        SettleCash(
            merchant_id=shop.merchant_id, environment="sandbox", order_ids=(ids[order["id"]],), reference="JNE-1",
            amount_sen=rupiah(int(float(order["gross_revenue"])) - fee), fee_sen=rupiah(fee), by="Sari",
        )
    )  # fmt: skip


async def test_from_the_door_to_the_sellers_account(shop: Shop) -> None:
    """Delivered it is completed and unpaid; once its courier has paid, it is paid and settled with both times, its fee
    is the courier's, and it stands where it stood. Nobody was asked to pay, and nothing else of it has changed."""
    order = await shop.place(await shop.physical(payment_method="cod"))
    path = f"/v3/orders/{order['id']}"
    await shop.post(f"{path}/shipment-status-history", {"status": "delivered"})
    delivered = await shop.get(path)
    assert (delivered["status"], delivered["payment_status"], delivered["paid_time"]) == ("completed", "unpaid", None)
    assert delivered["payment_fee"] in ("0.00", "0", 0, None)

    await settle(shop, order, 5_000)
    after = await shop.get(path)
    assert (after["status"], after["payment_status"], after["payment_method"]) == ("completed", "settled", "cod")
    assert after["paid_time"] is not None
    assert after["paid_time"] == after["settled_time"]
    assert float(after["payment_fee"]) == 5_000
    assert [entry["status"] for entry in after["payment_status_history"]] == ["paid", "settled"]
    may_change = {
        "payment_status", "paid_time", "settled_time", "payment_fee", "payment_status_history", "last_updated_at",
        "net_revenue", "net_payment_revenue", "pg_reference_id",
    }  # fmt: skip
    changed = {name for name in after if after[name] != delivered[name]}
    assert changed <= may_change, changed
    assert await check(shop.engine, shop.merchant_id) == []
