"""An order's parcel over HTTP: its number, its way, and what of it an order shows (contract §10, §11.6)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from scalev_shop import Shop

from gerai.domain.states import SHIPMENT
from gerai.doors.dialects.scalev.shipment_states import REPORTED, SHIPMENT_STATUS, meaning, state_named
from gerai.engine.check import check
from gerai.engine.merchants.open import changing
from gerai.engine.shipping.record import REPORTABLE

NOBODY = "0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("PATCH", "shipment-receipt", {"shipment_receipt": "JX123"}),
    ("POST", "shipment-status-history", {"status": "picked_up", "timestamp": "2026-01-30T07:11:48Z"}),
    ("PATCH", "shipment", {"is_shipment_completed": True}),
]


async def place(shop: Shop, **changes: Any) -> dict[str, Any]:
    """A physical order that may leave at once."""
    return await shop.place(await shop.physical(payment_method="cod", **changes))


async def tell(shop: Shop, order: dict[str, Any], call: int, body: Any = None, expect: int = 200) -> Any:
    """One of the three calls; the answer's body."""
    method, path, usual = CALLS[call]
    answer = await shop.send(method, f"/v3/orders/{order['id']}/{path}", usual if body is None else body)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def report(shop: Shop, order: dict[str, Any], status: str, **fields: Any) -> Any:
    return await tell(shop, order, 1, {"status": status, **fields})


async def found(shop: Shop, query: str) -> list[str]:
    return [order["id"] for order in (await shop.get(f"/v3/orders?{query}"))["data"]]


def standing(order: dict[str, Any]) -> tuple[Any, ...]:
    return order["status"], order["shipment_status"], order["shipment_receipt"], order["awb_status"]


# --- what an order shows -----------------------------------------------------------------------


async def test_a_new_parcel_waits(shop: Shop) -> None:
    """Placed: a shipment row beside the order, nothing to show of its way; a digital order has neither."""
    physical, digital = await shop.place(await shop.physical()), await shop.place(shop.digital())
    assert standing(physical) == ("pending", None, None, "unavailable")
    assert standing(digital) == ("pending", None, None, "unavailable")
    assert (physical["shipment_provider_code"], digital["shipment_provider_code"]) == ("lincah", None)
    assert await shop.rows("shipments", "status, courier, service, aggregator, warehouse_id, weight_g, cost_sen") == [
        ("planned", "jne", "REG", "lincah", 77, 250, 2_000_000)
    ]


async def test_the_answer_is_the_order_as_it_reads(shop: Shop) -> None:
    """Each of the three calls answers exactly what a GET gives afterwards."""
    order = await place(shop)
    for call in range(3):
        assert await tell(shop, order, call) == await shop.get(f"/v3/orders/{order['id']}")


async def test_the_cost_of_a_parcel_is_what_the_courier_asks(shop: Shop) -> None:
    """Where the store does not check shipping costs, the buyer's price and the courier's are two figures."""
    async with changing(shop.engine, shop.merchant_id) as connection:
        await connection.execute(
            "UPDATE stores SET settings = settings || '{\"check_shipping_cost\": false}' WHERE merchant_id = %s",
            (shop.merchant_id,),
        )
    order = await place(shop, shipping_cost=9000)
    assert order["shipping_cost"] == "9000.00"
    assert await shop.rows("shipments", "cost_sen") == [(2_000_000,)]


# --- the three calls ---------------------------------------------------------------------------


