"""Who an order is for (contract README): one buyer is never shown as another, in no read, list, message or page."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from durianpay_shop import Shop

from gerai.domain.filters import Scope
from gerai.doors.dialects.durianpay.wire.event_data import order_data, payment_data
from gerai.engine.orders import find

SHOWN = ("given_name", "sur_name", "email", "mobile", "customer_ref_id", "city")
PEOPLE: list[dict[str, Any]] = [
    {"given_name": "Pembeli A", "email": "a@example.com", "mobile": "+6281100000001", "address": {"city": "Solo"}},
    {"given_name": "Pembeli B", "email": "b@example.com", "mobile": "+6281100000001", "address": {"city": "Medan"}},
    {"given_name": "Pembeli C", "email": "a@example.com", "mobile": "+6281100000002", "customer_ref_id": "c-1"},
    {"given_name": "Pembeli D", "mobile": "+6281100000001"},
    {"sur_name": "Pembeli E", "email": "A@EXAMPLE.com"},
    {"mobile": "+6281100000002"},
]


def sent(customer: dict[str, Any]) -> dict[str, str]:
    """What an order of this customer must show."""
    flat = {**customer, **customer.get("address", {})}
    return {name: flat.get(name, "") for name in SHOWN}


async def shown(shop: Shop, order: dict[str, Any]) -> None:
    """Reads the order everywhere; fails where anything but its own contact is shown."""
    wanted = sent(order["sent"])
    fetched = (await shop.ask("GET", f"/v1/orders/{order['id']}?expand=customer")).json()["data"]
    assert {name: fetched["customer"][name] for name in SHOWN} == wanted
    assert fetched["customer"]["id"] == order["customer_id"] == fetched["customer_id"]
    charged = (await shop.charge(order, "QRIS")).json()["data"]["response"]
    payment = (await shop.ask("GET", f"/v1/payments/{charged['payment_id']}?expand=customer")).json()["data"]
    assert payment["customer"] == fetched["customer"]
    page = (await shop.client.get(f"/i/{order['access_token']}")).text
    strangers = {person["given_name"] for person in PEOPLE if "given_name" in person} - {wanted["given_name"]}
    assert [name for name in (*strangers, "b@example.com") if name in page and name != wanted["email"]] == []
    assert all(value in page for value in (wanted["given_name"], wanted["email"], wanted["mobile"][-4:]))


async def listed(shop: Shop, orders: list[dict[str, Any]]) -> None:
    """Both lists and the messages show each order's own contact."""
    by_id = {order["id"]: sent(order["sent"]) for order in orders}
    for entry in (await shop.ask("GET", "/v1/orders?limit=100")).json()["data"]["orders"]:
        names = ("given_name", "sur_name", "email", "mobile")
        assert {name: entry[name] for name in names} == {name: by_id[entry["id"]][name] for name in names}
    for entry in (await shop.ask("GET", "/v1/payments?limit=100")).json()["data"]["payments"]:
        assert (entry["given_name"], entry["email"]) == tuple(
            by_id[entry["order_id"]][name] for name in ("given_name", "email")
        )
        view = await shop.engine.orders.by_public_id(Scope(shop.merchant_id, "sandbox", "durianpay"), entry["order_id"])
        assert view is not None
        event = find.EventEntry(1, view.order.order_id, "payment.cancelled", {}, view.order.created_at)
        [told] = [payment_data(view, payment, event, "cancelled") for payment in view.payments]
        assert (told["given_name"], told["email"]) == (entry["given_name"], entry["email"])


