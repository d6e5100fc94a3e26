"""A gateway behind the doors: what it answered is what the payer sees at each counter and page; its notices are
believed with their proof alone, and only after it was asked."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from gateway_doors_kit import RIGHT, TOY, Doors, contract_of, served, shop

from gateway_kit import KEY, PRICE
from gerai.app import App
from gerai.domain.money import rupiah
from gerai.doors.dialects.durianpay.demo import ORDER
from gerai.engine.gateways.desk import seen_of
from gerai.engine.gateways.give_back import refund_key
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import open_merchant
from gerai.engine.payments.cancel import CancelPayment
from gerai.engine.payments.refund import RefundPayment
from gerai.kit.http import Unreachable
from gerai.kit.ids import base62
from gerai.kit.secret_box import SecretBox, new_key
from gerai.ports.gateways import GatewayRefused, OutcomeUnknown, RefundSeen

__all__ = ["served", "shop"]


async def test_a_page(shop: Doors) -> None:
    """The page offers the contract's ways; chosen, it shows the gateway's number; of a gateway that was not reached the
    payer is told to choose another way; while nobody knows it says that there is nothing to pay yet."""
    order = (await shop.ordered()).order
    path = f"/i/{order.secret}"
    page = (await shop.web.get(path)).text
    assert "va:BCA" in page
    TOY.fails, TOY.made = Unreachable("ConnectError"), False
    answer = await shop.web.post(f"{path}/method", data={"choice": "va:BCA"}, follow_redirects=True)
    assert (answer.status_code, "va:BCA" in answer.text) == (200, True)
    TOY.fails, TOY.made, TOY.hidden = OutcomeUnknown("TimeoutError"), True, True
    await shop.web.post(f"{path}/method", data={"choice": "va:BNI"})
    page = (await shop.web.get(path)).text
    assert "Belum ada yang perlu dibayar" in page
    assert f'action="{path}/change"' in page
    [failed, payment] = (await shop.engine.orders.as_now(order)).payments
    assert (failed.status, payment.status) == ("failed", "processing")
    TOY.hidden = False
    await shop.look(payment)
    page = (await shop.web.get(path)).text
    code = TOY.payments[payment.public_id].instructions
    assert code is not None
    assert f'data-copy="{code.code}"' in page
    assert "Belum ada yang perlu dibayar" not in page


async def test_durianpays_charge(shop: Doors) -> None:
    """The answer has the gateway's VA number; not reached it is 503 and the order may be charged again; the same key
    again brings what was found meanwhile, and starts nothing."""
    secret = f"dp_live_{base62(40)}"
    await create_key(shop.engine, shop.merchant_id, "production", "durianpay", secret, name="k", prefix="dp_live_")
    auth = httpx.BasicAuth(secret, "")
    body = {name: value for name, value in ORDER.items() if name not in {"expiry_date", "items"}}
    body |= {"amount": "50000.00"}
    placed = await shop.web.post("/v1/orders", json=body, auth=auth)
    assert placed.status_code == 200, placed.text
    order_id = placed.json()["data"]["id"]
    wanted = {"type": "VA", "request": {"order_id": order_id, "bank_code": "BCA", "name": "Jane", "amount": "50000.00"}}
    TOY.fails, TOY.made = Unreachable("ConnectError"), False
    busy = await shop.web.post("/v1/payments/charge", json=wanted, auth=auth)
    assert (busy.status_code, "error_code" in busy.json()) == (503, True)
    TOY.fails, TOY.made, TOY.hidden = OutcomeUnknown("TimeoutError"), True, True
    keyed = {"Idempotency-Key": "charge-1"}
    unknown = await shop.web.post("/v1/payments/charge", json=wanted, auth=auth, headers=keyed)
    assert unknown.status_code == 503
    starts = [of for what, of in TOY.asked if what == "start"]
    async with shop.engine.connection() as connection:
        cursor = await connection.execute(
            "SELECT order_id, payment_id, public_id FROM payments WHERE merchant_id = %s "
            "ORDER BY payment_id DESC LIMIT 1",
            (shop.merchant_id,),
        )
        row = await cursor.fetchone()
    assert row is not None
    view = await shop.engine.orders.by_id(shop.merchant_id, row[0])
    assert view is not None
    TOY.hidden = False
    await shop.look(view.payments[-1])
    again = await shop.web.post("/v1/payments/charge", json=wanted, auth=auth, headers=keyed)
    shown = TOY.payments[row[2]].instructions
    assert shown is not None
    assert (again.status_code, shown.code in again.text) == (200, True), again.text
    assert [of for what, of in TOY.asked if what == "start"] == starts


async def test_notices(shop: Doors) -> None:
    """With its proof and after the gateway was asked: paid once, however often it comes. Without proof, at another
    merchant's address, of a payment that is not paid there, or of one that is nobody's: nothing is paid."""
    payment, other = await shop.started(), await shop.started()
    for headers in ({}, {"X-Toy": KEY[:-1]}):
        answer = await shop.web.post(shop.address, content=payment.public_id, headers=headers)
        assert answer.status_code == 404
    assert await shop.notices() == []
    early = await shop.web.post(shop.address, content=payment.public_id, headers=RIGHT)
    assert (early.status_code, early.json()) == (200, {"ok": True})
    await shop.work()
    assert await shop.stands(payment) == ("processing", 0)
    TOY.pays(payment)
    for body in (f"{payment.public_id} ", f" {payment.public_id}", payment.public_id, f"{payment.public_id} "):
        assert (await shop.web.post(shop.address, content=body, headers=RIGHT)).status_code == 200
    await shop.work()
    assert await shop.stands(payment) == ("completed", PRICE)
    assert await shop.stands(other) == ("processing", 0)
    await shop.web.post(shop.address, content="pay_of_nobody", headers=RIGHT)
    await shop.work()
    assert (await shop.notices())[-1] == ("waiting", 0, "it is about a payment that was not started here")
    assert KEY not in str(await shop.notices())


async def test_another_merchants_payment_is_nobodys(shop: Doors, served: App) -> None:
    """A notice with its own proof names a payment of another merchant: it is not touched."""
    engine = served.engine
    stranger = await open_merchant(engine, f"toy{engine.ids.next()}", "Lain")
    address = shop.address_of(await contract_of(served, stranger))
    payment = await shop.started()
    TOY.pays(payment)
    await shop.web.post(address, content=payment.public_id, headers=RIGHT)
    await shop.work()
    assert await shop.stands(payment) == ("processing", 0)


async def test_a_refund_is_sent_by_itself(shop: Doors) -> None:
    """Nobody has to do anything: the worker asks the gateway; what waits there is booked when the gateway reports it,
    without waiting for the next look."""
    payment = await shop.started("BNI")
    TOY.pays(payment)
    await shop.web.post(shop.address, content=payment.public_id, headers=RIGHT)
    await shop.work()
    TOY.refunding = [RefundSeen("pending", "r-1")]
    names = {"merchant_id": shop.merchant_id, "environment": "production", "order_id": payment.order_id}
    await shop.engine.submit(RefundPayment(**names, payment_id=payment.payment_id, amount_sen=PRICE))
    await shop.work()
    [listed] = await shop.engine.payments.refunds(shop.merchant_id)
    assert (listed.task.status, listed.task.looks) == ("sending", 1)
    TOY.refunds[refund_key(payment, listed.task)] = RefundSeen("done", "r-1")
    await shop.web.post(shop.address, content=f"{payment.public_id} ", headers=RIGHT)
    await shop.work()
    assert await shop.engine.payments.refunds(shop.merchant_id) == []
    [done] = await shop.engine.payments.refunds(shop.merchant_id, ended=True)
    assert (done.task.status, done.task.reference, done.task.ended_by) == ("done", "r-1", "Toy")
    assert (payment.public_id, PRICE) in TOY.given_back


async def test_what_was_left_is_ended_at_once(shop: Doors) -> None:
    """Its payer chose another way: the gateway is told now, not after the look that is planned, in a minute or an hour;
    until then somebody could pay it."""
    payment = await shop.started()
    names = {"merchant_id": shop.merchant_id, "environment": "production", "order_id": payment.order_id}
    await shop.engine.submit(CancelPayment(**names, payment_id=payment.payment_id))
    await shop.work()
    assert ("cancel", payment.public_id) in TOY.asked
    assert (await shop.attempt(payment)).status == "ended"


async def test_another_amount_on_the_page(shop: Doors) -> None:
    """The gateway took less than was asked for: the buyer reads what came and what was asked, is asked not to pay
    again, and is offered no way to."""
    payment = await shop.started()
    TOY.pays(payment, paid_sen=PRICE - rupiah(10_000))
    await shop.web.post(shop.address, content=payment.public_id, headers=RIGHT)
    await shop.work()
    path = f"/i/{(await shop.now(payment)).order.secret}"
    for language, texts in (
        ("id", ("Jumlah yang Anda bayar berbeda", "Rp40.000 dari Anda", "yang diminta Rp50.000", "Jangan membayar")),
        ("en", ("You paid another amount", "Your Rp40.000 is recorded", "Rp50.000 was asked for", "do not pay")),
    ):
        page = (await shop.web.get(path, headers={"Accept-Language": language})).text
        assert [text for text in texts if text not in page] == []
        assert "va:BCA" not in page


async def test_a_contract_that_cannot_be_opened(shop: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key that opens the contract is not there, or its gateway is not installed: nobody can look at a notice's
    proof, so it is not turned away for good but with 503, and counts when it comes again."""
    payment = await shop.started()
    TOY.pays(payment)
    desk = shop.desk
    for name, spoilt in (("_sealer", SecretBox(new_key())), ("gateways", {})):
        with monkeypatch.context() as patch:
            patch.setattr(desk, name, spoilt)
            answer = await shop.web.post(shop.address, content=payment.public_id, headers=RIGHT)
            assert (answer.status_code, await shop.notices()) == (503, [])
    answer = await shop.web.post(shop.address, content=payment.public_id, headers={"X-Toy": "guess"})
    assert answer.status_code == 404
    answer = await shop.web.post(shop.address, content=payment.public_id, headers=RIGHT)
    assert answer.status_code == 200
    await shop.work()
    assert await shop.stands(payment) == ("completed", PRICE)