async def test_receipt(shop: Shop) -> None:
    """The contract's example books the parcel; again is harmless; a correction replaces; it can be found whole, in any
    case."""
    order = await shop.place(await shop.physical())
    for _ in range(2):
        shown = await tell(shop, order, 0, {"shipment_receipt": "JX123"})
        assert standing(shown) == ("pending", "booked", "JX123", "created")
        assert (shown["awb_ca_status"], shown["shipment_status_history"]) == ("created", [])
    assert await found(shop, "search=jx123&search_field=shipment_receipt") == [order["id"]]
    assert await found(shop, "search=JX12&search_field=shipment_receipt") == []
    await tell(shop, order, 0, {"shipment_receipt": " JX-124/7 "})
    assert await found(shop, "search=JX123&search_field=shipment_receipt") == []
    assert await found(shop, "search=jx-124/7&search_field=shipment_receipt&status=pending") == [order["id"]]
    assert await found(shop, "search=jx-124/7&search_field=shipment_receipt&status=shipped") == []
    assert (await shop.rows("events"))[0][0] == 4  # placed, planned, booked, amended


async def test_the_way_of_a_parcel(shop: Shop) -> None:
    """Reports move parcel and order and are shown as they were sent, in the order of their own times."""
    order = await place(shop)
    await tell(shop, order, 0)
    told = [
        ("PICKED UP", "2026-11-20T03:00:00Z", "Dijemput", "shipped", "picked_up"),
        ("On Transit", "2026-11-20T10:00:00+07:00", "Gudang Surabaya", "shipped", "in_transit"),
        ("SORTING", "2026-11-20T09:00:00Z", "Disortir", "shipped", "in_transit"),
        ("undelivered", "2026-11-21T04:00:00Z", "Rumah kosong", "shipped", "problem"),
        ("on-delivery", "2026-11-20T20:00:00Z", "Terlambat dilaporkan", "shipped", "problem"),
        ("Out for Delivery", "2026-11-22T01:00:00Z", "", "shipped", "in_transit"),
        ("DELIVERED", "2026-11-22T02:30:00Z", "Diterima Budi", "completed", "delivered"),
    ]
    for status, at, description, order_status, parcel_status in told:
        shown = await report(shop, order, status, timestamp=at, description=description)
        assert (shown["status"], shown["shipment_status"]) == (order_status, parcel_status)
    history = shown["shipment_status_history"]
    assert [entry["status"] for entry in history] == [
        "PICKED UP", "On Transit", "SORTING", "on-delivery", "undelivered", "Out for Delivery", "DELIVERED",
    ]  # fmt: skip
    assert history[1] == {
        "timestamp": "2026-11-20T03:00:00.000000Z",
        "status": "On Transit",
        "description": "Gudang Surabaya",
        "timestamp_source": "manual",
    }
    assert history[5]["description"] is None
    assert shown["shipped_time"] == "2026-11-20T03:00:00.000000Z"
    assert [step["status"] for step in shown["status_history"]] == ["confirmed", "shipped", "completed"]
    assert await shop.stock(8419) == [(99_999, 0)]
    assert await check(shop.engine, shop.merchant_id) == []


async def test_sent_back(shop: Shop) -> None:
    """shipped_rts is shipped and on its way back; rts is back; each is found by its filter alone."""
    order, other = await place(shop), await place(shop)
    await report(shop, order, "in_transit")
    await report(shop, other, "in_transit")
    assert await found(shop, "status=shipped_rts") == []
    shown = await report(shop, order, "Return to sender")
    assert (shown["status"], shown["shipment_status"]) == ("shipped", "returning")
    assert await found(shop, "status=shipped_rts") == [order["id"]]
    assert await found(shop, "status=shipped_rts&shipment_status=returning") == [order["id"]]
    assert await found(shop, "status=shipped_rts&shipment_status=delivered") == []
    assert await found(shop, "status=shipped") == [other["id"], order["id"]]
    shown = await report(shop, order, "rts")
    assert (shown["status"], shown["shipment_status"]) == ("rts", "returned")
    assert await found(shop, "status=shipped_rts") == []
    assert await found(shop, "status=rts&shipment_status=returned") == [order["id"]]


