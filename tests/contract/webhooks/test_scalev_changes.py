"""Scalev's webhooks of what becomes of an order (contract §12): its status, its payment, and who did it."""

from __future__ import annotations

from scalev_hooks import PAYMENTS, STATUSES, business, change, envelope, happened_at, parcel, second, times, verify
from webhook_kit import SECRET, Message, Shop, names
from webhook_orders import place_scalev

from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.refund import RefundPayment


async def test_the_documented_walk(scalev: Shop) -> None:
    """Paid, back to pending and unpaid, canceled: each change with its own message, histories newest first, and who did
    it. Money taken back is told with no attempt to pay beside it."""
    order = await place_scalev(scalev, metadata={"event_source_url": "https://toko.example/lp"}, **await parcel(scalev))
    await change(scalev, order, payment_status="paid", by="Sari", payment_method="bank_transfer")
    await change(scalev, order, payment_status="unpaid", status="pending")
    await change(scalev, order, status="canceled", by="Sari")

    told = await scalev.told(order["id"])

    assert names(told) == [
        "order.created",
        "(shipment.planned)",
        "(payment.completed)",
        "order.payment_status_changed",
        "payment.received",
        "order.status_changed",
        "order.payment_status_changed",
        "order.status_changed",
        "order.status_changed",
        "(shipment.cancelled)",
    ]
    messages = [entry for entry in told if isinstance(entry, Message)]
    paid, received, confirmed, unpaid, pending, canceled = messages[1:]
    at = [happened_at(m) for m in (paid, unpaid, canceled)]
    placed_at = second(order["created_at"])
    nobody, sari = ({"avatar": "", "email": "", "name": name} for name in ("", "Sari"))
    customer = {**order["customer"], "created_at": canceled.sent["data"]["customer"]["created_at"]}
    customer["last_updated_at"] = canceled.sent["data"]["customer"]["last_updated_at"]
    buyer = {"customer": customer, "metadata": {"event_source_url": "https://toko.example/lp"}}
    assert second(order["customer"]["created_at"]) == customer["created_at"]
    assert canceled.signed.body == envelope(
        canceled,
        "order.status_changed",
        {
            "id": order["id"],
            "order_id": order["order_id"],
            "status": "canceled",
            **times(*STATUSES, pending=at[1], confirmed=at[0], canceled=at[2]),
            "created_at": placed_at,
            "last_updated_at": at[2],
            "status_history": [
                {"at": at[2], "by": sari, "status": "canceled"},
                {"at": at[1], "by": nobody, "status": "pending"},
                {"at": at[0], "by": sari, "status": "confirmed"},
                {"at": placed_at, "by": nobody, "status": "pending"},
            ],
            **buyer,
        },
    )
    assert [m.sent["data"]["status"] for m in (confirmed, pending)] == ["confirmed", "pending"]
    payment = {
        "id": order["id"],
        "order_id": order["order_id"],
        "business": business(scalev),
        "is_probably_spam": False,
        "mark_as_spam_by": None,
        "created_at": placed_at,
        "last_updated_at": at[0],
        "payment_status": "paid",
        "payment_account_id": None,
        "epayment_provider": None,
        "payment_method": "bank_transfer",
        "sub_payment_method": None,
        "financial_entity": None,
        "payment_account_holder": None,
        "payment_account_number": None,
        "transferproof_url": None,
        "pg_payment_info": None,
        "pg_reference_id": None,
        "pg_paid_info": None,
        **times(*PAYMENTS, unpaid=placed_at, paid=at[0]),
        "transfer_time": None,
        "payment_status_history": [{"at": at[0], "by": sari, "status": "paid"}],
        **buyer,
    }
    assert paid.signed.body == envelope(paid, "order.payment_status_changed", payment)
    assert received.signed.body == envelope(received, "payment.received", payment)
    data = unpaid.sent["data"]
    assert [step["status"] for step in data["payment_status_history"]] == ["unpaid", "paid"]
    assert (data["payment_status"], data["unpaid_time"], data["paid_time"]) == ("unpaid", at[1], at[0])
    assert (data["pg_reference_id"], data["pg_payment_info"]) == (None, None)
    assert all(verify(message, SECRET) for message in messages)


