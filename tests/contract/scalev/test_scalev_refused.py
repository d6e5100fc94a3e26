"""What the door refuses, with the contract's envelope, and that a refused request leaves no row behind."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import pytest
from scalev_shop import Shop

from gerai.doors.dialects.scalev.methods import METHODS, SUB_METHODS
from gerai.doors.http.limits import RateLimiter

FIVE = ("address", "location_id", "warehouse_unique_id", "shipping_cost", "courier_service_id")


async def assert_refused(shop: Shop, body: Any, field: str, text: str) -> None:
    """The order is answered 422 with this text under this field, and nothing is written."""
    before, reserved = await shop.orders(), await shop.stock(8419)
    answer = await shop.post("/v3/orders", body, 422)
    assert answer["error_code"] == "validation_failed"
    assert answer["errors"] == {field: [text]}
    assert answer["error"] == f"{field} {text}"
    assert (await shop.orders(), await shop.stock(8419)) == (before, reserved)


@pytest.mark.parametrize("missing", FIVE)
async def test_each_missing_shipping_field_is_named(quiet_shop: Shop, missing: str) -> None:
    """Seed, physical 3: five additional fields are required."""
    await assert_refused(quiet_shop, await quiet_shop.physical(**{missing: None}), missing, "can't be blank")


async def test_all_missing_shipping_fields_are_named_at_once(quiet_shop: Shop) -> None:
    """One answer names the five of them."""
    body = {**await quiet_shop.physical(), **dict.fromkeys(FIVE)}
    answer = await quiet_shop.post("/v3/orders", body, 422)
    assert answer["errors"] == {field: ["can't be blank"] for field in FIVE}


async def test_digital_orders_ignore_shipping_fields(shop: Shop) -> None:
    """An order without parcels is placed whatever its shipping fields say (profile 6)."""
    order = await shop.place(shop.digital(shipping_cost=99, location_id=123456, courier_service_id=77))
    assert (order["shipping_cost"], order["courier"]) == ("0.00", None)


@pytest.mark.parametrize("cost", [0, 19_999, 19_999.99])
async def test_too_little_for_shipping_is_told_the_right_cost(quiet_shop: Shop, cost: float) -> None:
    """shipping_cost less than our own quote is refused; the message holds the right cost, and nothing is placed."""
    text = "must be at least 20000 for this warehouse, location, courier service and weight"
    await assert_refused(quiet_shop, await quiet_shop.physical(shipping_cost=cost), "shipping_cost", text)
    assert await quiet_shop.orders() == 0


@pytest.mark.parametrize(
    ("cost", "shown", "total"), [(20_001, "20001.00", "170001.00"), (20_000.5, "20000.50", "170001.00")]
)
async def test_more_for_shipping_is_charged_as_sent(shop: Shop, cost: float, shown: str, total: str) -> None:
    """shipping_cost above our quote is accepted and charged as it was sent; sen are rounded in the total."""
    order = await shop.place(await shop.physical(shipping_cost=cost))
    assert (order["shipping_cost"], order["gross_revenue"]) == (shown, total)


async def test_shipping_cost_follows_the_weight(shop: Shop) -> None:
    """Six shirts weigh 1.5 kg, are charged as 2 kg, and cost Rp40.000."""
    line = {"quantity": 6, "variant_unique_id": shop.demo["physical_variant_unique_id"]}
    text = "must be at least 40000 for this warehouse, location, courier service and weight"
    await assert_refused(shop, await shop.physical(ordervariants=[line]), "shipping_cost", text)
    order = await shop.place(await shop.physical(ordervariants=[line], shipping_cost=40_000))
    assert order["gross_revenue"] == "940000.00"


@pytest.mark.parametrize(
    ("change", "field", "text"),
    [
        ({"location_id": 4_000_000}, "location_id", "does not exist"),
        ({"warehouse_unique_id": "warehouse_xxx"}, "warehouse_unique_id", "does not exist"),
        ({"courier_service_id": 99}, "courier_service_id", "does not exist"),
        ({"shipment_provider_code": "ninja"}, "shipment_provider_code", "must be lincah for this courier service"),
        ({"shipping_discount": 20_001}, "shipping_discount", "must not exceed the shipping cost"),
        ({"postal_code": "1234a"}, "postal_code", "is invalid, expected at most 10 digits"),
        ({"payment_method": "cod", "courier_service_id": 2}, "courier_service_id", "does not support cash on delivery"),
    ],
)
async def test_parcels_that_cannot_travel(quiet_shop: Shop, change: dict[str, Any], field: str, text: str) -> None:
    """Unknown places, services that do not fit, discounts that are too large."""
    await assert_refused(quiet_shop, await quiet_shop.physical(**change), field, text)


@pytest.mark.parametrize(
    ("change", "field", "text"),
    [
        ({"customer_name": None}, "customer_name", "can't be blank"),
        ({"customer_name": "   "}, "customer_name", "can't be blank"),
        ({"customer_name": {}}, "customer_name", "is invalid, expected text"),
        ({"customer_name": "x" * 201}, "customer_name", "should be at most 200 character(s)"),
        ({"customer_email": "nobody"}, "customer_email", "has invalid format, expected an e-mail address"),
        (
            {"customer_phone": "call me"},
            "customer_phone",
            "has invalid format, expected a telephone number such as 08123456789",
        ),
        ({"payment_method": "gold"}, "payment_method", f"is invalid, expected one of {', '.join(METHODS)}"),
        (
            {"payment_method": "va", "sub_payment_method": "ABC"},
            "sub_payment_method",
            f"is invalid, expected one of {', '.join(SUB_METHODS)}",
        ),
        ({"payment_method": "va_bjb"}, "payment_method", "is not available in this store"),
        ({"ordervariants": None}, "ordervariants", "can't be blank"),
        ({"ordervariants": []}, "ordervariants", "can't be blank"),
        ({"ordervariants": "one"}, "ordervariants", "is invalid, expected a list"),
        ({"ordervariants": [7]}, "ordervariants.0", "is invalid, expected an object"),
        ({"product_discount": 75_001}, "product_discount", "must not exceed the product price"),
        ({"product_discount": -1}, "product_discount", "must be greater than or equal to 0"),
        ({"other_income": 10**30}, "other_income", "must be less than or equal to 1000000000000"),
        ({"metadata": [1]}, "metadata", "is invalid, expected an object"),
        ({"is_dropshipping": "yes"}, "is_dropshipping", "is invalid, expected true or false"),
    ],
)
async def test_fields_that_are_wrong(quiet_shop: Shop, change: dict[str, Any], field: str, text: str) -> None:
    """Every field has its own mistake, in the contract's envelope."""
    await assert_refused(quiet_shop, quiet_shop.digital(**change), field, text)


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        (0, "must be greater than or equal to 1"),
        (-3, "must be greater than or equal to 1"),
        (10_001, "must be less than or equal to 10000"),
        (1.5, "is invalid, expected a whole number"),
        ("one", "is invalid, expected a whole number"),
        (True, "is invalid, expected a whole number"),
        ("0", "must be greater than or equal to 1"),
        (None, "can't be blank"),
        (10**17, "must be less than or equal to 10000"),
    ],
)
async def test_quantities_that_are_wrong(quiet_shop: Shop, quantity: Any, text: str) -> None:
    """A quantity is a whole number from 1 to 10,000 (profile 6)."""
    line = {"quantity": quantity, "variant_unique_id": quiet_shop.demo["digital_variant_unique_id"]}
    await assert_refused(quiet_shop, quiet_shop.digital(ordervariants=[line]), "ordervariants.0.quantity", text)


