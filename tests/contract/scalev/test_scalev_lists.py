"""Lists, their pages and filters, and what stores, bundles and couriers show."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from scalev_shop import Shop

from gerai.doors.dialects.scalev.paging import PAGE_FIELDS
from gerai.doors.dialects.scalev.request_lists import COLUMNS, NOT_SERVED, SERVED
from gerai.doors.dialects.scalev.routes import LATER, ROUTES


async def test_orders_page_forwards_and_backwards(shop: Shop) -> None:
    """Newest first; next_cursor leads to older ones, previous_cursor back again; 25 at most."""
    placed = [(await shop.place(shop.digital()))["id"] for _ in range(7)][::-1]
    first = await shop.get("/v3/orders?page_size=3")
    assert [o["id"] for o in first["data"]] == placed[:3]
    assert (first["is_paginated"], first["has_next"], first["has_previous"]) == (True, True, False)
    second = await shop.get(f"/v3/orders?page_size=3&next_cursor={first['next_cursor']}")
    assert [o["id"] for o in second["data"]] == placed[3:6]
    assert (second["has_next"], second["has_previous"]) == (True, True)
    third = await shop.get(f"/v3/orders?page_size=3&next_cursor={second['next_cursor']}")
    assert [o["id"] for o in third["data"]] == placed[6:]
    assert (third["has_next"], third["next_cursor"]) == (False, None)
    back = await shop.get(f"/v3/orders?page_size=3&previous_cursor={third['previous_cursor']}")
    assert [o["id"] for o in back["data"]] == placed[3:6]
    start = await shop.get(f"/v3/orders?page_size=3&previous_cursor={back['previous_cursor']}")
    assert [o["id"] for o in start["data"]] == placed[:3]
    assert (start["has_previous"], start["has_next"]) == (False, True)
    assert (await shop.get("/v3/orders?page_size=500"))["page_size"] == 25


async def test_lists_in_memory_page_forwards_and_backwards(shop: Shop) -> None:
    """Districts and products page like orders do, over all their items once."""
    everything = (await shop.get("/v3/locations"))["data"]
    assert len(everything) == 22
    seen, query, pages = list[Any](), "page_size=5", list[Any]()
    while True:
        page = await shop.get(f"/v3/locations?{query}")
        seen += page["data"]
        pages.append(page)
        if not page["has_next"]:
            break
        query = f"page_size=5&next_cursor={page['next_cursor']}"
    assert seen == everything
    back = await shop.get(f"/v3/locations?page_size=5&previous_cursor={pages[2]['previous_cursor']}")
    assert back == pages[1]
    assert pages[0]["has_previous"] is False
    products = await shop.get(f"/v3/stores/{shop.demo['store_unique_id']}/products?page_size=3")
    assert [product["id"] for product in products["data"]] == [504, 503, 502]
    assert products["has_next"] is True


async def test_order_filters(shop: Shop) -> None:
    """§11.1: each filter finds what it should and nothing else."""
    one = await shop.place(shop.digital(customer_name="Siti Aminah", customer_email="siti@example.com"))
    two = await shop.place(await shop.physical(customer_phone="0811111111", customer_email="budi@example.com"))

    async def found(query: str) -> list[str]:
        return [order["id"] for order in (await shop.get(f"/v3/orders?{query}"))["data"]]

    assert await found(f"order_id={one['order_id']}") == [one["id"]]
    assert await found(f"search={two['order_id'][:10].lower()}&search_field=order_id") != []
    assert await found("search=aminah&search_field=customer_name") == [one["id"]]
    assert await found("search=SITI@&search_field=customer_email") == [one["id"]]
    assert await found("search=0811111111&search_field=customer_phone") == [two["id"]]
    assert await found("search=170000&search_field=gross_revenue") == [two["id"]]
    assert await found("status=pending&payment_status=unpaid") == [two["id"], one["id"]]
    assert await found("status=canceled") == []
    assert await found("payment_status=paid") == []
    assert await found(f"store_id={shop.demo['store_id']}") == [two["id"], one["id"]]
    assert await found("store_id=2710") == []
    assert await found(f"search={one['order_id'].lower()}") == [one["id"]]
    assert await found(f"order_id={one['order_id'].lower()}") == [one["id"]]
    assert await found(f"order_id={one['order_id'][:-1]}") == []
    assert await found("search=0811-111&search_field=customer_phone") == [two["id"]]
    assert await found("search=%25&search_field=customer_name") == []
    assert await found("search=170000.00&search_field=gross_revenue") == [two["id"]]
    assert await found("search=none&search_field=pg_reference_id") == []
    assert await found("search=none&search_field=external_id") == []
    assert (await shop.get("/v3/orders?columns=order_id,status&page_size=1"))["data"] == [
        {"id": two["id"], "order_id": two["order_id"], "status": "pending"}
    ]


async def test_payment_status_is_asked_of_the_database(shop: Shop) -> None:
    """Each of the four words finds its orders among all of them, page by page."""
    orders = {word: await shop.place(shop.digital()) for word in ("unpaid", "paid", "conflict", "settled")}
    for word in ("paid", "conflict", "settled"):
        first = "conflict" if word == "conflict" else "paid"
        await shop.post("/v3/orders/change-status", {"ids": [orders[word]["id"]], "payment_status": first})
    await shop.post("/v3/orders/change-status", {"ids": [orders["settled"]["id"]], "payment_status": "settled"})
    for word, order in orders.items():
        found = await shop.get(f"/v3/orders?payment_status={word}")
        assert [each["id"] for each in found["data"]] == [order["id"]], word
        assert (found["has_next"], found["has_previous"]) == (False, False)


@pytest.mark.parametrize("name", [*NOT_SERVED, "utm_medium", "stauts"])
async def test_a_filter_that_is_not_served_is_refused(quiet_shop: Shop, name: str) -> None:
    """A documented filter that comes later, and a name the contract does not have: 400 naming it, never all orders."""
    answer = await quiet_shop.send("GET", f"/v3/orders?{name}=abc&status=pending")
    assert (answer.status_code, answer.json()["error_code"]) == (400, "bad_request")
    assert list(answer.json()["errors"]) == [name]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("store_id=abc", "store_id"), ("status=lost", "status"), ("payment_status=maybe", "payment_status"),
        ("payment_method=gold", "payment_method"), ("search_field=colour", "search_field"),
        ("search=abc&search_field=gross_revenue", "search"), ("search=abc&search_field=customer_phone", "search"),
        ("search=08123&search_field=customer_phone", "search"),
        ("search=081234x&search_field=customer_phone", "search"),
        ("page_size=many", "page_size"), ("next_cursor=xyz", "next_cursor"),
    ],
)  # fmt: skip
async def test_a_malformed_value_is_refused(quiet_shop: Shop, query: str, name: str) -> None:
    """400 naming the filter."""
    answer = await quiet_shop.send("GET", f"/v3/orders?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [name]


async def test_every_documented_filter_is_decided(quiet_shop: Shop) -> None:
    """Thirty-five filters in the contract (§11.1): each is served or refused; a business to choose is no filter."""
    assert len({*SERVED, *NOT_SERVED} - set(PAGE_FIELDS)) == 35
    assert set(SERVED) & set(NOT_SERVED) == set()
    assert (await quiet_shop.get("/v3/orders?b_uid=business_x&status="))["data"] == []


@pytest.mark.parametrize("path", sorted(LATER))
async def test_later_routes_are_no_orders(quiet_shop: Shop, path: str) -> None:
    """A fixed path of the contract that is not served yet is an unknown path for every method, neither an order that
    was not found nor a method that is missing."""
    for method, asked in itertools.product(("GET", "POST", "PUT", "PATCH", "DELETE"), (path, f"{path}/")):
        answer = await quiet_shop.send(method, asked)
        assert (answer.status_code, answer.json()) == (404, {"error": "Not found", "error_code": "not_found"})


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_change_status_is_no_order(quiet_shop: Shop, method: str) -> None:
    """A fixed path asked with another method is 405 with its own methods, not an order of that name."""
    answer = await quiet_shop.send(method, "/v3/orders/change-status")
    assert (answer.status_code, answer.json()["error"]) == (405, "Method not allowed")
    assert answer.headers["allow"] == "OPTIONS, POST"


async def test_products_show_what_is_left(shop: Shop) -> None:
    """available_qty falls with an order, to 0 where nothing is left."""
    assert (await shop.variant(8420))["available_qty"] == 5
    line = {"quantity": 2, "variant_unique_id": (await shop.variant(8420))["unique_id"]}
    await shop.place(await shop.physical(ordervariants=[line]))
    assert (await shop.variant(8420))["available_qty"] == 3
    assert [h["warehouse"]["id"] for h in await shop.warehouses(8420, 3)] == [77]
    assert await shop.warehouses(8420, 4) == []
    await shop.place(await shop.physical(ordervariants=[{**line, "quantity": 3}]))
    assert (await shop.variant(8420))["available_qty"] == 0


async def test_what_is_not_counted_is_never_sold_out(shop: Shop) -> None:
    """available_qty is a whole number for everything that is sold: of digital goods, courses and bundles of them what
    one line may ask for, and exactly that can be ordered."""
    base = f"/v3/stores/{shop.demo['store_id']}"
    variants = [v for product in (await shop.get(f"{base}/products"))["data"] for v in product["variants"]]
    bundles = (await shop.get(f"{base}/bundles"))["data"]
    assert {type(sold["available_qty"]) for sold in (*variants, *bundles)} == {int}
    uncounted = {v["id"]: v["available_qty"] for v in variants if v["item_type"] != "physical"}
    assert set(uncounted.values()) == {10_000}
    assert len(uncounted) > 1
    line = {"variant_unique_id": shop.demo["digital_variant_unique_id"]}
    for quantity, status in ((10_000, 200), (10_001, 422)):
        await shop.post("/v3/orders", shop.digital(ordervariants=[{**line, "quantity": quantity}]), status)


async def test_nearest_warehouse_first(shop: Shop) -> None:
    """Mugs are in both; Jakarta is nearer to Menteng; more than Jakarta has comes from Surabaya."""
    assert [h["warehouse"]["name"] for h in await shop.warehouses(8421, 1)] == ["Gudang Jakarta", "Gudang Surabaya"]
    assert [h["warehouse"]["name"] for h in await shop.warehouses(8421, 4)] == ["Gudang Surabaya"]
    assert await shop.warehouses(8417, 1) == []


async def test_cash_on_delivery_shows_services_that_take_cash(shop: Shop) -> None:
    """With payment_method cod only services with is_cod, unless is_show_all."""
    body = {"store_id": 2709, "location_id": 1, "warehouse_id": 77, "payment_method": "cod", "weight": 250.5}
    path = "/v3/shipping-costs/search-courier-service"
    cash = (await shop.post(path, body))["data"]
    assert {quote["courier_service"]["id"] for quote in cash} == {1, 5, 6}
    every = (await shop.post(path, {**body, "is_show_all": True}))["data"]
    assert {quote["courier_service"]["id"] for quote in every} == set(range(1, 9))
    trucking = next(quote for quote in every if quote["courier_service"]["code"] == "JTR")
    assert (trucking["weight"], trucking["cost"]) == (10_000, 80_000)
    plain = {"courier_codes": ["pos"], "warehouse_id": 77, "location_id": 1, "weight": 250}
    assert [(c["cost"], c["cost_source"]) for c in (await shop.post("/v3/shipping-costs", plain))["data"]] == [
        (16_000, "self")
    ]


async def test_bundles_and_price_options(shop: Shop) -> None:
    """§5.2: a bundle shows its options, an option shows its bundle; both by integer and by unique id."""
    base = f"/v3/stores/{shop.demo['store_id']}"
    bundles = (await shop.get(f"{base}/bundles"))["data"]
    assert [(b["id"], b["available_qty"]) for b in bundles] == [(302, 50_000), (301, 10_000)]
    assert [o["price"] for o in bundles[1]["bundle_price_options"]] == [179_000, 199_000]
    assert await shop.get(f"{base}/bundles/301") == bundles[1]
    option = await shop.get(f"{base}/bundle-price-options/{shop.demo['bundle_price_option_unique_id']}")
    assert (option["bundle_id"], option["price"]) == (301, 199_000)
    assert await shop.get(f"{base}/bundle-price-options/401") == option
    assert len((await shop.get(f"{base}/bundle-price-options"))["data"]) == 3
    store = await shop.get(base)
    assert (store["is_unique_code"], store["digital_only_complete_type"]) == (True, "auto")


@pytest.mark.parametrize(
    "path",
    ["/v3/stores/simplified", "/v3/stores/2709/payment-methods", "/v3/stores/2709/products", "/v3/stores/2709/bundles",
     "/v3/stores/2709/bundle-price-options", "/v3/locations", "/v3/locations/1/postal-codes", "/v3/orders"],
)  # fmt: skip
async def test_no_list_ignores_what_it_was_asked_for(quiet_shop: Shop, path: str) -> None:
    """A parameter that a list has not is 400 naming it; a known one with it changes nothing of that. Every list of this
    door: one that is added is found here."""
    path = path.replace("2709", str(quiet_shop.demo["store_id"]))
    answer = await quiet_shop.send("GET", f"{path}?colour=red&b_uid=business_x&empty=")
    assert (answer.status_code, answer.json()["errors"]) == (400, {"colour": ["is not a filter of this list"]})
    assert (await quiet_shop.send("GET", f"{path}?b_uid=business_x&colour=")).status_code == 200
    lists = {route.path for route in ROUTES if route.method == "GET"} - {
        "/v3/stores/{store_id}", "/v3/stores/{store_id}/bundles/{bundle_id}", "/v3/orders/{order_id}",
        "/v3/stores/{store_id}/bundle-price-options/{option_id}",
    }  # fmt: skip
    assert len(lists) == 8


async def test_a_search_that_is_not_served_is_refused(quiet_shop: Shop) -> None:
    """Products, bundles and price options are not searched here: all of them for ``zzzz`` would be a wrong answer. What
    the contract had before comes later."""
    store = f"/v3/stores/{quiet_shop.demo['store_id']}"
    for path in ("products", "bundles", "bundle-price-options"):
        answer = await quiet_shop.send("GET", f"{store}/{path}?search=zzzz&page_size=2")
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["search"])
    answer = await quiet_shop.send("GET", f"{store}/payment-methods?order_id=1")
    assert (answer.status_code, answer.json()["errors"]) == (400, {"order_id": ["is not supported here yet"]})


async def test_columns_are_keys_of_an_order(shop: Shop) -> None:
    """Unknown ones are named, whether or not there is an order to show; every key of an order may be named."""
    query = "/v3/orders?columns=foo,status,bar"
    for _ in range(2):
        answer = await shop.send("GET", query)
        assert answer.status_code == 400
        assert answer.json()["errors"] == {"columns": ["is invalid, an order has no bar, foo"]}
        order = await shop.place(shop.digital(product_discount="0.40"))
    assert set(order) == COLUMNS
    [_, shown] = (await shop.get(f"/v3/orders?columns={','.join(sorted(COLUMNS))}"))["data"]
    assert set(shown) == COLUMNS


async def test_an_order_says_what_is_known_of_its_places(shop: Shop) -> None:
    """Its store's settings are those the store shows, its store and warehouse belong to the business, and its
    destination has a number that stays the same and is no other order's."""
    order, other = await shop.place(await shop.physical()), await shop.place(await shop.physical())
    read = await shop.get(f"/v3/orders/{order['id']}")
    assert read["store"] == order["store"] == await shop.get(f"/v3/stores/{shop.demo['store_id']}")
    assert read["store"]["business"] == read["warehouse"]["business"] == read["business"]
    ids = [each["destination_address"]["id"] for each in (order, read, other)]
    assert ids[0] == ids[1] != ids[2]
    assert all(0 < number < 2**53 for number in ids)
    [listed, _] = (await shop.get("/v3/orders?columns=store,warehouse"))["data"]
    assert (listed["store"], listed["warehouse"]) == (other["store"], other["warehouse"])
