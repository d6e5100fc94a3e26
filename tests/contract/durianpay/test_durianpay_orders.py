"""Orders through the Durianpay door, on the running engine (seed, contract §5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from durianpay_shop import SEED, Shop, open_shop, order_body

from gerai.engine.core import Engine
from gerai.engine.merchants.open import set_test_clock

LIST_KEYS = [
    "id", "customer_id", "order_ref_id", "order_ds_ref_id", "amount", "currency", "status", "is_live", "created_at",
    "updated_at", "expiry_date", "given_name", "sur_name", "email", "mobile", "payment_option", "payment_id",
    "payment_details_type", "payment_status", "payment_date", "description", "payment_link_url",
    "is_notification_enabled", "email_subject", "email_content", "payment_method_id",
]  # fmt: skip


async def test_the_seed_as_printed(shop: Shop) -> None:
    """The seed's curl is answered 200 with the seed's keys, although its expiry date is long past."""
    response = await shop.ask("POST", "/v1/orders", SEED)
    data = response.json()["data"]
    assert response.status_code == 200
    assert list(data) == [
        "id", "customer_id", "order_ref_id", "order_ds_ref_id", "amount", "payment_option", "currency", "status",
        "created_at", "updated_at", "expiry_date", "metadata", "items", "access_token", "expire_time", "address_id",
        "is_live", "fees", "shipping_fee", "admin_fee_method",
    ]  # fmt: skip
    assert {name: data[name] for name in ("amount", "status", "expiry_date", "fees", "shipping_fee", "is_live")} == {
        "amount": "10001.00",
        "status": "started",
        "expiry_date": "2022-03-29T10:00:00Z",
        "fees": None,
        "shipping_fee": "",
        "is_live": False,
    }
    assert data["items"] == SEED["items"]


async def test_an_order_born_expired_reads_expired(shop: Shop) -> None:
    """Its own reads say expired, it cannot be charged, and no payment is left behind."""
    order = (await shop.ask("POST", "/v1/orders", SEED)).json()["data"]
    fetched = (await shop.ask("GET", f"/v1/orders/{order['id']}")).json()["data"]
    charged = await shop.charge(order)
    assert fetched["status"] == "expired"
    assert (charged.status_code, charged.json()["error_code"], charged.json()["error"]) == (
        400,
        "DPAY_INVALID_REQUEST",
        "order is expired",
    )
    assert (await shop.rows())["payments"] == 0


async def test_an_order_expires_on_the_sandbox_clock(shop: Shop) -> None:
    """Thirty days by default, to the microsecond of its creation; over on the merchant's test clock."""
    order = await shop.order(description="x")
    created = datetime.fromisoformat(order["created_at"])
    assert datetime.fromisoformat(order["expiry_date"]) - created < timedelta(seconds=5) + timedelta(days=30)
    assert datetime.fromisoformat(order["expire_time"]) - created == timedelta(days=30)
    await set_test_clock(shop.engine, shop.merchant_id, offset_s=31 * 24 * 3600)
    assert (await shop.ask("GET", f"/orders/{order['id']}")).json()["data"]["status"] == "expired"
    assert (await shop.charge(order)).status_code == 400


async def test_a_payment_link_is_six_letters_and_unique(shop: Shop) -> None:
    """The bare code, with pending_amount, exactly where is_payment_link was true."""
    links = [await shop.order(is_payment_link=True) for _ in range(3)]
    plain = await shop.order()
    codes = {order["payment_link_url"] for order in links}
    assert len(codes) == 3
    assert all(len(code) == 6 and code.isalpha() and code.isascii() for code in codes)
    assert [order["pending_amount"] for order in links] == [None, None, None]
    assert "payment_link_url" not in plain
    assert "pending_amount" not in plain
    fetched = (await shop.ask("GET", f"/orders/{links[0]['id']}")).json()["data"]
    assert fetched["payment_link_url"] == links[0]["payment_link_url"]
    assert "access_token" not in fetched


@pytest.mark.parametrize("prefix", ["/v1", ""])
@pytest.mark.parametrize("slash", ["", "/"])
async def test_both_prefixes_and_a_trailing_slash(shop: Shop, prefix: str, slash: str) -> None:
    """Every path answers under both prefixes, with one slash behind it, and never redirects."""
    created = await shop.ask("POST", f"{prefix}/orders{slash}", order_body())
    fetched = await shop.ask("GET", f"{prefix}/orders/{created.json()['data']['id']}{slash}")
    token = await shop.ask_raw("POST", f"{prefix}/merchants/token{slash}", b"null")
    assert (created.status_code, fetched.status_code, token.status_code) == (200, 200, 200)
    assert len(token.json()["data"]["access_token"]) == 64