async def test_a_variant_must_be_sold_by_the_store(shop: Shop, other_shop: Shop) -> None:
    """Unknown variants, those another store of the merchant lacks, and another merchant's, are all not there."""
    text = "does not exist in this store"
    stores = (await shop.get("/v3/stores/simplified"))["data"]
    second = next(store["unique_id"] for store in stores if store["name"] == "Toko Kedua")
    mine = {"quantity": 1, "variant_unique_id": (await shop.variant(8418))["unique_id"]}
    theirs = {"quantity": 1, "variant_unique_id": other_shop.demo["digital_variant_unique_id"]}
    field = "ordervariants.0.variant_unique_id"
    await assert_refused(shop, shop.digital(store_unique_id=second, ordervariants=[mine]), field, text)
    await assert_refused(shop, shop.digital(ordervariants=[theirs]), field, text)
    bundle = {"quantity": 1, "bundle_price_option_unique_id": other_shop.demo["bundle_price_option_unique_id"]}
    field = "orderbundles.0.bundle_price_option_unique_id"
    await assert_refused(shop, shop.bundle(orderbundles=[bundle]), field, text)


async def test_out_of_stock_reserves_nothing(shop: Shop) -> None:
    """Five L shirts exist: six are refused with how many there are, and neither they nor the M shirts are reserved."""
    small, large = (await shop.variant(8419))["unique_id"], (await shop.variant(8420))["unique_id"]
    lines = [{"quantity": 1, "variant_unique_id": small}, {"quantity": 6, "variant_unique_id": large}]
    body = await shop.physical(ordervariants=lines, shipping_cost=40_000)
    field = "ordervariants.1.quantity"
    await assert_refused(shop, body, field, "Kaos Polos - L is out of stock: 6 wanted, 5 available")
    assert await shop.stock(8420) == [(5, 0)]