async def test_found_by_where_it_is(shop: Shop) -> None:
    """shipment_status takes the words of the answers and those of reports; a word that names nothing finds nothing."""
    order, other = await place(shop), await place(shop)
    await shop.place(shop.digital())
    await report(shop, order, "on delivery")
    await tell(shop, other, 0)
    assert await found(shop, "shipment_status=in_transit") == [order["id"]]
    assert await found(shop, "shipment_status=IN%20TRANSIT") == [order["id"]]
    assert await found(shop, "shipment_status=out_for_delivery") == [order["id"]]
    assert await found(shop, "shipment_status=booked") == [other["id"]]
    for word in ("lost_in_space", "in", "%25", "delivered"):
        assert await found(shop, f"shipment_status={word}") == []
    await shop.post("/v3/orders/change-status", {"ids": [other["id"]], "status": "canceled"})
    assert await found(shop, "shipment_status=canceled") == [other["id"]]


async def test_shipment(shop: Shop) -> None:
    """Any of the five fields, the others stay; a new number takes the aggregator's old word back."""
    order = await place(shop)
    shown = await tell(shop, order, 2, {"awb_ca_status": "waiting", "shipment_provider_code": "lincah"})
    assert (shown["awb_ca_status"], shown["awb_status"], shown["shipment_provider_code"]) == (
        "waiting", "unavailable", "lincah",
    )  # fmt: skip
    shown = await tell(shop, order, 2, {"courier_additional_info": "Titip satpam", "is_shipment_completed": False})
    assert (shown["courier_additional_info"], shown["awb_ca_status"], shown["status"]) == (
        "Titip satpam", "waiting", "confirmed",
    )  # fmt: skip
    shown = await tell(shop, order, 2, {"shipment_receipt": "JX9"})
    assert (shown["awb_ca_status"], shown["courier_additional_info"]) == ("created", "Titip satpam")
    shown = await tell(shop, order, 2, {"shipment_receipt": "JX9", "awb_ca_status": "failed"})
    assert shown["awb_ca_status"] == "failed"
    assert (await tell(shop, order, 0, {"shipment_receipt": "JX9"}))["awb_ca_status"] == "failed"
    for _ in range(2):
        shown = await tell(shop, order, 2, {"is_shipment_completed": True})
        assert standing(shown) == ("completed", "delivered", "JX9", "created")
        assert [entry["status"] for entry in shown["shipment_status_history"]] == ["delivered"]


async def test_a_merchant_who_ships_alone_has_no_aggregator(shop: Shop) -> None:
    """awb_ca_status is the aggregator's; without one it stays unavailable."""
    services = await shop.post(
        "/v3/shipping-costs/search-courier-service",
        {"store_id": 2709, "location_id": 1, "warehouse_id": 77, "payment_method": "invoice", "weight": 250},
    )
    own = next(s for s in services["data"] if s["shipment_provider_code"] is None)
    order = await shop.place(
        await shop.physical(
            courier_service_id=own["courier_service"]["id"], shipping_cost=own["cost"], shipment_provider_code=None
        )
    )
    shown = await tell(shop, order, 0)
    assert (shown["awb_status"], shown["awb_ca_status"], shown["shipment_provider_code"]) == (
        "created", "unavailable", None,
    )  # fmt: skip


async def test_who_books_a_parcel_is_its_courier_services_to_say(shop: Shop) -> None:
    """A provider code that creation refuses for the service is refused later with the same text, and nothing of the
    report is kept; the service's own is no change."""
    refused = await shop.send("POST", "/v3/orders", await shop.physical(shipment_provider_code="ninja"))
    order = await place(shop)
    path = f"/v3/orders/{order['id']}/shipment"
    for code in ("ninja", "mengantar"):
        answer = await shop.send("PATCH", path, {"shipment_provider_code": code, "shipment_receipt": "JX1"})
        assert (answer.status_code, answer.json()) == (refused.status_code, refused.json())
    assert answer.json()["errors"] == {"shipment_provider_code": ["must be lincah for this courier service"]}
    shown = await shop.get(f"/v3/orders/{order['id']}")
    assert (shown["shipment_provider_code"], shown["shipment_receipt"]) == ("lincah", None)
    for code in ("lincah", None, ""):
        shown = await tell(shop, order, 2, {"shipment_provider_code": code, "courier_additional_info": "x"})
        assert shown["shipment_provider_code"] == "lincah"


