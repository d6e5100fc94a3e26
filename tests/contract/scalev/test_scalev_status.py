"""change-status: the only way an order is moved, cancelled or marked paid over HTTP (contract §11.4, §11.5)."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from scalev_shop import Shop

from gerai.domain.refusals import Conflict, NotFound, StateConflict
from gerai.doors.dialects.scalev.errors import refuse

PATH = "/v3/orders/change-status"


async def change(shop: Shop, *ids: str, expect: int = 200, **fields: Any) -> Any:
    """Ask for a change; the answer's body."""
    return await shop.post(PATH, {"ids": list(ids), **fields}, expect)


async def standing(shop: Shop, order_id: str) -> tuple[str, str]:
    """Status and payment status, as the order reads now."""
    order = await shop.get(f"/v3/orders/{order_id}")
    return order["status"], order["payment_status"]


async def test_the_usual_path(shop: Shop) -> None:
    """pending to closed, each step with its time and its author; goods leave the stock when they are shipped."""
    order = await shop.place(await shop.physical())
    words = ["confirmed", "in_process", "ready", "shipped", "completed", "closed"]
    for word in words:
        answer = await change(shop, order["id"], status=word, by="Sari")
        [shown] = answer["data"]
        assert answer["is_paginated"] is False
        assert shown == {
            "id": order["id"],
            "order_id": order["order_id"],
            "status": word,
            "payment_status": "unpaid",
            "public_order_url": order["public_order_url"],
            "payment_url": order["payment_url"],
        }
    read = await shop.get(f"/v3/orders/{order['id']}")
    assert [step["status"] for step in read["status_history"]] == ["pending", *words]
    assert [step["by"] for step in read["status_history"]] == [None] + ["Sari"] * 6
    assert read["shipped_time"] == read["status_history"][4]["time"]
    assert await shop.stock(8419) == [(99_999, 0)]


async def test_the_documented_way_back(shop: Shop) -> None:
    """The contract's webhook example goes confirmed, pending, canceled, and paid, unpaid; nothing stays booked."""
    order = await shop.place(await shop.physical())
    await change(shop, order["id"], payment_status="paid")
    assert await standing(shop, order["id"]) == ("confirmed", "paid")
    await change(shop, order["id"], status="pending", payment_status="unpaid")
    assert await standing(shop, order["id"]) == ("pending", "unpaid")
    await change(shop, order["id"], status="canceled")
    assert await standing(shop, order["id"]) == ("canceled", "unpaid")
    assert await shop.stock(8419) == [(100_000, 0)]
    transfers = await shop.rows("transfers", "reason, amount_sen")
    assert sorted(transfers) == [("payment", 17_000_000), ("refund", 17_000_000)]
    read = await shop.get(f"/v3/orders/{order['id']}")
    assert [step["status"] for step in read["payment_status_history"]] == ["paid", "unpaid"]


async def test_marked_paid_is_booked_once(shop: Shop) -> None:
    """Marking twice changes nothing the second time: one payment, one transfer, invoice paid."""
    order = await shop.place(await shop.physical())
    for _ in range(2):
        await change(shop, order["id"], payment_status="paid", payment_method="bank_transfer")
    assert await shop.rows("payments", "status, amount_sen, method") == [("completed", 17_000_000, "bank_transfer")]
    assert await shop.rows("transfers", "reason, amount_sen") == [("payment", 17_000_000)]
    assert await shop.rows("invoices", "status") == [("paid",)]
    read = await shop.get(f"/v3/orders/{order['id']}")
    assert (read["payment_method"], read["paid_time"]) == (
        "bank_transfer",
        read["payment_status_history"][0]["time"],
    )


async def test_digital_orders_complete_as_the_store_says(shop: Shop) -> None:
    """digital_only_complete_type auto: paid is completed. manual: paid is confirmed."""
    auto = await shop.place(shop.digital())
    await change(shop, auto["id"], payment_status="paid")
    assert await standing(shop, auto["id"]) == ("completed", "paid")
    stores = (await shop.get("/v3/stores/simplified?search=kedua"))["data"]
    manual = await shop.place(shop.digital(store_unique_id=stores[0]["unique_id"]))
    await change(shop, manual["id"], payment_status="paid")
    assert await standing(shop, manual["id"]) == ("confirmed", "paid")