async def test_lines_of_one_item_are_out_of_stock_together(shop: Shop) -> None:
    """Two lines of three L shirts each: the text says all six and the five there are, not the rest for the second line;
    ``errors`` names both lines' quantities, and none is reserved. The same where its warehouse has none at all."""
    large = (await shop.variant(8420))["unique_id"]
    lines = [{"quantity": 3, "variant_unique_id": large}] * 2
    at_home = await shop.physical(ordervariants=lines, shipping_cost=40_000)
    houses = await shop.warehouses(8421)
    jakarta = next(h["warehouse"]["unique_id"] for h in houses if h["warehouse"]["name"] == "Gudang Jakarta")
    elsewhere = await shop.physical(ordervariants=lines, warehouse_unique_id=jakarta, shipping_cost=40_000)
    for body, left in ((at_home, 5), (elsewhere, 0)):
        answer = await shop.send("POST", "/v3/orders", body)
        text = f"Kaos Polos - L is out of stock: 6 wanted, {left} available"
        assert (answer.status_code, answer.json()["errors"]) == (
            422,
            {"ordervariants.0.quantity": [text], "ordervariants.1.quantity": [text]},
        )
    assert await shop.stock(8420) == [(5, 0)]
    assert await shop.orders() == 0


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "ftp://a.example/b", "//a.example/b", "proof.jpg", "https://",
     "https://user:pass@a.example/b", "https://a b", "file:///etc/passwd"],
)  # fmt: skip
async def test_an_address_is_of_the_web(shop: Shop, address: str) -> None:
    """Whatever field carries an address that somebody may click on: http or https, nothing that runs or reads files. An
    order that is there keeps nothing of it."""
    for field in ("transferproof_url", "post_payment_redirect_url"):
        text = "is invalid, expected an address that begins with https:// or http://"
        await assert_refused(shop, shop.digital(**{field: address}), field, text)
    order = await shop.place(shop.digital())
    for field in ("transferproof_url", "rtsproof_url"):
        body = {"ids": [order["id"]], "status": "confirmed", field: address}
        answer = await shop.send("POST", "/v3/orders/change-status", body)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    read = await shop.get(f"/v3/orders/{order['id']}")
    assert (read["status"], read["transferproof_url"], read["rtsproof_url"]) == ("pending", None, None)


async def test_an_address_of_the_web_is_kept_as_it_came(shop: Shop) -> None:
    """Upper case, ports, queries, letters beyond ASCII and fragments are the client's own."""
    address = "HTTPS://cdn.example:8443/bukti/é.jpg?a=1&b=@x#top"
    order = await shop.place(shop.digital(transferproof_url=address))
    assert (await shop.get(f"/v3/orders/{order['id']}"))["transferproof_url"] == address


async def test_stock_of_another_warehouse_does_not_count(shop: Shop) -> None:
    """The shirts are in Surabaya; an order from Jakarta is out of stock."""
    houses = await shop.warehouses(8421)
    jakarta = next(h["warehouse"]["unique_id"] for h in houses if h["warehouse"]["name"] == "Gudang Jakarta")
    body = await shop.physical(warehouse_unique_id=jakarta, shipping_cost=10_000)
    field = "ordervariants.0.quantity"
    await assert_refused(shop, body, field, "Kaos Polos - M is out of stock: 1 wanted, 0 available")


