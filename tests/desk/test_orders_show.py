"""One order at the desk: everything about it, exact, whichever door it came through."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from orders_kit import BUDI, PARCEL, listed, placed, shop_of, shown

from desk_kit import OWNER, VIEWER, do, open_desk, seen
from gerai.app import DIALECTS
from gerai.domain.webhooks import Delivery
from gerai.doors.http.demo import DemoShop
from gerai.engine.check import check
from gerai.engine.desk.acts.cancel_order import OrderCancel
from gerai.engine.desk.house import Within
from gerai.engine.desk.order_parts import (
    ContactShown,
    LedgerEntry,
    LineShown,
    MemberOfOrder,
    OtherFact,
    ParcelMove,
    PaymentShown,
)
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.shipping.record import RecordShipment
from gerai.engine.webhooks.endpoints import NewEndpoint, add_endpoint, new_secret
from gerai.kit.secret_box import SecretBox, new_key
from gerai.store.webhook_deliveries import add_deliveries


async def test_everything_about_an_order(within: Within) -> None:
    """Its lines, payments, parcel, customer, money and events, as they were made."""
    shop = await shop_of(within)
    order = await placed(
        shop, channel="scalev", contact=BUDI, reference="PO-1", parcel=PARCEL,
        after_payment="confirm", quantity=2,
    )  # fmt: skip
    view = await shop.start_payment(
        (await within.engine.orders.by_ids(within.merchant_id, [order.order_id]))[0],
        fee_sen=4_000_00,
        merchant_fee_sen=0,
    )
    payment = view.payments[0]
    await shop.pay(view, payment_id=payment.payment_id)
    names: dict[str, Any] = {**shop.owner, "order_id": order.order_id, "channel": "scalev"}
    noon = datetime(2026, 11, 29, 5, tzinfo=UTC)
    await shop.engine.submit(RecordShipment(**names, receipt="JX1"))
    await shop.engine.submit(RecordShipment(**names, words="PICKED UP", status="handed_over", at=noon, source="jne"))

    one = await shown(within, order.order_id)
    assert (one.number, one.door, one.environment, one.reference) == (order.number, "scalev", "production", "PO-1")
    assert (one.status, one.payment_status, one.funding) == ("shipped", "paid", "invoice")
    assert (one.total_sen, one.charged_sen, one.kept_sen, one.refunded_sen) == (50_000_00, 50_000_00, 50_000_00, 0)
    assert one.lines == (LineShown("A thing", 2, 25_000_00, 50_000_00, "thing", 7),)
    assert one.contact == ContactShown("Budi Santoso", "+6281234567890", "budi@example.com", "", "")
    assert one.member is not None
    assert (one.member.public_id, one.member.name) == ("c1", "Budi Santoso")
    [shown_payment] = one.payments
    assert isinstance(shown_payment, PaymentShown)
    assert (shown_payment.id, shown_payment.method, shown_payment.channel) == (payment.payment_id, "va", "BCA")
    assert (shown_payment.status, shown_payment.amount_sen, shown_payment.fee_sen) == ("completed", 50_000_00, 4_000_00)
    assert (shown_payment.asked_sen, shown_payment.fault, shown_payment.reference) == (54_000_00, "", "")
    assert one.paid_at == shown_payment.completed_at
    assert (one.parcel.status, one.parcel.courier, one.parcel.service) == ("handed_over", "jne", "REG")
    assert (one.parcel.receipt, one.parcel.booked_by, one.parcel.weight_g) == ("JX1", "lincah", 250)
    assert one.parcel.shipped_at == noon
    reported = [step for step in one.parcel.history if step.words]
    assert reported == [ParcelMove(noon, "handed_over", "PICKED UP", "", "jne")]
    assert {step.status for step in one.parcel.history} == {"planned", "booked", "handed_over"}
    assert [(entry.debit, entry.credit, entry.amount_sen) for entry in one.ledger][:1] == [
        ("gateway", "sales", 50_000_00)
    ]
    assert (one.work, one.refunds, one.deliveries, one.others) == (None, (), (), ())
    assert {event.name for event in one.events} >= {"order.placed", "payment.completed", "order.shipped"}
    assert all("after" not in event.facts and "by" not in event.facts for event in one.events)
    assert one.can == ("orders.complete", "orders.deliver", "orders.receipt", "orders.return")


async def test_a_wallets_money_is_told_by_its_way(within: Within) -> None:
    """What was reserved and let go, from which account to which."""
    shop = await shop_of(within)
    order = await placed(shop, "hold", 60_000_00, provider="manual", work={"items": ["1"]})
    await do(within, "orders.cancel", OrderCancel(id=order.order_id), reason="diminta")
    one = await shown(within, order.order_id)
    assert one.member == MemberOfOrder(shop.member_id, "ani", "Ani")
    assert (one.work.provider, one.work.status) == ("manual", "cancelled")
    first, last = one.ledger
    assert isinstance(first, LedgerEntry)
    assert (first.phase, first.debit, first.credit, first.amount_sen) == (
        "pending", f"wallet {shop.member_id}", "sales", 60_000_00,
    )  # fmt: skip
    assert (last.phase, last.amount_sen) == ("void", 60_000_00)
    assert (one.link, one.can) == (None, ())


async def test_refunds_that_are_owed(within: Within) -> None:
    """What is to be sent back to a payer stands with its order, and with no other."""
    real = await open_desk(within.house, simulated=False)
    shop = await shop_of(real)
    order, other = await placed(shop, contact=BUDI), await placed(shop)
    view = await shop.pay((await real.engine.orders.by_ids(real.merchant_id, [order.order_id]))[0])
    payment = view.payments[0]
    await shop.do(RefundPayment, view, payment_id=payment.payment_id, amount_sen=20_000_00, note="sebagian", by="t")
    one = await shown(real, order.order_id)
    [refund] = one.refunds
    assert (refund.payment, refund.status, refund.amount_sen) == (payment.public_id, "open", 20_000_00)
    assert (refund.reason, refund.destination, refund.ended_at) == ("sebagian", {"holder": "Budi Santoso"}, None)
    told = replace(OWNER, permissions=frozenset({"orders:read"}))
    [less] = await seen(real, "orders.show", told, id=order.order_id)
    assert [(one.id, one.destination) for one in less.refunds] == [(refund.id, {})]
    assert (one.kept_sen, one.refunded_sen, one.payments[0].refunded_sen) == (30_000_00, 20_000_00, 20_000_00)
    assert [(entry.credit, entry.amount_sen) for entry in one.ledger][-1] == ("refunds_owed", 20_000_00)
    assert (await shown(real, other.order_id)).refunds == ()


async def test_its_messages(within: Within) -> None:
    """Those of this order to each endpoint, as they stand; none of another order."""
    shop = await shop_of(within)
    names = {"merchant_id": within.merchant_id, "environment": "production", "channel": "scalev"}
    sealer, urls = SecretBox(new_key()), ("https://one.example/hook", "https://two.example/hook")
    ends = [await add_endpoint(within.engine, sealer, NewEndpoint(**names, url=url), new_secret()) for url in urls]
    order, other = [await placed(shop, "hold", provider="manual", work={"items": ["1"]}) for _ in range(2)]
    now = order.created_at
    async with within.engine.connection() as connection:
        for endpoint_id in ends:
            event_id = (await shown(within, order.order_id)).events[0].id
            new = Delivery(
                within.merchant_id, within.engine.ids.next(), endpoint_id, "production", order.order_id, event_id, 0,
                "order.created", "{}", "pending", 1, 1, now, now, now, None, 1, now,
            )  # fmt: skip
            assert await add_deliveries(connection, [new]) == 1
    sent = (await shown(within, order.order_id)).deliveries
    assert [(one.endpoint, one.url) for one in sent] == sorted(zip(ends, urls, strict=True))
    [less] = await seen(within, "orders.show", VIEWER, id=order.order_id)
    assert [one.url for one in less.deliveries] == [urlsplit(one.url).hostname for one in sent]
    assert {(one.event, one.status, one.attempts, one.finished_at) for one in sent} == {
        ("order.created", "pending", 1, None)
    }
    assert (await shown(within, other.order_id)).deliveries == ()


async def test_each_door(within: Within, client: httpx.AsyncClient) -> None:
    """The orders that each door's own clients place: with the page that the door hands out, none where it does not."""
    links: dict[str, set[str]] = {}
    for dialect in DIALECTS:
        assert dialect.demo is not None
        section = await dialect.demo.seed(DemoShop(within.engine, within.merchant_id))
        told = await dialect.demo.tour(client, section)
        links[dialect.name] = {one.pay_url for one in told if one.pay_url}
    found: dict[str, list[Any]] = {dialect.name: [] for dialect in DIALECTS}
    for environment in ("sandbox", "production"):
        there = Within(within.house, within.merchant_id, environment)
        for order_id in await listed(there):
            one = await shown(there, order_id)
            found[one.door].append(one)
    assert {door: len(orders) for door, orders in found.items()} == {
        "cekceir": 1, "durianpay": 2, "leuwongrr": 2, "scalev": 2,
    }  # fmt: skip
    pages = {door: {one.link for one in orders} for door, orders in found.items()}
    assert pages["cekceir"] == {None}
    assert pages["leuwongrr"] == links["leuwongrr"]
    assert links["durianpay"] < pages["durianpay"]
    assert {f"{link}/success" for link in pages["scalev"]} == links["scalev"]
    for link in {link for some in pages.values() for link in some if link}:
        assert (await client.get(link)).status_code == 200, link

    assert {one.others for one in found["leuwongrr"]} == {
        (OtherFact("Username Roblox", "Roblox username", "LeuwongUser"),)
    }
    assert {one.contact.name for one in found["durianpay"]} == {"Jane Mary Doe"}
    assert all(one.contact.address for one in found["durianpay"])
    [parcel, digital] = sorted(found["scalev"], key=lambda one: one.parcel is None)
    assert (parcel.parcel.agreed, parcel.parcel.booked_by, parcel.parcel.status) == ("JNE Reguler", "lincah", "planned")
    assert parcel.contact == ContactShown(
        "John Doe", "62812345678", "example@example.com",
        "Jl. Pegangsaan Timur No. 28, Menteng, Kota Jakarta Pusat, DKI Jakarta 12345", "",
    )  # fmt: skip
    assert (digital.parcel, digital.contact.address) == (None, "")
    [checked] = found["cekceir"]
    assert (checked.status, checked.payment_status, checked.method) == ("completed", "paid", "wallet")
    assert (checked.work.status, checked.work.succeeded, checked.can) == ("succeeded", 1, ())
    assert checked.charged_sen == checked.total_sen
    assert await check(within.engine, within.merchant_id) == []