async def test_settled_and_conflict(scalev: Shop) -> None:
    """Settled is received once more; a conflict is payment.failed, in the same shape as the payment status."""
    settled, disputed = await place_scalev(scalev), await place_scalev(scalev)
    for word in ("paid", "settled"):
        await change(scalev, settled, payment_status=word)
    await change(scalev, disputed, payment_status="conflict", by="Sari")

    money = [m for m in await scalev.messages(settled["id"]) if m.name.startswith(("payment.", "order.payment"))]
    failed = [m for m in await scalev.messages(disputed["id"]) if m.name.startswith(("payment.", "order.payment"))]

    assert [(m.name, m.sent["data"]["payment_status"]) for m in money] == [
        ("order.payment_status_changed", "paid"),
        ("payment.received", "paid"),
        ("order.payment_status_changed", "settled"),
        ("payment.received", "settled"),
    ]
    assert [(m.name, m.sent["data"]["payment_status"]) for m in failed] == [
        ("order.payment_status_changed", "conflict"),
        ("payment.failed", "conflict"),
    ]
    assert failed[0].message.data == failed[1].message.data


async def test_a_disputed_order_is_paid_on_the_pay_page(scalev: Shop) -> None:
    """The order is paid then, told once, and reads so: nothing of it is disputed any more."""
    order = await place_scalev(scalev, payment_method="va_bca")
    await change(scalev, order, payment_status="conflict")
    page = f"/o/{order['secret_slug']}"
    await scalev.client.post(f"{page}/method", data={"choice": "va:BCA"}, follow_redirects=True)
    await scalev.client.post(f"{page}/play", data={"act": "pay"}, follow_redirects=True)

    money = [m for m in await scalev.messages(order["id"]) if m.name.startswith(("payment.", "order.payment"))]
    assert [(m.name, m.sent["data"]["payment_status"]) for m in money] == [
        ("order.payment_status_changed", "conflict"),
        ("payment.failed", "conflict"),
        ("order.payment_status_changed", "paid"),
        ("payment.received", "paid"),
    ]
    view = await scalev.view(order["id"])
    assert (view.order.status, view.order.payment_mark) == ("completed", "")
    assert [p.status for p in view.payments] == ["completed"]


async def test_a_payment_is_started_on_the_pay_page(scalev: Shop) -> None:
    """order.epayment_created is the whole order and what its buyer must see. Its failure is told by nothing: the order
    is unpaid as before. Paid then: the gateway's words stay with the payment that succeeded."""
    order = await place_scalev(scalev, payment_method="va_bca")
    page = f"/o/{order['secret_slug']}"
    for act in ("fail", "pay"):
        await scalev.client.post(f"{page}/method", data={"choice": "va:BCA"}, follow_redirects=True)
        await scalev.client.post(f"{page}/play", data={"act": act}, follow_redirects=True)

    told = await scalev.told(order["id"])

    assert names(told) == [
        "order.created",
        "order.epayment_created",
        "(payment.failed)",
        "order.epayment_created",
        "(payment.completed)",
        "order.payment_status_changed",
        "payment.received",
        "order.status_changed",
    ]
    created, first, again, changed = (told[i] for i in (0, 1, 3, 5))
    assert isinstance(created, Message)
    assert isinstance(first, Message)
    assert isinstance(again, Message)
    assert isinstance(changed, Message)
    view = await scalev.view(order["id"])
    for message, payment in ((first, view.payments[0]), (again, view.payments[1])):
        expected = {
            **created.message.data,
            "last_updated_at": happened_at(message),
            "pg_payment_info": {
                "payment_method": {
                    "virtual_account": {
                        "channel_code": "BCA",
                        "channel_properties": {
                            "virtual_account_number": payment.instructions["code"],
                            "customer_name": "Siti Nurhaliza — é",
                        },
                    }
                }
            },
            "pg_reference_id": payment.public_id,
        }
        assert message.signed.body == envelope(message, "order.epayment_created", expected)
    told_paid = changed.sent["data"]
    assert told_paid["pg_reference_id"] == view.payments[1].public_id
    assert told_paid["pg_payment_info"] == again.sent["data"]["pg_payment_info"]
    # What was paid, as the order itself is read.
    read = (await scalev.ask("GET", f"/v3/orders/{order['id']}")).json()
    assert told_paid["pg_paid_info"] == read["pg_paid_info"]
    assert (told_paid["pg_paid_info"]["status"], told_paid["pg_paid_info"]["amount"]) == ("PAID", "75000.00")
    assert told_paid["pg_paid_info"]["payment_method"] == told_paid["pg_payment_info"]["payment_method"]
    assert "pg_paid_info" not in again.sent["data"]
    received = told[6]
    assert isinstance(received, Message)
    assert received.sent["data"] == told_paid