# --- together with change-status ---------------------------------------------------------------


async def test_change_status_takes_the_parcel_along(shop: Shop) -> None:
    """The two ways agree: shipped by hand is picked up, completed is delivered, canceled gives the number up."""
    sent, gone = await place(shop), await place(shop)
    await tell(shop, sent, 0)
    await tell(shop, gone, 0)
    await shop.post("/v3/orders/change-status", {"ids": [sent["id"]], "status": "shipped"})
    shown = await shop.get(f"/v3/orders/{sent['id']}")
    assert standing(shown) == ("shipped", "picked_up", "JX123", "created")
    assert shown["shipment_status_history"] == [
        {
            "timestamp": shown["shipped_time"],
            "status": "picked_up",
            "description": None,
            "timestamp_source": "system",
        }
    ]
    await shop.post("/v3/orders/change-status", {"ids": [sent["id"]], "status": "completed"})
    await shop.post("/v3/orders/change-status", {"ids": [gone["id"]], "status": "canceled"})
    assert standing(await shop.get(f"/v3/orders/{sent['id']}")) == ("completed", "delivered", "JX123", "created")
    assert standing(await shop.get(f"/v3/orders/{gone['id']}")) == ("canceled", "canceled", "JX123", "canceled")
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_digital_order_marked_as_shipped(shop: Shop) -> None:
    """The contract lets any order be marked; what is known of its parcel is that it left."""
    order = await shop.place(shop.digital())
    for word in ("confirmed", "shipped"):
        await shop.post("/v3/orders/change-status", {"ids": [order["id"]], "status": word})
    shown = await shop.get(f"/v3/orders/{order['id']}")
    assert standing(shown) == ("shipped", "picked_up", None, "unavailable")
    assert (shown["courier"], shown["courier_service"], shown["warehouse"]) == (None, None, None)
    assert await check(shop.engine, shop.merchant_id) == []


# --- refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize("call", range(3))
async def test_a_digital_order_has_nothing_to_ship(shop: Shop, call: int) -> None:
    """422: the client named an order that this call is not for; repeating it would not help."""
    order = await shop.place(shop.digital())
    assert await tell(shop, order, call, expect=422) == {
        "error": "order has no physical product to ship",
        "error_code": "validation_failed",
        "errors": {order["id"]: ["has no physical product to ship"]},
    }
    assert await shop.rows("shipments") == [(0,)]


@pytest.mark.parametrize("call", [1, 2])
async def test_an_unpaid_order_does_not_leave(shop: Shop, call: int) -> None:
    """409 names the order, and nothing is kept."""
    order = await shop.place(await shop.physical())
    answer = await tell(shop, order, call, expect=409)
    assert (answer["error_code"], list(answer["errors"])) == ("state_conflict", [order["id"]])
    assert await shop.get(f"/v3/orders/{order['id']}") == order


async def test_a_cancelled_order_takes_no_number(shop: Shop) -> None:
    """409; a report is kept as a note."""
    order = await place(shop)
    await shop.post("/v3/orders/change-status", {"ids": [order["id"]], "status": "canceled"})
    assert (await tell(shop, order, 0, expect=409))["error_code"] == "state_conflict"
    shown = await report(shop, order, "picked_up")
    assert standing(shown) == ("canceled", "canceled", None, "unavailable")
    assert [entry["status"] for entry in shown["shipment_status_history"]] == ["canceled", "picked_up"]


