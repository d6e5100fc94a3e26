"""What clients write loosely is read where its meaning is clear, and stored as if it had been written strictly."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scalev_shop import Shop

#: Keys of an answer that differ between two orders, or name one.
_OWN = {"id", "order_id", "secret_slug", "public_order_url", "payment_url", "status_history", "orderlines"}


def same(order: dict[str, Any]) -> dict[str, Any]:
    """What two orders for the same thing have in common."""
    return {
        name: value
        for name, value in order.items()
        if name not in _OWN and not name.endswith(("_time", "_at")) and not isinstance(value, dict)
    }


async def test_every_loose_form_at_once(shop: Shop) -> None:
    """Digits as text, text as digits, booleans as text, an empty list for an empty map, the store by its number: the
    same order as the seed's payload."""
    strict = await shop.place(await shop.physical(is_probably_spam=False, metadata={}, other_income=500))
    line = {"quantity": "1", "variant_unique_id": shop.demo["physical_variant_unique_id"]}
    loose = await shop.place(
        await shop.physical(
            store_unique_id=shop.demo["store_id"], ordervariants=[line], location_id="1", courier_service_id="1",
            shipping_cost="20000.00", postal_code=12345, customer_phone=62812345678, is_probably_spam="false",
            metadata=[], agent_context=[], other_income="500",
        )
    )  # fmt: skip
    assert same(loose) == same(strict)
    assert loose["customer"]["phone"] == strict["customer"]["phone"] == "62812345678"
    # The address is this order's own; what it says is the same.
    for order in (loose, strict):
        assert order["destination_address"].pop("id") > 0
    assert loose["destination_address"] == strict["destination_address"]
    assert loose["store"] == strict["store"]
    assert [line["quantity"] for line in loose["orderlines"]] == [1]


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"is_probably_spam": "true"}, {"is_probably_spam": True}),
        ({"is_probably_spam": 0}, {"is_probably_spam": False}),
        ({"is_dropshipping": 1}, {"is_dropshipping": True}),
        ({"notes": 12345}, {"notes": "12345"}),
        ({"product_discount": "1,000.00"}, {"product_discount": "1000.00"}),
        ({"shipping_discount": "500"}, {"shipping_discount": "500.00"}),
        ({"metadata": {}}, {"metadata": {}}),
    ],
)
async def test_one_loose_form(shop: Shop, changes: dict[str, Any], shown: dict[str, Any]) -> None:
    """Each form by itself, shown in the contract's."""
    order = await shop.place(await shop.physical(**changes))
    assert {name: order[name] for name in shown} == shown


@pytest.mark.parametrize("spelling", ["(0812) 345-678", "\u202a+62 812-345-678\u202c", "+620812345678", 812345678])
async def test_telephones_have_one_form(shop: Shop, spelling: Any) -> None:
    """Brackets, dashes, the marks of a chat program, a number without its 0: one customer."""
    first = await shop.place(shop.digital(customer_email=""))
    again = await shop.place(shop.digital(customer_email="", customer_phone=spelling))
    assert again["customer"]["phone"] == "62812345678"
    assert again["customer"]["id"] == first["customer"]["id"]


async def test_reports_and_changes_are_read_alike(shop: Shop) -> None:
    """A receipt of digits, a flag as text, ids and quantities as text in the other calls."""
    order = await shop.place(await shop.physical(payment_method="cod"))
    receipt = await shop.send("PATCH", f"/v3/orders/{order['id']}/shipment-receipt", {"shipment_receipt": 1234567890})
    assert receipt.json()["shipment_receipt"] == "1234567890"
    done = await shop.send("PATCH", f"/v3/orders/{order['id']}/shipment", {"is_shipment_completed": "true"})
    assert done.json()["status"] == "completed"
    body = {"store_id": "2709", "destination_id": "1", "variants": [{"variant_id": "8419", "qty": "1"}]}
    strict = {"store_id": 2709, "destination_id": 1, "variants": [{"variant_id": 8419, "qty": 1}]}
    path = "/v3/shipping-costs/search-warehouse"
    assert await shop.post(path, body) == await shop.post(path, strict)
    loose = {"store_id": "2709", "location_id": "1", "warehouse_id": "77", "payment_method": "qris", "weight": "250.5"}
    quotes = await shop.post("/v3/shipping-costs/search-courier-service", loose)
    assert quotes["data"][0]["weight"] == 1000
    for weight in ("heavy", "1.000"):
        answer = await shop.post("/v3/shipping-costs/search-courier-service", {**loose, "weight": weight}, 422)
        assert answer["errors"] == {"weight": ["is invalid, expected grams, at most 10000000"]}


