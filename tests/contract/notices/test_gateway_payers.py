"""A way to pay whose gateway must know the payer's telephone is offered to whom it knows, and told that number."""

from __future__ import annotations

import httpx
from durianpay_counter_kit import Counter, counter
from gateway_doors_kit import TOY, Doors, served, shop
from test_gateway_top_ups import member_of

from gerai.doors.dialects.scalev.demo import DEMO
from gerai.doors.http.demo import DemoShop
from gerai.engine.contact import Contact
from gerai.engine.keys.manage import create_key
from gerai.kit.ids import base62

__all__ = ["counter", "served", "shop"]


async def test_the_page_offers_what_its_payer_can_use(shop: Doors) -> None:
    """Without a telephone the wallet is not among the ways, and a form that names it all the same starts nothing; with
    one it is there, and the gateway is told the number."""
    nobody = (await shop.ordered()).order
    page = (await shop.web.get(f"/i/{nobody.secret}")).text
    assert 'value="va:BCA"' in page
    assert "ewallet:DANA" not in page
    chosen = await shop.web.post(f"/i/{nobody.secret}/method", data={"choice": "ewallet:DANA"})
    assert chosen.headers["location"] == f"/i/{nobody.secret}?notice=unavailable"
    assert (await shop.engine.orders.as_now(nobody)).payments == ()
    contact = Contact("c-1", email="a@example.com", mobile="+628123456789", name="Ani")
    known = (await shop.ordered(contact=contact)).order
    assert 'value="ewallet:DANA"' in (await shop.web.get(f"/i/{known.secret}")).text
    chosen = await shop.web.post(f"/i/{known.secret}/method", data={"choice": "ewallet:DANA"})
    assert chosen.headers["location"] == f"/i/{known.secret}"
    [payment] = (await shop.engine.orders.as_now(known)).payments
    assert TOY.attempts[payment.public_id].payer["mobile"] == "+628123456789"


async def test_a_members_top_up(shop: Doors) -> None:
    """A member without a telephone is answered that the method cannot be used, and no deposit is made; the bank is
    there for both."""
    nobody, known = await member_of(shop, mobile=""), await member_of(shop)
    before = len(TOY.attempts)
    refused = await nobody.asks(payment_method="ewallet-dana")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "PAYMENT_METHOD_UNAVAILABLE")
    assert len(TOY.attempts) == before
    assert (await nobody.get("/me/deposits"))["deposits"] == []
    assert (await nobody.asks()).status_code == 201
    assert (await known.asks(payment_method="ewallet-dana")).status_code == 201


async def test_the_page_of_a_top_up_offers_what_its_member_can_use(shop: Doors) -> None:
    """Another way is chosen on it among those that need no more of the member than is known; a form that names the
    wallet all the same starts nothing. The gateway is told the number of the member who has one."""
    nobody, known = await member_of(shop, mobile=""), await member_of(shop)
    for member, offered in ((nobody, False), (known, True)):
        data = (await member.asks()).json()["data"]
        page = await member.page(data)
        assert ('value="ewallet:DANA"' in page, 'value="va:BNI"' in page) == (offered, True)
        path, _, secret = data["invoice"]["invoice_url"].removeprefix("http://gerai.test").partition("?")
        before = set(TOY.attempts)
        chosen = await shop.web.post(f"{path}/method?{secret}", data={"choice": "ewallet:DANA"})
        assert ("notice=unavailable" in chosen.headers["location"]) == (not offered)
        started = set(TOY.attempts) - before
        assert [TOY.attempts[code].payer["mobile"] for code in started] == (["0812345678"] if offered else [])
        assert len((await member.get("/me/deposits"))["deposits"]) == (2 if offered else 1)


async def test_a_scalev_buyer_without_a_telephone(shop: Doors) -> None:
    """Is refused the wallet at the counter, with the reason, before there is an order that nobody could pay; another
    method is taken, and with a telephone the wallet, too."""
    seeded = await DEMO.seed(DemoShop(shop.engine, shop.merchant_id))
    key = f"sk_{base62(40)}"
    await create_key(shop.engine, shop.merchant_id, "production", "scalev", key, name="t", prefix="sk_")
    line = {"quantity": 1, "variant_unique_id": seeded["digital_variant_unique_id"]}
    body = {"store_unique_id": seeded["store_unique_id"], "customer_name": "Ani", "customer_email": "a@example.com"}

    async def order(**more: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"}
        return await shop.web.post("/v3/orders", json=body | {"ordervariants": [line]} | more, headers=headers)

    refused = await order(payment_method="dana")
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"] == {
        "payment_method": ["is not available without the customer's telephone number and e-mail address"]
    }
    assert (await order(payment_method="va_bca")).status_code == 200
    taken = await order(payment_method="dana", customer_phone="62812345678")
    assert taken.status_code == 200, taken.text


async def test_the_charge_names_the_wallets_own_telephone(counter: Counter) -> None:
    """Durianpay's e-wallet charge names a telephone of its own, which need not be the customer's: the gateway asks that
    wallet, and no other."""
    order_id = await counter.orders()
    charged = await counter.charges(order_id, type="EWALLET", wallet_type="DANA", mobile="081299998888", bank_code=None)
    assert charged.status_code == 200, charged.text
    [payment] = await counter.payments(order_id)
    contact = (await counter.view(order_id)).order.contact
    assert contact.mobile not in ("", "081299998888")
    assert TOY.attempts[payment.public_id].payer["mobile"] == "081299998888"


async def test_the_contracts_bounds_hold_through_a_gateway(counter: Counter) -> None:
    """What lies outside the contract's bounds is refused before the gateway is asked, though it would take as much."""
    before, wallet = len(TOY.asked), {"wallet_type": "DANA", "mobile": "081299998888", "bank_code": None}
    for amount in ("10000001.00", "100000000.00"):
        order_id = await counter.orders(amount=amount)
        refused = await counter.charges(order_id, type="EWALLET", amount=amount, **wallet)
        assert (refused.status_code, refused.json()["error_code"]) == (400, "DPAY_INVALID_REQUEST"), amount
        assert await counter.payments(order_id) == ()
    assert len(TOY.asked) == before
