"""A thing of the catalogue is named by its number, its number as text or its unique id, wherever a field names one."""

from __future__ import annotations

from typing import Any

import pytest
from scalev_shop import PARCEL, Shop

WAREHOUSES = "/v3/shipping-costs/search-warehouse"
SERVICES = "/v3/shipping-costs/search-courier-service"
COSTS = "/v3/shipping-costs"


async def unique_ids(shop: Shop) -> dict[str, str]:
    """Unique ids of the store, the shirt and a warehouse, by the name of the field that has their number."""
    house = (await shop.warehouses())[0]["warehouse"]
    assert house["id"] == 77
    return {
        "store_id": shop.demo["store_unique_id"],
        "variant_id": shop.demo["physical_variant_unique_id"],
        "warehouse_id": house["unique_id"],
    }


def to_warehouse(**ids: Any) -> dict[str, Any]:
    """A body of search-warehouse."""
    named = {"store_id": 2709, "variant_id": 8419} | ids
    variants = [{"variant_id": named["variant_id"], "qty": 1}]
    return {"store_id": named["store_id"], "destination_id": 1, "variants": variants}


def to_services(**ids: Any) -> dict[str, Any]:
    """A body of search-courier-service."""
    named = {"store_id": 2709, "warehouse_id": 77} | ids
    return {**named, "location_id": 1, "payment_method": "invoice", "weight": 250}


def to_costs(**ids: Any) -> dict[str, Any]:
    """A body of shipping-costs."""
    return {**({"warehouse_id": 77} | ids), "location_id": 1, "courier_codes": ["pos"], "weight": 250}


CALLS = {
    WAREHOUSES: (to_warehouse, ("store_id", "variant_id")),
    SERVICES: (to_services, ("store_id", "warehouse_id")),
    COSTS: (to_costs, ("warehouse_id",)),
}


@pytest.mark.parametrize("path", CALLS)
async def test_each_spelling_of_a_body_means_the_same(quiet_shop: Shop, path: str) -> None:
    """The number, as text, with a blank or a fraction of nothing, and the unique id: one answer."""
    body, fields = CALLS[path]
    expected = await quiet_shop.post(path, body())
    assert expected["data"]
    ids = await unique_ids(quiet_shop)
    for field in fields:
        number = {"store_id": 2709, "variant_id": 8419, "warehouse_id": 77}[field]
        for spelling in (str(number), f" {number} ", float(number), f"{number}.0", ids[field], f" {ids[field]} "):
            assert await quiet_shop.post(path, body(**{field: spelling})) == expected, (field, spelling)


async def test_each_spelling_of_the_order_list_means_the_same(shop: Shop) -> None:
    """``store_id`` in a query and in the path; a store that nobody has, or another business's, finds no order and not
    all of them."""
    order = await shop.place(shop.digital())
    second = next(s for s in (await shop.get("/v3/stores/simplified"))["data"] if s["id"] != 2709)
    for spelling in ("2709", "2709.0", shop.demo["store_unique_id"]):
        assert [each["id"] for each in (await shop.get(f"/v3/orders?store_id={spelling}"))["data"]] == [order["id"]]
    for spelling in (second["id"], second["unique_id"], "99", "store_xxx"):
        assert (await shop.get(f"/v3/orders?store_id={spelling}"))["data"] == []
    for spelling in ("2709", shop.demo["store_unique_id"]):
        assert (await shop.get(f"/v3/stores/{spelling}"))["id"] == 2709
    cursors = {
        (await shop.get(f"/v3/stores/{spelling}/products?page_size=1"))["next_cursor"]
        for spelling in ("2709", shop.demo["store_unique_id"])
    }
    assert len(cursors) == 1


async def test_an_order_may_name_everything_by_number(shop: Shop) -> None:
    """Store, variant, price option and warehouse: the same order as with their unique ids."""
    unique = await shop.place(await shop.physical())
    line = {"quantity": 1, "variant_unique_id": 8419}
    body = {**(await shop.physical()), **PARCEL, "store_unique_id": "2709", "ordervariants": [line]}
    numbered = await shop.place({**body, "warehouse_unique_id": "77"})
    for name in ("gross_revenue", "store", "warehouse", "variants"):
        assert numbered[name] == unique[name], name
    option = (await shop.get("/v3/stores/2709/bundle-price-options"))["data"][0]
    named = [{"quantity": 1, "bundle_price_option_unique_id": each} for each in (option["unique_id"], option["id"])]
    one, two = [await shop.place({**body, "ordervariants": [], "orderbundles": [line], "warehouse_unique_id": 77})
                for line in named]  # fmt: skip
    assert one["bundle_price_options"] == two["bundle_price_options"] == {option["name"]: 1}


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        (-1, "must be greater than or equal to 1"),
        (0, "must be greater than or equal to 1"),
        ("0", "must be greater than or equal to 1"),
        (2**53, "must be less than or equal to 9007199254740991"),
        ("9" * 400, "must be less than or equal to 9007199254740991"),
        (1.5, "is invalid, expected a whole number"),
        (True, "is invalid, expected a whole number"),
        ({"id": 1}, "is invalid, expected a whole number"),
        ("abc", "is invalid, expected a number or a unique id"),
        ("1e3", "is invalid, expected a number or a unique id"),
        ("store_é", "is invalid, expected a number or a unique id"),
        ("store_" + "x" * 64, "should be at most 64 character(s)"),
    ],
)
async def test_what_names_nothing_is_refused_alike(quiet_shop: Shop, spelling: Any, text: str) -> None:
    """The same text under each field that names a thing of the catalogue."""
    for path, (body, fields) in CALLS.items():
        for field in fields:
            answer = await quiet_shop.post(path, body(**{field: spelling}), 422)
            shown = "variants.0.variant_id" if field == "variant_id" else field
            assert answer["errors"] == {shown: [text]}, (path, field)
    order = {"store_unique_id": spelling, "customer_name": "John", "ordervariants": [{"quantity": 1}]}
    answer = await quiet_shop.post("/v3/orders", order, 422)
    assert answer["errors"]["store_unique_id"] == [text]
    if isinstance(spelling, str | int) and not isinstance(spelling, bool):
        answer = await quiet_shop.send("GET", "/v3/orders?store_id=" + str(spelling))
        assert (answer.status_code, answer.json()["errors"]) == (400, {"store_id": [text]})
    assert await quiet_shop.orders() == 0


async def test_another_business_is_as_unknown_as_nobody(shop: Shop, other_shop: Shop) -> None:
    """404 for a store, 422 under the field for the rest, by unique id too; nothing is shown of it."""
    theirs = await unique_ids(other_shop)
    for path, body in ((WAREHOUSES, to_warehouse), (SERVICES, to_services)):
        for reference in (theirs["store_id"], "store_xxx", 99):
            answer = await shop.post(path, body(store_id=reference), 404)
            assert answer == {"error": "Store not found", "error_code": "not_found"}
    answer = await shop.post(WAREHOUSES, to_warehouse(variant_id=theirs["variant_id"]), 422)
    assert answer["errors"] == {"variants.0.variant_id": ["does not exist in this store"]}
    for path, body in ((SERVICES, to_services), (COSTS, to_costs)):
        answer = await shop.post(path, body(warehouse_id=theirs["warehouse_id"]), 422)
        assert answer["errors"] == {"warehouse_id": ["does not exist"]}
