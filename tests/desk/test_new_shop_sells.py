"""A shop that begins with nothing is opened, filled and sells: what the desk's acts make is what orders meet."""

from __future__ import annotations

from typing import Any

import httpx
from goods_kit import key_of, let_couriers_come, new_warehouse, stock_of

from desk_kit import DISTRICT, do, seen, written
from gerai.engine.check import check
from gerai.engine.desk.acts.add_product import NewProduct
from gerai.engine.desk.acts.add_store import NewStore
from gerai.engine.desk.acts.count_stock import StockCount
from gerai.engine.desk.acts.move_stock import StockMove
from gerai.engine.desk.house import Within


async def test_a_new_shop_takes_an_order_and_ships_it(within: Within, client: httpx.AsyncClient) -> None:
    """Store, warehouses, product and stock are made by acts alone. An order for the product is taken with a key of the
    shop's, at the product's price and the courier's; its pieces are promised, then gone when they are sent. What is
    moved to another warehouse is sold from there."""
    store = await do(within, "stores.add", NewStore(name="Toko Baju Ani", payment_methods=("invoice", "qris")))
    here, there = await new_warehouse(within), await new_warehouse(within)
    product = await do(
        within, "products.add",
        NewProduct(
            name="Kaos Polos", options=("Ukuran",), first_options=("M",), sku="KP-M", price_sen=150_000_00,
            cost_sen=90_000_00, weight_g=250, counted=True,
        ),
    )  # fmt: skip
    variant_id = int(product.details["variant_id"])
    given = StockCount(variant_id=variant_id, warehouse_id=here, on_hand=5)
    await do(within, "stock.count", given, reason="stok awal")
    await let_couriers_come(within)
    ask = await key_of(within, client)

    async def nearest(quantity: int) -> list[tuple[int, str]]:
        """The warehouses that have so many."""
        asked = {
            "store_id": int(store.id), "destination_id": DISTRICT.location_id,
            "variants": [{"variant_id": variant_id, "qty": quantity}],
        }  # fmt: skip
        found = (await ask("POST", "/v3/shipping-costs/search-warehouse", asked))["data"]
        return [(reach["warehouse"]["id"], reach["warehouse"]["unique_id"]) for reach in found]

    def order(quantity: int, house: str) -> dict[str, Any]:
        return {
            "store_unique_id": store.details["unique_id"], "customer_name": "Budi", "customer_phone": "62812345678",
            "payment_method": "qris", "address": "Jl. Pegangsaan Timur No. 28", "location_id": DISTRICT.location_id,
            "postal_code": "60241", "warehouse_unique_id": house, "courier_service_id": 1, "shipping_cost": 10_000,
            "ordervariants": [{"quantity": quantity, "variant_unique_id": product.details["variant_unique_id"]}],
        }  # fmt: skip

    [(first_id, first)] = await nearest(2)
    assert first_id == here
    placed = await ask("POST", "/v3/orders", order(2, first))
    assert (float(placed["gross_revenue"]), placed["status"]) == (310_000, "pending")
    assert await stock_of(within, variant_id) == [(5, 2, 3), (0, 0, 0)]
    refused = await ask("POST", "/v3/orders", order(4, first), 422)
    assert "ordervariants.0.quantity" in str(refused)

    given = StockMove(variant_id=variant_id, from_warehouse_id=here, to_warehouse_id=there, quantity=3)
    await do(within, "stock.move", given)
    await ask("POST", "/v3/orders", order(1, first), 422)
    [(second_id, second)] = await nearest(3)
    assert second_id == there
    await ask("POST", "/v3/orders", order(3, second))
    assert await stock_of(within, variant_id) == [(2, 2, 0), (3, 3, 0)]

    for status in ("confirmed", "in_process", "ready", "shipped"):
        await ask("POST", "/v3/orders/change-status", {"ids": [placed["id"]], "status": status})
    assert await stock_of(within, variant_id) == [(0, 0, 0), (3, 3, 0)]
    [row] = await seen(within, "products.list")
    assert (str(row.id), row.available) == (product.id, 0)
    acts = [entry.act for _, entry in await written(within)][::-1]
    assert acts == ["stores.add", "warehouses.add", "warehouses.add", "products.add", "stock.count", "stock.move"]
    assert await check(within.engine, within.merchant_id) == []
