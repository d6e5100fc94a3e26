"""``pg_reference_id`` names a payment at its gateway, and nothing else (contract §10, §11.2)."""

from __future__ import annotations

from typing import Any

import pytest
from scalev_shop import Shop

from gerai.domain.money import rupiah
from gerai.engine.check import check
from gerai.engine.orders.settle_cash import SettleCash


async def found(shop: Shop, reference: str) -> list[str]:
    """The orders that a search by it finds."""
    answer = await shop.get(f"/v3/orders?search={reference}&search_field=pg_reference_id")
    return [order["id"] for order in answer["data"]]


async def references(shop: Shop, order_id: str) -> list[Any]:
    """What the read, the list and a list of one column show."""
    return [
        (await shop.get(f"/v3/orders/{order_id}"))["pg_reference_id"],
        (await shop.get("/v3/orders"))["data"][0]["pg_reference_id"],
        (await shop.get("/v3/orders?columns=pg_reference_id"))["data"][0]["pg_reference_id"],
    ]


@pytest.mark.parametrize(
    "changes",
    [{"payment_method": "invoice"}, {"payment_method": "bank_transfer"}, {"product_discount": 75_000}, {}],
    ids=["invoice", "transfer", "free", "seed"],
)
async def test_what_a_person_marks_has_none(shop: Shop, changes: dict[str, Any]) -> None:
    """Marked paid by change-status: null wherever it is shown; the engine's own name of that payment is nobody's, and
    finds nothing."""
    order = await shop.place(shop.digital(**changes))
    await shop.post("/v3/orders/change-status", {"ids": [order["id"]], "payment_status": "paid"})
    names = [name for (name,) in await shop.rows("payments", "public_id")]
    assert await references(shop, order["id"]) == [None, None, None]
    assert [await found(shop, name) for name in names] == [[]] * len(names)
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_couriers_cash_has_none(shop: Shop) -> None:
    """Cash that its courier has paid out, too."""
    order = await shop.place(await shop.physical(payment_method="cod"))
    await shop.post(f"/v3/orders/{order['id']}/shipment-status-history", {"status": "delivered"})
    ids = dict(await shop.rows("orders", "public_id, order_id"))
    await shop.engine.submit(
        SettleCash(
            merchant_id=shop.merchant_id, environment="sandbox", order_ids=(ids[order["id"]],), reference="JNE-1",
            amount_sen=rupiah(int(float(order["gross_revenue"]))), fee_sen=0, by="Sari",
        )
    )  # fmt: skip
    [(name,)] = await shop.rows("payments", "public_id")
    assert name.startswith("cod-")
    assert await references(shop, order["id"]) == [None, None, None]
    assert await found(shop, name) == []


async def test_a_real_one_is_shown_and_found(shop: Shop) -> None:
    """A payment that is started with its order, while it runs; after a person says that other money came, theirs has
    none."""
    order = await shop.place(shop.digital(payment_method="va", sub_payment_method="BCA"))
    [(name,)] = await shop.rows("payments", "public_id")
    assert order["pg_reference_id"] == name
    assert await references(shop, order["id"]) == [name, name, name]
    assert await found(shop, name) == [order["id"]]
    await shop.post("/v3/orders/change-status", {"ids": [order["id"]], "payment_status": "paid"})
    assert await references(shop, order["id"]) == [None, None, None]
