"""A way to pay whose gateway must know the payer's telephone is offered to whom it knows, and told that number."""

from __future__ import annotations

from durianpay_counter_kit import Counter, counter
from gateway_doors_kit import TOY, Doors, served, shop
from test_gateway_top_ups import member_of

from gerai.engine.contact import Contact

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