async def test_times_without_a_zone_are_jakartas(shop: Shop) -> None:
    """A report and a transfer at nine in the morning happened at two UTC."""
    order = await shop.place(await shop.physical(payment_method="cod"))
    path = f"/v3/orders/{order['id']}/shipment-status-history"
    told = await shop.post(path, {"status": "PICKED UP", "timestamp": "2026-01-30T09:00:00"})
    assert told["shipment_status_history"][0]["timestamp"] == "2026-01-30T02:00:00.000000Z"
    assert told["shipped_time"] == "2026-01-30T02:00:00.000000Z"
    paid = {"ids": [order["id"]], "payment_status": "paid", "transfer_time": "2026-01-30 09:00"}
    await shop.post("/v3/orders/change-status", paid)
    assert (await shop.get(f"/v3/orders/{order['id']}"))["transfer_time"] == "2026-01-30T02:00:00.000000Z"


async def test_delivered_in_the_second_it_was_picked_up(shop: Shop) -> None:
    """A courier's clock cut to the second, and one half an hour slow: delivered, the retry harmless."""
    for at in ("2026-01-30T02:00:00Z", "2026-01-30T01:30:00Z"):
        order = await shop.place(await shop.physical(payment_method="cod"))
        path = f"/v3/orders/{order['id']}/shipment-status-history"
        await shop.post(path, {"status": "PICKED UP", "timestamp": "2026-01-30T02:00:00.700Z"})
        delivered = await shop.post(path, {"status": "DELIVERED", "timestamp": at})
        assert (delivered["status"], delivered["shipment_status"]) == ("completed", "delivered")
        assert await shop.post(path, {"status": "DELIVERED", "timestamp": at}) == delivered


async def test_metadata_holds_every_number_that_a_double_holds(shop: Shop) -> None:
    """The largest and the smallest are ordinary numbers, and come back as they were sent; what would come back as
    infinity or as nothing is refused."""
    numbers = "1e300, 5e-324, 1.797e308, -1.7976931348623157E+308, 2.2250738585072014e-308, 0e400, 1e-45, 0.0"
    sent = json.dumps(await shop.physical())[:-1] + f', "metadata": {{"all": [{numbers}]}}}}'
    answer = await shop.send("POST", "/v3/orders", sent.encode(), Content_Type="application/json")
    assert answer.status_code == 200, answer.text
    all_of_them = json.loads(f"[{numbers}]")
    assert answer.json()["metadata"] == {"all": all_of_them}
    assert (await shop.get(f"/v3/orders/{answer.json()['id']}"))["metadata"] == {"all": all_of_them}
    before = await shop.orders()
    for number in ("1e309", "-1.8e308", "1e-400", "1e999999", "1" + "0" * 40):
        sent = json.dumps(shop.digital())[:-1] + f', "metadata": {{"n": {number}}}}}'
        answer = await shop.send("POST", "/v3/orders", sent.encode(), Content_Type="application/json")
        assert answer.status_code == 400, number
    assert await shop.orders() == before


@pytest.mark.parametrize("name", ["metadata", "agent_context"])
async def test_free_objects_are_free(shop: Shop, name: str) -> None:
    """Contract §9: 60,000 characters are kept to the last; more than 65,536 of JSON are 422 under the field, and
    nothing is placed."""
    kept = {"custom": {"note": "x" * 60_000}, "z": 1, "a": [2.50]}
    order = await shop.place(shop.digital(**{name: kept}))
    assert (await shop.get(f"/v3/orders/{order['id']}"))[name] == order[name] == kept
    refused = await shop.post("/v3/orders", shop.digital(**{name: {"note": "x" * 65_536}}), 422)
    assert refused["errors"] == {name: ["should be at most 65536 character(s)"]}
    assert await shop.orders() == 1


async def test_false_and_blanks(shop: Shop) -> None:
    """`false` as a remark or an address is "there is none"; an address with a blank in its file's name is answered as
    it came. A script is no address."""
    proof = "https://toko.id/bukti transfer.jpg"
    absent = dict.fromkeys(("notes", "payment_account_holder", "dropshipper_name", "post_payment_redirect_url"), False)
    order = await shop.place(shop.digital(transferproof_url=proof, **absent))
    assert (order["transferproof_url"], order["notes"], order["payment_account_holder"]) == (proof, None, None)
    refused = await shop.post("/v3/orders", shop.digital(transferproof_url="javascript:alert(1)"), 422)
    assert list(refused["errors"]) == ["transferproof_url"]


async def test_times_nobody_means(shop: Shop) -> None:
    """A transfer in the year 9999 is refused with the years that can be; the order is as it was."""
    order = await shop.place(shop.digital())
    body = {"ids": [order["id"]], "payment_status": "paid", "transfer_time": "9999-12-31T23:59:59Z"}
    refused = await shop.post("/v3/orders/change-status", body, 422)
    assert refused["errors"] == {"transfer_time": ["is invalid, expected a time of the years 1000 to 9998"]}
    assert (await shop.get(f"/v3/orders/{order['id']}"))["payment_status"] == "unpaid"