async def test_concurrent_orders_never_oversell(shop: Shop) -> None:
    """Twenty at once want one of five shirts each: five get it, fifteen are refused, and none is sold twice."""
    line = {"quantity": 1, "variant_unique_id": (await shop.variant(8420))["unique_id"]}
    body = await shop.physical(ordervariants=[line])
    answers = await asyncio.gather(*(shop.send("POST", "/v3/orders", body) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [422] * 15
    assert await shop.stock(8420) == [(5, 5)]
    assert await shop.orders() == 5


async def test_another_merchants_store_is_not_found(shop: Shop, other_shop: Shop) -> None:
    """404, in paths and in the body; never a hint that it exists."""
    theirs = other_shop.demo["store_unique_id"]
    for path in ("", "/payment-methods", "/products", "/bundles"):
        answer = await shop.send("GET", f"/v3/stores/{theirs}{path}")
        assert (answer.status_code, answer.json()) == (404, {"error": "Store not found", "error_code": "not_found"})
    answer = await shop.post("/v3/orders", shop.digital(store_unique_id=theirs), 404)
    assert answer == {"error": "Store not found", "error_code": "not_found"}
    assert await shop.orders() == 0


async def test_another_merchants_order_is_not_found(shop: Shop, other_shop: Shop) -> None:
    """404 when read, 404 when changed; it stays as it was."""
    order = await other_shop.place(other_shop.digital())
    answer = await shop.send("GET", f"/v3/orders/{order['id']}")
    assert answer.status_code == 404
    await shop.post("/v3/orders/change-status", {"ids": [order["id"]], "status": "canceled"}, 404)
    assert (await other_shop.get(f"/v3/orders/{order['id']}"))["status"] == "pending"
    assert (await shop.get("/v3/orders"))["data"] == []


async def test_keys(shop: Shop) -> None:
    """401 without a good key, with the documented body; 403 without the scope; a storefront key is none of these."""
    wrong = {"error": "Invalid API key"}
    for key in ("", "sk_unknown", shop.demo["storefront_key"]):
        answer = await Shop(shop.engine, shop.merchant_id, shop.demo, shop.client, key).send("GET", "/v3/orders")
        assert (answer.status_code, answer.json()) == (401, wrong)
        assert answer.headers["x-ratelimit-remaining"] == "10000"
        assert answer.headers["x-request-id"]
    reader = await shop.with_key("rk", "order:list")
    assert (await reader.get("/v3/orders"))["data"] == []
    answer = await reader.send("POST", "/v3/orders", reader.digital())
    assert (answer.status_code, answer.json()) == (403, {"error": "Forbidden", "error_code": "insufficient_scope"})
    assert await shop.orders() == 0


LIMITS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


def limits_of(answer: httpx.Response) -> tuple[str | None, str | None]:
    """The limit and what is left of it."""
    assert len({name in answer.headers for name in LIMITS}) == 1
    return answer.headers.get(LIMITS[0]), answer.headers.get(LIMITS[1])


@pytest.fixture
def still_s(monkeypatch: pytest.MonkeyPatch) -> int:
    """The clock of limits stands still: 10 s before the end of a burst's window, 1,220 s before that of an hour's."""
    now_s = 1_795_315_180
    monkeypatch.setattr("gerai.doors.http.context.unix_s", lambda: float(now_s))
    return now_s


async def test_rate_limit(shop: Shop, still_s: int) -> None:
    """§1.3: a key's hour is counted on each answer, refused ones too; beyond a limit 429, JSON, with the figures of
    the limit that is used up."""
    limited = await shop.with_key("sk", limits={"burst": 3})
    assert limits_of(await limited.send("GET", "/v3/orders")) == ("10000", "9999")
    assert limits_of(await limited.send("GET", "/v3/orders?status=lost")) == ("10000", "9998")
    assert limits_of(await limited.send("GET", "/v3/orders/none")) == ("10000", "9997")
    last = await limited.send("GET", "/v3/orders")
    assert (last.status_code, last.json()) == (429, {"error": "Too many requests", "error_code": "rate_limited"})
    assert limits_of(last) == ("3", "0")
    assert int(last.headers["x-ratelimit-reset"]) - still_s == int(last.headers["retry-after"]) == 10


async def test_the_hour_that_is_used_up_is_the_one_that_is_shown(shop: Shop, still_s: int) -> None:
    """The burst was counted before and has room: its figures say nothing of the refusal."""
    limited = await shop.with_key("sk", limits={"hour": 2})
    assert [limits_of(await limited.send("GET", "/v3/orders")) for _ in range(3)] == [
        ("2", "1"), ("2", "0"), ("2", "0"),
    ]  # fmt: skip
    last = await limited.send("GET", "/v3/orders")
    assert (last.status_code, limits_of(last)) == (429, ("2", "0"))
    assert int(last.headers["x-ratelimit-reset"]) - still_s == int(last.headers["retry-after"]) == 1220
    assert limits_of(await (await shop.with_key("sk", limits={})).send("GET", "/v3/orders")) == ("10000", "9999")


async def test_a_key_without_limits_is_shown_what_it_has_used(shop: Shop, still_s: int) -> None:
    """§16.5: the figures are on every answer. A key without limits is counted and never refused: one is always left."""
    free = await shop.with_key("sk")
    left = [limits_of(await free.send("GET", "/v3/stores/simplified?page_size=1")) for _ in range(105)]
    assert left == [("10000", str(10_000 - used)) for used in range(1, 106)]
    assert limits_of(await free.send("GET", "/v3/orders?status=lost")) == ("10000", "9894")
    limiter = RateLimiter()
    assert [limiter.figures("k", "hour", 2, still_s, 3600).remaining for _ in range(4)] == [1, 1, 1, 1]


async def test_where_no_key_was_accepted_an_unused_hour_is_shown(shop: Shop) -> None:
    """An unknown key, an unknown path, another method: nothing was counted against anybody."""
    nobody = Shop(shop.engine, shop.merchant_id, shop.demo, shop.client, "sk_unknown")
    for sender, method, path, status in (
        (nobody, "GET", "/v3/orders", 401),
        (shop, "GET", "/v3/nothing", 404),
        (shop, "DELETE", "/v3/orders", 405),
    ):
        answer = await sender.send(method, path)
        assert (answer.status_code, limits_of(answer)) == (status, ("10000", "10000"))
        assert 0 < int(answer.headers["x-ratelimit-reset"]) - time.time() <= 3600