async def test_a_notice_that_can_never_be_read_says_why(shop: Doors) -> None:
    """An id with a NUL in it is no id: the notice waits, with that as its reason, and what else is in it counts. So
    does one about which the gateway refuses to speak; neither is tried again and again without a word."""
    payment = await shop.started()
    TOY.pays(payment)
    await shop.web.post(shop.address, content=f"{payment.public_id}\0 {payment.public_id}", headers=RIGHT)
    await shop.work()
    assert await shop.notices() == [("waiting", 1, "it names a payment by no text")]
    assert await shop.stands(payment) == ("completed", PRICE)
    other = await shop.started()
    TOY.fails = GatewayRefused("401", "key")
    await shop.web.post(shop.address, content=other.public_id, headers=RIGHT)
    await shop.work()
    TOY.fails = None
    assert (await shop.notices())[-1] == ("waiting", 0, "the gateway refuses to say how it stands: 401")


async def test_what_the_gateway_answers_is_kept_without_nul(shop: Doors) -> None:
    """No database keeps one in a text: its payment is followed, shown and paid all the same."""
    payment = await shop.started()
    seen = TOY.payments[payment.public_id]
    assert seen.instructions is not None
    odd = replace(seen.instructions, code="88\x0008", steps={"id": ["tekan\x00 kirim"]})
    await shop.engine.submit(seen_of(payment, replace(seen, reference="toy\x00-1", instructions=odd)))
    TOY.pays(payment, reference="toy\x00-1")
    await shop.look(payment)
    assert await shop.stands(payment) == ("completed", PRICE)
    assert "\0" not in (await shop.attempt(payment)).reference