async def test_a_draft_may_be_paid(shop: Shop) -> None:
    """Money for an incomplete order completes or confirms it like any other."""
    digital = await shop.place(shop.digital(payment_method=None))
    physical = await shop.place(await shop.physical(payment_method=None))
    await change(shop, digital["id"], physical["id"], payment_status="paid")
    assert await standing(shop, digital["id"]) == ("completed", "paid")
    assert await standing(shop, physical["id"]) == ("confirmed", "paid")
    await change(shop, physical["id"], status="shipped")
    assert await shop.stock(8419) == [(99_999, 0)]


async def test_cash_on_delivery_is_paid_at_the_end(shop: Shop) -> None:
    """A COD order has no invoice until its money turns up; then it has a paid one."""
    order = await shop.place(await shop.physical(payment_method="cod"))
    assert await shop.rows("invoices") == [(0,)]
    await change(shop, order["id"], status="in_process")
    await change(shop, order["id"], status="shipped")
    await change(shop, order["id"], status="completed", payment_status="paid")
    assert await standing(shop, order["id"]) == ("completed", "paid")
    assert await shop.rows("invoices", "status, amount_sen") == [("paid", 17_000_000)]
    await change(shop, order["id"], payment_status="settled")
    assert await standing(shop, order["id"]) == ("completed", "settled")


async def test_conflict_and_settled(shop: Shop) -> None:
    """A disputed payment does not count as received; settled money cannot be called back; each word is found."""
    one, two = await shop.place(await shop.physical()), await shop.place(await shop.physical())
    await change(shop, one["id"], payment_status="conflict")
    assert await standing(shop, one["id"]) == ("pending", "conflict")
    assert await shop.rows("transfers") == [(0,)]
    await change(shop, one["id"], two["id"], payment_status="paid")
    await change(shop, two["id"], payment_status="settled")
    answer = await change(shop, two["id"], payment_status="unpaid", expect=409)
    assert answer["error_code"] == "state_conflict"
    for word, expected in (("paid", [one["id"]]), ("settled", [two["id"]]), ("conflict", []), ("unpaid", [])):
        listed = (await shop.get(f"/v3/orders?payment_status={word}"))["data"]
        assert [order["id"] for order in listed] == expected


async def test_all_or_nothing(shop: Shop) -> None:
    """One order that cannot, and none is changed: 409 names it."""
    fine, gone = await shop.place(await shop.physical()), await shop.place(await shop.physical())
    await change(shop, gone["id"], status="canceled")
    events = await shop.rows("events")
    answer = await change(shop, fine["id"], gone["id"], status="confirmed", payment_status="paid", expect=409)
    assert answer["error_code"] == "state_conflict"
    assert list(answer["errors"]) == [gone["id"]]
    assert await standing(shop, fine["id"]) == ("pending", "unpaid")
    assert await shop.rows("transfers") == [(0,)]
    assert await shop.rows("events") == events
    assert await shop.stock(8419) == [(100_000, 1)]


async def test_an_unknown_id_changes_nothing(shop: Shop) -> None:
    """404 names the id; the others stay as they were."""
    order = await shop.place(shop.digital())
    missing = "0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
    for unknown in (missing, "12345", "x"):
        answer = await change(shop, order["id"], unknown, status="canceled", expect=404)
        assert answer == {"error": "Order not found", "error_code": "not_found", "errors": {unknown: ["not found"]}}
    assert await standing(shop, order["id"]) == ("pending", "unpaid")


async def test_all_that_cannot_are_named(shop: Shop) -> None:
    """Every order that is refused has its own text; ``error`` has the first and how many more; none is changed."""
    fine, shipped, gone = [await shop.place(await shop.physical()) for _ in range(3)]
    await change(shop, gone["id"], status="canceled")
    for word in ("confirmed", "shipped"):
        await change(shop, shipped["id"], status=word)
    events = await shop.rows("events")
    answer = await change(shop, gone["id"], fine["id"], shipped["id"], status="in_process", expect=409)
    first = f"order {gone['id']} cannot go from canceled to in_process"
    assert answer == {
        "error": f"{first}, and 1 more",
        "error_code": "state_conflict",
        "errors": {
            gone["id"]: [first],
            shipped["id"]: [f"order {shipped['id']} cannot go from shipped to in_process"],
        },
    }
    assert await standing(shop, fine["id"]) == ("pending", "unpaid")
    assert await shop.rows("events") == events