@pytest.mark.parametrize("call", range(3))
async def test_another_business_finds_nothing(shop: Shop, other_shop: Shop, call: int) -> None:
    """404 as for an order that never was; the order does not change."""
    order = await place(shop)
    nothing = {"error": "Order not found", "error_code": "not_found"}
    assert await tell(other_shop, order, call, expect=404) == nothing
    for unknown in (NOBODY, "12345", "%00", "x" * 300):
        assert await tell(shop, {"id": unknown}, call, expect=404) == nothing
    assert await shop.get(f"/v3/orders/{order['id']}") == order


@pytest.mark.parametrize("call", range(3))
async def test_the_scope_is_order_update(shop: Shop, call: int) -> None:
    """A restricted key needs order:update (§1.2); one with every other order scope may not."""
    order = await place(shop)
    others = await shop.with_key("rk", "order:read", "order:create", "order:change_status", "order:list")
    answer = await tell(others, order, call, expect=403)
    assert answer == {"error": "Forbidden", "error_code": "insufficient_scope"}
    await tell(await shop.with_key("rk", "order:update"), order, call)


@pytest.mark.parametrize(
    ("call", "body", "field"),
    [
        (0, {}, "shipment_receipt"),
        (0, {"shipment_receipt": None}, "shipment_receipt"),
        (0, {"shipment_receipt": "  "}, "shipment_receipt"),
        (0, {"shipment_receipt": "x" * 256}, "shipment_receipt"),
        (0, {"shipment_receipt": "JX\n123"}, "shipment_receipt"),
        (0, {"shipment_receipt": "JX☃"}, "shipment_receipt"),
        (1, {}, "status"),
        (1, {"status": ["x"]}, "status"),
        (1, {"status": "a\tb"}, "status"),
        (1, {"status": "x" * 101}, "status"),
        (1, {"status": "x", "timestamp": "yesterday"}, "timestamp"),
        (1, {"status": "x", "timestamp": 1767225600}, "timestamp"),
        (1, {"status": "x", "timestamp": "2026-W01-1"}, "timestamp"),
        (1, {"status": "x", "timestamp": "0001-01-01T00:00:00Z"}, "timestamp"),
        (1, {"status": "x", "timestamp": "0001-01-01T00:00:00+14:00"}, "timestamp"),
        (1, {"status": "x", "description": "y" * 501}, "description"),
        (2, {}, "shipment_receipt"),
        (2, {"awb_ca_status": "lost"}, "awb_ca_status"),
        (2, {"shipment_provider_code": "jne"}, "shipment_provider_code"),
        (2, {"is_shipment_completed": "yes"}, "is_shipment_completed"),
        (2, {"courier_additional_info": {}}, "courier_additional_info"),
    ],
)
async def test_bodies_that_are_wrong(shop: Shop, call: int, body: dict[str, Any], field: str) -> None:
    """422 under the field that is wrong; nothing is written."""
    order = await place(shop)
    assert list((await tell(shop, order, call, body, 422))["errors"]) == [field]
    assert (await shop.rows("events"))[0][0] == 2


@pytest.mark.parametrize("raw", [b"", b"{", b"null", b'{"status": "\\ud800"}', b'{"status": "\\u0000"}'])
@pytest.mark.parametrize("call", range(3))
async def test_garbage_is_400(quiet_shop: Shop, call: int, raw: bytes) -> None:
    """What is no JSON object is 400 in the envelope."""
    assert set(await tell(quiet_shop, {"id": NOBODY}, call, raw, 400)) <= {"error", "error_code", "errors"}


@pytest.mark.parametrize("at", ["9998-12-31T23:59:59Z", "1000-01-01T00:00:00Z", "2026-01-30", "2026-01-30 07:11"])
async def test_odd_times_are_times(shop: Shop, at: str) -> None:
    """A clock that is far off tells no time that we believe, but is no failure either."""
    order = await place(shop)
    shown = await report(shop, order, "delivered", timestamp=at)
    assert shown["shipment_status"] == "delivered"
    assert shown["shipment_status_history"][0]["timestamp"].endswith("Z")
    assert await shop.get(f"/v3/orders/{order['id']}") == shown


