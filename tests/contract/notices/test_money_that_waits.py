"""Money of another amount, or too late, waits for a decision: its payer is not asked for it a second time, at any
counter or on the page."""

from __future__ import annotations

import pytest
from durianpay_counter_kit import Counter, counter
from gateway_doors_kit import RIGHT, TOY, Doors, served, shop

from gateway_kit import METHODS, PRICE
from gerai.domain.money import rupiah
from gerai.domain.records import Payment
from gerai.domain.refusals import StateConflict
from gerai.doors.http.payable import order_payable, still_asked
from gerai.engine.merchants.open import change_settings
from gerai.engine.payments.cancel import CancelPayment
from gerai.engine.payments.open import WantedPayment, payment_to_start
from gerai.engine.payments.resolve_late import ResolveLate
from gerai.kit.clock import real_now

__all__ = ["counter", "served", "shop"]
_WAITS = "a payment of this order arrived and waits for a decision"


async def _paid(shop: Doors, payment: Payment, paid_sen: int) -> None:
    TOY.pays(payment, paid_sen=paid_sen)
    await shop.web.post(shop.address, content=payment.public_id, headers=RIGHT)
    await shop.work()


@pytest.mark.parametrize("late", [False, True])
async def test_durianpays_charge(shop: Doors, counter: Counter, late: bool) -> None:
    """Refused, whatever the way, and so is the other charge that is still open under its key; the gateway is asked for
    nothing. Once the money was given back the order can be charged again."""
    order_id = await counter.orders()
    for key, bank in (("one", "BCA"), ("two", "BNI")):
        assert (await counter.charges(order_id, key, bank_code=bank)).status_code == 200
    first, second = await counter.payments(order_id)
    names = {"merchant_id": shop.merchant_id, "environment": "production", "order_id": first.order_id}
    if late:
        await shop.engine.submit(CancelPayment(**names, payment_id=first.payment_id))
    await change_settings(shop.engine, shop.merchant_id, {"late_payment": "hold"})
    await _paid(shop, first, PRICE if late else PRICE - rupiah(1_000))
    assert [p.status for p in await counter.payments(order_id)] == ["late", "processing"]
    starts = [of for what, of in TOY.asked if what == "start"]
    refused = [
        await counter.charges(order_id), await counter.charges(order_id, "three", bank_code="BNI"),
        await counter.charges(order_id, type="QRIS"), await counter.charges(order_id, "two", bank_code="BNI"),
    ]  # fmt: skip
    assert {(one.status_code, one.json()["error"]) for one in refused} == {(400, _WAITS)}
    assert [of for what, of in TOY.asked if what == "start"] == starts
    view = await counter.view(order_id)
    assert (order_payable(view, real_now()), still_asked(view, second, real_now())) == (False, False)
    await shop.engine.submit(ResolveLate(**names, payment_id=first.payment_id, decision="refund"))
    again = await counter.charges(order_id, "two", bank_code="BNI")
    assert (again.status_code, bool(again.json()["data"]["response"]["account_number"])) == (200, True)
    assert (await counter.charges(order_id)).status_code == 200


async def test_the_engine_and_the_page(shop: Doors) -> None:
    """Whoever asks the engine is refused, and a form of a page that was open before starts nothing."""
    payment = await shop.started()
    await _paid(shop, payment, PRICE + rupiah(1_000))
    view = await shop.now(payment)
    merchant = shop.engine.directory.merchant(shop.merchant_id)
    start = payment_to_start(shop.engine.ids.next(), merchant, METHODS, view, WantedPayment(method="va", channel="BNI"))
    with pytest.raises(StateConflict) as refused:
        await shop.engine.submit(start)
    assert (refused.value.id, refused.value.state) == (payment.public_id, "late")
    await shop.web.post(f"/i/{view.order.secret}/method", data={"choice": "va:BNI"})
    assert [p.status for p in (await shop.now(payment)).payments] == ["late"]