async def test_what_was_paid_is_shown_after_it_was_given_back(scalev: Shop) -> None:
    """Given back whole, the payment is named as before, with what was paid by it, in the order and in what is told of
    it afterwards."""
    order = await place_scalev(scalev, payment_method="invoice")
    page = f"/o/{order['secret_slug']}"
    for channel, act in (("va:BNI", "fail"), ("va:BCA", "pay")):
        await scalev.client.post(f"{page}/method", data={"choice": channel}, follow_redirects=True)
        await scalev.client.post(f"{page}/play", data={"act": act}, follow_redirects=True)
    names = ("epayment_provider", "pg_paid_info", "pg_reference_id")
    paid = (await scalev.ask("GET", f"/v3/orders/{order['id']}")).json()
    [_, payment] = (await scalev.view(order["id"])).payments
    assert (paid["pg_reference_id"], paid["pg_paid_info"]["status"]) == (payment.public_id, "PAID")

    view = await scalev.view(order["id"])
    await scalev.do(RefundPayment, view, payment_id=payment.payment_id, amount_sen=payment.amount_sen)

    read = (await scalev.ask("GET", f"/v3/orders/{order['id']}")).json()
    assert {name: read[name] for name in names} == {name: paid[name] for name in names}
    assert read["pg_payment_info"] is None
    before = await scalev.messages(order["id"])
    await change(scalev, order, payment_status="settled")
    after = await scalev.messages(order["id"])
    assert [m.signed.body for m in after[: len(before)]] == [m.signed.body for m in before]
    [told, received] = after[len(before) :]
    assert (told.name, received.name) == ("order.payment_status_changed", "payment.received")
    assert {name: told.sent["data"][name] for name in names} == {name: paid[name] for name in names}


async def test_a_message_tells_the_event_not_what_came_after(scalev: Shop) -> None:
    """Composed after everything, each message is what it was when its event had just happened."""
    order = await place_scalev(scalev, **await parcel(scalev))
    early = [m.signed.body for m in await scalev.messages(order["id"])]
    for fields in (
        {"payment_status": "paid"},
        {"status": "in_process"},
        {"status": "shipped"},
        {"status": "completed"},
    ):
        await change(scalev, order, **fields)
        now = [m.signed.body for m in await scalev.messages(order["id"])]
        assert now[: len(early)] == early
        assert len(now) > len(early)
        early = now


async def test_an_order_that_ran_out_is_canceled(scalev: Shop) -> None:
    """The contract has no word for expired; money that comes late brings the order back, and both are told."""
    order = await place_scalev(scalev, payment_method="qris", customer_email="late@example.com")
    await scalev.client.post(f"/o/{order['secret_slug']}/method", data={"choice": "qris:QRIS"}, follow_redirects=True)
    view = await scalev.view(order["id"])
    async with scalev.engine.connection() as connection:
        await connection.execute(
            "UPDATE orders SET expires_at = created_at WHERE merchant_id = %s AND order_id = %s",
            (view.order.merchant_id, view.order.order_id),
        )
    await scalev.do(ExpireOrder, view)
    await scalev.do(RecordPayment, view, payment_id=view.payments[0].payment_id, outcome="paid")

    told = await scalev.told(order["id"])

    assert names(told) == [
        *("order.created", "order.epayment_created"),
        *("order.status_changed", "(payment.expired)"),
        "order.status_changed",
        *("(payment.completed)", "order.payment_status_changed", "payment.received", "order.status_changed"),
    ]
    statuses = [m.sent["data"]["status"] for m in told if isinstance(m, Message) and m.name == "order.status_changed"]
    assert statuses == ["canceled", "pending", "completed"]


async def test_what_people_noted_is_told_as_of_its_event(scalev: Shop) -> None:
    """A message that is composed late tells the payment method and proof of its own moment: those of the buyer when the
    order was placed, those of each change afterwards."""
    order = await place_scalev(scalev)
    proof = "https://toko.example/bukti.jpg"
    await change(scalev, order, payment_status="paid", payment_method="bank_transfer", transferproof_url=proof)
    await change(scalev, order, payment_status="settled", payment_method="qris")

    messages = await scalev.messages(order["id"])

    told = [(m.name, m.sent["data"]["payment_method"], m.sent["data"]["transferproof_url"]) for m in messages
            if "payment_method" in m.sent["data"]]  # fmt: skip
    assert told == [
        ("order.created", "invoice", None),
        ("order.payment_status_changed", "bank_transfer", proof),
        ("payment.received", "bank_transfer", proof),
        ("order.payment_status_changed", "qris", proof),
        ("payment.received", "qris", proof),
    ]