@pytest.mark.parametrize("seed", range(4))
async def test_every_order_shows_the_contact_sent_with_it(shop: Shop, seed: int) -> None:
    """Same mobile and other e-mail, same e-mail and other mobile, a mobile alone, nothing but an e-mail, in any order
    and two at once: e-mails alone tell customers apart where they were given, and nobody is shown as somebody else."""
    people = PEOPLE * 2
    random.Random(seed).shuffle(people)
    orders: list[dict[str, Any]] = []
    for pair in zip(people[::2], people[1::2], strict=True):
        placed = await asyncio.gather(*(shop.order(customer=person) for person in pair))
        orders += [order | {"sent": person} for order, person in zip(placed, pair, strict=True)]
    for order in orders:
        await shown(shop, order)
    await listed(shop, orders)
    by_mail: dict[str, set[str]] = {}
    for order in orders:
        if mail := order["sent"].get("email", "").lower():
            by_mail.setdefault(mail, set()).add(order["customer_id"])
    assert {mail: len(ids) for mail, ids in by_mail.items()} == {"a@example.com": 1, "b@example.com": 1}
    assert by_mail["a@example.com"] != by_mail["b@example.com"]


async def test_the_same_id_with_other_data(shop: Shop) -> None:
    """Named by id: what was sent is shown with that order, the rest as it is on record; the record stays."""
    first = await shop.order(customer=PEOPLE[0])
    other = {"id": first["customer_id"], "given_name": "Istri A", "email": "istri@example.com"}
    second = await shop.order(customer=other)
    bare = await shop.order(customer={"id": first["customer_id"]})
    await shown(shop, first | {"sent": PEOPLE[0]})
    await shown(shop, second | {"sent": other | {"mobile": PEOPLE[0]["mobile"]}})
    await shown(shop, bare | {"sent": {name: PEOPLE[0][name] for name in ("given_name", "email", "mobile")}})
    assert {order["customer_id"] for order in (first, second, bare)} == {first["customer_id"]}
    assert (await shop.rows())["members"] == 1


async def test_five_spellings_of_a_mobile_are_one_customer(shop: Shop) -> None:
    """Found by the number and not by its spelling; each order shows it as it was sent."""
    spellings = ["081234567890", "+62 812-3456-7890", "6281234567890", "(0812) 3456 7890", "81234567890"]
    orders = [await shop.order(customer={"mobile": mobile}) for mobile in spellings]
    assert len({order["customer_id"] for order in orders}) == 1
    for order, mobile in zip(orders, spellings, strict=True):
        await shown(shop, order | {"sent": {"mobile": mobile}})
    assert (await shop.rows())["members"] == 1


@pytest.mark.parametrize("kind", ["EWALLET", "ONLINE_BANKING", "QRIS"])
async def test_a_charge_names_a_telephone_or_is_refused(shop: Shop, kind: str) -> None:
    """Letters are no number; a landline is. The payment is not started without one that can be."""
    order = await shop.order()
    refused = await shop.charge(order, kind, mobile="abc")
    assert (refused.status_code, refused.json()["error"]) == (
        400,
        "mobile must be a telephone number such as 08123456789",
    )
    assert (await shop.rows())["payments"] == 0
    charged = await shop.charge(order, kind, mobile="\u202a021-5551234\u202c")
    assert charged.status_code == 200, charged.text
    assert charged.json()["data"]["response"].get("mobile", "021-5551234") == "021-5551234"


async def test_keys_and_numbers_leave_as_they_came(shop: Shop) -> None:
    """The order of metadata's keys and every digit of an integer, in the answer, in reads and in messages."""
    metadata = {"zeta": "1", "alpha": 1262024148939440249, "m": {"b": 1, "a": 12620241489394402490000}}
    wanted = [("zeta", "1"), ("alpha", "1262024148939440249"), ("m", '{"b":1,"a":12620241489394402490000}')]
    item = {"name": "TV", "qty": 1, "price": "1", "metadata": {"z": 2, "a": 1}}
    order = await shop.order(metadata=metadata, items=[item])
    fetched = (await shop.ask("GET", f"/orders/{order['id']}")).json()["data"]
    assert list(order["metadata"].items()) == list(fetched["metadata"].items()) == wanted
    assert fetched["items"][0]["metadata"] == '{"z":2,"a":1}'
    view = await shop.engine.orders.by_public_id(Scope(shop.merchant_id, "sandbox", "durianpay"), order["id"])
    assert view is not None
    assert list(order_data(view, "started")["metadata"].items()) == wanted