async def test_all_unknown_ids_are_named(shop: Shop, other_shop: Shop) -> None:
    """404 with each id once, another business's like an invented one, before anything that cannot; none is changed."""
    order, gone = await shop.place(shop.digital()), await shop.place(shop.digital())
    await change(shop, gone["id"], status="canceled")
    theirs = await other_shop.place(other_shop.digital())
    unknown = [theirs["id"], "0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", "12345"]
    events = await shop.rows("events")
    ids = (unknown[0], order["id"], unknown[1], gone["id"], unknown[2], unknown[1].upper())
    answer = await change(shop, *ids, status="confirmed", expect=404)
    assert answer == {
        "error": "Order not found, and 2 more",
        "error_code": "not_found",
        "errors": {each: ["not found"] for each in unknown},
    }
    assert await standing(shop, order["id"]) == ("pending", "unpaid")
    assert await standing(other_shop, theirs["id"]) == ("pending", "unpaid")
    assert await shop.rows("events") == events
    most = [f"unknown-{number}" for number in range(100)]
    answer = await change(shop, *most, status="confirmed", expect=404)
    assert (answer["error"], list(answer["errors"])) == ("Order not found, and 99 more", most)


@pytest.mark.parametrize("kind", ["missing", "conflict"])
def test_a_hundred_are_named_and_the_others_counted(kind: str) -> None:
    """However many the engine refuses, an answer stays short."""
    ids = [f"o{number}" for number in range(130)]
    refusal = (
        NotFound("order", ids[0], tuple(ids[1:]))
        if kind == "missing"
        else StateConflict.of_all([Conflict("order", each, "shipped", "cancel") for each in ids])
    )
    answer = json.loads(bytes(refuse(refusal, "req-1").body))
    assert list(answer["errors"]) == ids[:100]
    assert answer["error"].endswith(", and 129 more")


async def test_standing_there_already_is_no_mistake(shop: Shop) -> None:
    """A repeated call answers the same and writes no second step."""
    order = await shop.place(shop.digital())
    first = await change(shop, order["id"], status="canceled")
    assert await change(shop, order["id"].upper(), order["id"], status="canceled") == first
    read = await shop.get(f"/v3/orders/{order['id']}")
    assert [step["status"] for step in read["status_history"]] == ["pending", "canceled"]


async def test_optional_fields_are_kept(shop: Shop) -> None:
    """Proofs, accounts and times that come with a change are shown by the order."""
    order = await shop.place(shop.digital(payment_method="bank_transfer"))
    await change(
        shop,
        order["id"],
        payment_status="conflict",
        payment_account_holder="Sari",
        payment_account_number="123-456",
        transferproof_url="https://example.com/p.png",
        transfer_time="2026-01-30T14:11:48+07:00",
        financial_entity_id=7,
    )
    read = await shop.get(f"/v3/orders/{order['id']}")
    assert (read["payment_account_holder"], read["payment_account_number"]) == ("Sari", "123-456")
    assert read["transferproof_url"] == "https://example.com/p.png"
    assert read["transfer_time"] == "2026-01-30T07:11:48.000000Z"
    assert read["financial_entity"]["id"] == 7
    assert read["conflict_time"] is not None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "canceled"}, "ids"),
        ({"ids": [], "status": "canceled"}, "ids"),
        ({"ids": "x", "status": "canceled"}, "ids"),
        ({"ids": [[]], "status": "canceled"}, "ids.0"),
        ({"ids": ["x"] * 101, "status": "canceled"}, "ids"),
        ({"ids": ["x"]}, "status"),
        ({"ids": ["x"], "status": "lost"}, "status"),
        ({"ids": ["x"], "status": "shipped_rts"}, "status"),
        ({"ids": ["x"], "payment_status": "maybe"}, "payment_status"),
        ({"ids": ["x"], "status": "canceled", "transfer_time": "yesterday"}, "transfer_time"),
    ],
)
async def test_bodies_that_are_wrong(quiet_shop: Shop, body: dict[str, Any], field: str) -> None:
    """422 under the field that is wrong."""
    answer = await quiet_shop.post(PATH, body, 422)
    assert list(answer["errors"]) == [field]