@pytest.mark.parametrize("call", range(3))
async def test_twice_at_once(shop: Shop, call: int) -> None:
    """Twenty at the same moment: each is answered alike, one report, one step of the order, goods taken once."""
    order = await place(shop)
    answers = await asyncio.gather(*(tell(shop, order, call) for _ in range(20)))
    last = await shop.get(f"/v3/orders/{order['id']}")
    assert all(standing(answer) == standing(last) for answer in answers)
    assert len(last["shipment_status_history"]) == (0 if call == 0 else 1)
    assert [step["status"] for step in last["status_history"]] == [
        ["confirmed"], ["confirmed", "shipped"], ["confirmed", "shipped", "completed"],
    ][call]  # fmt: skip
    assert await shop.stock(8419) == [(100_000, 1) if call == 0 else (99_999, 0)]
    assert await shop.rows("shipments") == [(1,)]


# --- words -------------------------------------------------------------------------------------


def test_every_state_has_a_word_and_every_word_a_state() -> None:
    """Each engine state is shown, each word we read means a reportable state, and a shown word is read back as its
    state."""
    assert set(SHIPMENT_STATUS) == SHIPMENT.states
    assert set(REPORTED.values()) == REPORTABLE
    for state, word in SHIPMENT_STATUS.items():
        assert word is None or state_named(word) == state
    for state in REPORTABLE:
        assert meaning(SHIPMENT_STATUS[state] or "") == state
    assert (meaning("  ON-DELIVERY!"), meaning("Ditolak"), meaning("")) == ("in_transit", "", "")


@pytest.mark.parametrize("word", ["paid", "settled"])
@pytest.mark.parametrize("back", [["pending"], ["pending", "draft"]])
@pytest.mark.parametrize(
    ("status", "then"), [("picked_up", "shipped"), ("delivered", "completed"), ("returned", "rts")]
)
async def test_a_paid_order_that_was_put_back_follows_its_parcel(
    shop: Shop, word: str, back: list[str], status: str, then: str
) -> None:
    """Paid, then set back to pending or draft, which is allowed: the courier's report takes effect, confirms it on the
    way, and nothing of it is lost. One that is not paid (any more) is 409 as ever, and keeps nothing."""
    order = await shop.place(await shop.physical())
    await mark(shop, order, payment_status="paid")
    if word == "settled":
        await mark(shop, order, payment_status="settled")
    for each in back:
        await mark(shop, order, status=each)
    shown = await report(shop, order, status)
    assert (shown["status"], shown["payment_status"]) == (then, word)
    assert [step["status"] for step in shown["shipment_status_history"]] == [status]
    taken = ["confirmed", "shipped"] if then == "shipped" else ["confirmed", "shipped", then]
    assert [step["status"] for step in shown["status_history"]][-len(taken) :] == taken
    assert await check(shop.engine, shop.merchant_id) == []


@pytest.mark.parametrize("word", ["unpaid", "conflict"])
async def test_an_order_that_is_not_paid_does_not_leave_by_report(shop: Shop, word: str) -> None:
    """Money that was taken back, or is disputed, does not count: 409, and neither order nor parcel has moved."""
    order = await shop.place(await shop.physical())
    await mark(shop, order, payment_status="paid")
    await mark(shop, order, payment_status=word, status="pending")
    answer = await tell(shop, order, 1, expect=409)
    assert answer["error_code"] == "state_conflict"
    read = await shop.get(f"/v3/orders/{order['id']}")
    assert (read["status"], read["shipment_status"], read["shipment_status_history"]) == ("pending", None, [])


async def mark(shop: Shop, order: dict[str, Any], **fields: Any) -> None:
    """change-status of one order."""
    await shop.post("/v3/orders/change-status", {"ids": [order["id"]], **fields})
