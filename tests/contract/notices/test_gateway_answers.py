"""What the counters answer of a gateway's numbers: as clients keep them, and until the order's end; and play money that
a gateway's own sandbox has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from durianpay_counter_kit import Counter, counter, counter_of
from gateway_doors_kit import TOY, Doors, served, shop
from test_gateway_top_ups import Member, member_of

from gerai.domain.refusals import StateConflict
from gerai.doors.dialects.leuwongrr.wire import instructions_of
from gerai.doors.dialects.scalev.wire_payment import gateway_info
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.payments.record import RecordPayment
from gerai.kit.clock import real_now

__all__ = ["counter", "served", "shop"]


async def test_a_number_has_no_blanks(shop: Doors, counter: Counter) -> None:
    """A bill whose company code and number the gateway writes apart: each counter answers digits alone, in answers and
    replays; the page shows the two parts."""
    TOY.prefix = "70012 "
    order_id = await counter.orders()
    answers = [await counter.charges(order_id, "k") for _ in range(2)]
    [payment] = await counter.payments(order_id)
    shown = TOY.payments[payment.public_id].instructions
    assert shown is not None
    number = shown.code.replace(" ", "")
    assert (shown.code[:6], number.isdigit()) == ("70012 ", True)
    assert [one.json()["data"]["response"]["account_number"] for one in answers] == [number] * 2
    ani: Member = await member_of(shop)
    gateway = (await ani.asks()).json()["data"]["gateway"]
    assert (gateway["pay_code"][:5], gateway["pay_code"].isdigit()) == ("70012", True)
    view = await counter.view(order_id)
    assert instructions_of(payment, "va-bca", payment.asked_sen, "x", "")["pay_code"] == number
    info = gateway_info(view, "http://gerai.test", real_now())
    assert info is not None
    account = info["payment_method"]["virtual_account"]["channel_properties"]
    assert account["virtual_account_number"] == number
    page = (await shop.web.get(f"/i/{view.order.secret}")).text
    assert f'data-copy="{shown.code}"' in page


async def test_no_answer_outlives_its_order(shop: Doors, counter: Counter) -> None:
    """The gateway would take the money for days: the counters say the end of the order, or of the top-up."""
    TOY.lasts = timedelta(days=3)
    ends_at = (real_now() + timedelta(minutes=5)).astimezone(UTC).replace(microsecond=0)
    order_id = await counter.orders(expiry_date=ends_at.isoformat().replace("+00:00", "Z"))
    told = (await counter.charges(order_id)).json()["data"]["response"]
    assert datetime.fromisoformat(told["expiration_time"]) == ends_at
    read = (await counter.asks("GET", f"/payments/{told['payment_id']}")).json()["data"]
    assert datetime.fromisoformat(read["expiration_date"]) == ends_at


async def test_play_money_at_a_gateways_sandbox(shop: Doors) -> None:
    """It is played there alone: a simulated transfer is refused, ``sandbox_options`` is passed over as with a
    production key, and no payer of ours pays it, in time or late."""
    counter = await counter_of(shop, "sandbox")
    order_id = await counter.orders()
    charged = await counter.charges(order_id, sandbox_options={"force_fail": False, "delay_ms": 0})
    number = charged.json()["data"]["response"]["account_number"]
    await shop.work()
    body = {"account_number": number, "amount": "50000.00"}
    answer = await counter.asks("POST", "/payments/va/simulate", body)
    told = {"status": "Payment Unsuccessful", "reason": "VA is paid in the sandbox of its gateway"}
    assert (answer.status_code, answer.json()["data"]) == (422, told)
    [payment] = await counter.payments(order_id)
    names = {"merchant_id": shop.merchant_id, "environment": "sandbox"}
    for played in ("in_time", "late"):
        for outcome in ("paid", "failed"):
            record = RecordPayment(
                **names, order_id=payment.order_id, payment_id=payment.payment_id, outcome=outcome, played=played
            )
            with pytest.raises(StateConflict):
                await shop.engine.submit(record)
    assert [one.status for one in await counter.payments(order_id)] == ["processing"]
    ani = await member_of(shop, "sandbox")
    deposit = await ani.deposit((await ani.asks()).json()["data"]["deposit"]["invoice_code"])
    with pytest.raises(StateConflict):
        await shop.engine.submit(
            RecordDeposit(**names, deposit_id=deposit.deposit_id, outcome="paid", played="in_time")
        )
    assert await ani.top_ups.stands(deposit) == ("pending", 0)