async def test_impossible_moves(shop: Shop) -> None:
    """A shipped parcel is not cancelled, a cancelled order is not paid, a draft does not ship."""
    shipped = await shop.place(await shop.physical())
    await change(shop, shipped["id"], status="in_process")
    await change(shop, shipped["id"], status="shipped")
    await change(shop, shipped["id"], status="canceled", expect=409)
    await change(shop, shipped["id"], status="rts")
    await change(shop, shipped["id"], status="closed")
    gone = await shop.place(shop.digital())
    await change(shop, gone["id"], status="canceled")
    await change(shop, gone["id"], payment_status="paid", expect=409)
    draft = await shop.place(shop.digital(payment_method=None))
    await change(shop, draft["id"], status="shipped", expect=409)
    assert await standing(shop, draft["id"]) == ("draft", "unpaid")


async def test_paid_digital_goods_are_complete_wherever_the_order_stood(shop: Shop) -> None:
    """The store completes digital orders by itself (``auto``): also one that somebody had taken on, or made ready."""
    for words in ([], ["confirmed"], ["confirmed", "in_process"], ["in_process", "ready"]):
        order = await shop.place(shop.digital())
        for word in words:
            await change(shop, order["id"], status=word)
        await change(shop, order["id"], payment_status="paid")
        assert await standing(shop, order["id"]) == ("completed", "paid"), words


@pytest.mark.parametrize("path", [[], ["confirmed"], ["in_process"], ["in_process", "ready"]])
async def test_an_order_is_completed_from_every_open_state(shop: Shop, path: list[str]) -> None:
    """Collected in the shop, or sent by other means: the goods are gone, whichever state they were left at."""
    order = await shop.place(await shop.physical())
    for word in path:
        await change(shop, order["id"], status=word)
    await change(shop, order["id"], status="completed")
    assert await standing(shop, order["id"]) == ("completed", "unpaid")
    assert await shop.stock(8419) == [(99_999, 0)]


async def test_both_at_once_reach_no_more_than_two_calls(shop: Shop) -> None:
    """Every pair of a status and a payment status, of digital and physical orders, from where orders stand: what one
    call does, two calls do (the status first where money comes in, last where it did not), and one that two calls
    refuse is refused, with the same text and nothing changed. The call again is harmless."""
    words = ("pending", "confirmed", "in_process", "shipped", "completed", "canceled")
    for body in (shop.digital(), await shop.physical()):
        for start, status, payment in itertools.product(
            ("pending", "confirmed"), words, ("paid", "unpaid", "conflict")
        ):
            one, two = await shop.place(body), await shop.place(body)
            for order in (one, two):
                await change(shop, order["id"], status=start)
            steps = [{"status": status}, {"payment_status": payment}]
            refused = ""
            for step in steps if payment == "paid" else steps[::-1]:
                answer = await shop.send("POST", PATH, {"ids": [two["id"]], **step})
                refused = refused or (answer.text if answer.status_code == 409 else "")
            answer = await shop.send("POST", PATH, {"ids": [one["id"]], "status": status, "payment_status": payment})
            case = (start, status, payment, answer.text)
            if refused:
                assert answer.status_code == 409, case
                assert answer.json()["error"].replace(one["id"], "") == json.loads(refused)["error"].replace(
                    two["id"], ""
                )
                assert await standing(shop, one["id"]) == (start, "unpaid"), case
                continue
            assert answer.status_code == 200, case
            there = await standing(shop, one["id"])
            assert there == await standing(shop, two["id"]), case
            await change(shop, one["id"], status=status, payment_status=payment)
            assert await standing(shop, one["id"]) == there, case


async def test_no_money_is_taken_for_a_canceled_order(shop: Shop) -> None:
    """Canceled and paid at once is what canceled, then paid is: 409 in the contract's words, and no money waits."""
    order = await shop.place(await shop.physical())
    text = f"order {order['id']} cannot go from canceled to paid"
    answer = await change(shop, order["id"], status="canceled", payment_status="paid", expect=409)
    assert (answer["error"], await standing(shop, order["id"])) == (text, ("pending", "unpaid"))
    await change(shop, order["id"], status="canceled")
    answer = await change(shop, order["id"], payment_status="paid", expect=409)
    assert answer["error"] == text
    assert await shop.rows("transfers") == [(0,)]