async def test_the_customer_is_found_by_email_mobile_or_id(shop: Shop) -> None:
    """E-mail whatever its case, then mobile; an id wins; nobody found makes a new one."""
    first = await shop.order(customer={"email": "jane@nomail.com", "mobile": "85722173217"})
    by_email = await shop.order(customer={"email": "JANE@nomail.com", "mobile": "8111111111"})
    by_mobile = await shop.order(customer={"mobile": "85722173217"})
    by_id = await shop.order(customer={"id": first["customer_id"], "email": "other@nomail.com"})
    other = await shop.order(customer={"email": "other@nomail.com"})
    found = {order["customer_id"] for order in (first, by_email, by_mobile, by_id)}
    assert found == {first["customer_id"]}
    assert other["customer_id"] not in found
    assert (await shop.rows())["members"] == 2


async def test_an_unknown_customer_id_is_named(shop: Shop) -> None:
    """400 with the field customer.id, and nothing was written."""
    response = await shop.ask("POST", "/orders", order_body(customer={"id": "cus_ViPeX4iBYp2233"}))
    assert response.status_code == 400
    assert response.json()["errors"] == [{"field": "customer.id", "message": "customer does not exists"}]
    assert set((await shop.rows()).values()) == {0}


async def test_another_modes_customer_is_unknown(shop: Shop) -> None:
    """Live and test data are separate: a sandbox customer cannot be named with the live key."""
    order = await shop.order()
    response = await shop.other_environment().ask("POST", "/orders", order_body(customer={"id": order["customer_id"]}))
    assert response.status_code == 400


async def test_amounts_in_every_form_of_the_clients(shop: Shop) -> None:
    """Comma-grouped, numeric, with decimals: rounded half-up to whole rupiah."""
    sent = ["1,250,000.00", 20000, "10000.5", "10000.49", "80000.00"]
    got = [(await shop.order(amount=amount, items=None))["amount"] for amount in sent]
    assert got == ["1250000.00", "20000.00", "10001.00", "10000.00", "80000.00"]


async def test_a_json_fraction_never_becomes_a_float(shop: Shop) -> None:
    """Sixteen digits and a half are above the maximum, fifteen are rounded from their digits; 1.1e4 is 11000."""
    body = b'{"AMOUNT":1000000000000000.5,"currency":"IDR","customer":{"email":"a@b.id"}}'
    small = b'{"amount":1.1e4,"currency":"IDR","customer":{"email":"a@b.id"}}'
    too_large = await shop.ask_raw("POST", "/orders", body)
    fits = await shop.ask_raw("POST", "/orders", body.replace(b"1000000000000000.5", b"999999999999998.5"))
    scientific = await shop.ask_raw("POST", "/orders", small)
    assert too_large.status_code == 400
    assert fits.json()["data"]["amount"] == "999999999999999.00"
    assert scientific.json()["data"]["amount"] == "11000.00"


async def test_a_live_key_makes_live_orders(shop: Shop) -> None:
    """is_live follows the key, and neither mode sees the other's orders."""
    live = shop.other_environment()
    mine, theirs = await live.order(), await shop.order()
    assert (mine["is_live"], theirs["is_live"]) == (True, False)
    assert (await shop.ask("GET", f"/orders/{mine['id']}")).status_code == 404
    assert (await live.ask("GET", f"/orders/{theirs['id']}")).status_code == 404
    assert [order["id"] for order in (await live.ask("GET", "/orders")).json()["data"]["orders"]] == [mine["id"]]


async def test_another_merchants_order_is_not_found(client: httpx.AsyncClient, engine: Engine, shop: Shop) -> None:
    """Fetching and charging it answer 404 DPAY_ORDER_NOT_FOUND; its owner still has no payment."""
    stranger = await open_shop(client, engine)
    order = await shop.order()
    fetched = await stranger.ask("GET", f"/v1/orders/{order['id']}")
    charged = await stranger.charge(order)
    assert (fetched.status_code, fetched.json()["error_code"]) == (404, "DPAY_ORDER_NOT_FOUND")
    assert (charged.status_code, charged.json()["error"]) == (404, "order does not exists")
    assert (await shop.rows())["payments"] == 0


async def test_the_list_has_the_captured_keys(shop: Shop) -> None:
    """Newest first, count and total alike; without a payment its fields are empty and its date is the zero time."""
    first, second = await shop.order(order_ref_id="a"), await shop.order(order_ref_id="b")
    data = (await shop.ask("GET", "/v1/orders", params={"from": "", "to": "", "skip": "0", "limit": "0"})).json()[
        "data"
    ]
    assert [order["id"] for order in data["orders"]] == [second["id"], first["id"]]
    assert (data["count"], data["total"]) == (2, 2)
    assert list(data["orders"][0]) == LIST_KEYS
    assert {k: data["orders"][0][k] for k in ("payment_id", "payment_date", "given_name", "email", "status")} == {
        "payment_id": "",
        "payment_date": "0001-01-01T00:00:00Z",
        "given_name": "Jane",
        "email": "jane_doe@nomail.com",
        "status": "started",
    }


async def test_an_empty_list_is_null(shop: Shop) -> None:
    """As observed of the real service."""
    assert (await shop.ask("GET", "/v1/orders")).json() == {"data": {"orders": None, "count": 0, "total": 0}}
    assert (await shop.ask("GET", "/v1/payments")).json() == {"data": {"payments": None, "total": 0}}


async def test_skip_limit_and_dates(shop: Shop) -> None:
    """skip and limit cut the page, from and to the days; the totals count what the dates leave."""
    orders = [await shop.order(order_ref_id=str(number)) for number in range(4)]
    page = (await shop.ask("GET", "/orders?skip=1&limit=2")).json()["data"]
    today = datetime.fromisoformat(orders[0]["created_at"]) + timedelta(hours=7)
    days = {"from": f"{today:%Y-%m-%d}", "to": f"{today + timedelta(days=1):%Y-%m-%d}"}
    inside = (await shop.ask("GET", "/orders", params=days)).json()["data"]
    outside = (await shop.ask("GET", "/orders", params={"to": "2020-01-01"})).json()["data"]
    assert [order["order_ref_id"] for order in page["orders"]] == ["2", "1"]
    assert (page["total"], inside["total"], outside["total"]) == (4, 4, 0)


async def test_a_bad_page_is_refused(shop: Shop) -> None:
    """The documented text."""
    for path in ("/orders?skip=-1", "/payments?limit=abc"):
        response = await shop.ask("GET", path)
        assert (response.status_code, response.json()["error"]) == (400, "invalid skip and limit parameter")


@pytest.mark.parametrize("query", ["expand=customer&expand=payments", "expand[0]=customer&expand[1]=payments"])
async def test_expand(shop: Shop, query: str) -> None:
    """The customer as known, the payments in their list form; neither without being asked for."""
    order = await shop.order()
    payment = (await shop.charge(order)).json()["data"]["response"]["payment_id"]
    plain = (await shop.ask("GET", f"/orders/{order['id']}")).json()["data"]
    full = (await shop.ask("GET", f"/orders/{order['id']}?{query}")).json()["data"]
    assert "customer" not in plain
    assert "payments" not in plain
    assert full["status"] == "processing"
    assert (full["customer"]["id"], full["customer"]["sur_name"]) == (order["customer_id"], "Doe")
    assert full["customer"]["address_line_1"] == "Jl. HR. Rasuna Said"
    assert [(p["id"], p["payment_details_type"], p["method_id"]) for p in full["payments"]] == [
        (payment, "va_details", "BCA")
    ]


async def test_a_get_may_carry_a_body(shop: Shop) -> None:
    """The Go client sends the text null with GET; it is not looked at, whatever it is."""
    order = await shop.order()
    for content in (b"null", b"{broken"):
        assert (await shop.ask_raw("GET", f"/orders/{order['id']}", content)).status_code == 200


async def test_order_ref_id_is_not_unique(shop: Shop) -> None:
    """Two orders may share it; each has its own id and token."""
    first, second = await shop.order(), await shop.order()
    assert first["order_ref_id"] == second["order_ref_id"] == "order_ref_001"
    assert first["id"] != second["id"]
    assert first["access_token"] != second["access_token"]


async def test_the_pages_offer_what_a_charge_would_accept(shop: Shop) -> None:
    """Without items no LINKAJA and no BNPL, without an address no BNPL; in instalments only card and BNPL."""

    async def offered(**changes: Any) -> tuple[str, ...] | None:
        order = await shop.order(**changes)
        view = await shop.engine.orders.by_secret(order["access_token"])
        assert view is not None
        return view.order.payment_rules.methods

    everything = ["va", "ewallet", "retail", "online_banking", "qris", "card", "bnpl"]
    some_wallets = [f"ewallet:{wallet}" for wallet in ("DANA", "GOPAY", "OVO", "SHOPEEPAY")]
    bare: dict[str, Any] = {"customer": {"email": "a@b.id"}, "items": None}
    assert await offered() == tuple(everything)
    assert await offered(customer={"email": "a@b.id"}) == tuple(everything[:-1])
    assert await offered(**bare) == ("va", *some_wallets, "retail", "online_banking", "qris", "card")
    assert await offered(payment_option="installment") == ("card", "bnpl")
