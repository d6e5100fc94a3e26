"""A cursor belongs to the list that gave it: elsewhere, changed or cut it is refused, never an empty page."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from scalev_shop import Shop

from gerai.doors.dialects.scalev.routes import ROUTES

#: Every list that has pages, with what each is asked for. ``{one}``, ``{two}``: the shop's stores.
LISTS: dict[str, tuple[str, ...]] = {
    "/v3/stores/simplified": ("", "search=toko", "has_domain=true"),
    "/v3/stores/{one}/products": ("",),
    "/v3/stores/{two}/products": ("",),
    "/v3/stores/{one}/bundles": ("",),
    "/v3/stores/{one}/bundle-price-options": ("",),
    "/v3/locations": ("", "search=jakarta", "search=surabaya"),
    "/v3/orders": (
        "", "status=pending", "payment_status=unpaid", "store_id=2709", "payment_method=invoice",
        "search=siti&search_field=customer_name", "shipment_status=booked", "external_id=none",
    ),
}  # fmt: skip


def refused(name: str) -> dict[str, Any]:
    """The body of 400 for a cursor that is none of this list's."""
    text = "is invalid, expected a cursor of this list"
    return {"error": f"{name} {text}", "error_code": "bad_request", "errors": {name: [text]}}


async def lists(shop: Shop) -> dict[str, str | None]:
    """Every list's address with its first ``next_cursor`` at one item a page; None where there is no second page."""
    stores = (await shop.get("/v3/stores/simplified"))["data"]
    ids = {"one": shop.demo["store_id"], "two": next(s["id"] for s in stores if s["id"] != shop.demo["store_id"])}
    found: dict[str, str | None] = {}
    for path, queries in LISTS.items():
        for query in queries:
            address = f"{path.format(**ids)}?{query}"
            found[address] = (await shop.get(f"{address}&page_size=1"))["next_cursor"]
    return found


def test_no_list_is_left_out() -> None:
    """Whatever route of the contract answers in pages is walked here."""
    whole = {"/v3/stores/{store_id}/payment-methods", "/v3/locations/{location_id}/postal-codes"}
    single = {route.path for route in ROUTES if route.path.endswith("_id}")}
    paged = {route.path for route in ROUTES if route.method == "GET"} - whole - single
    walked = {path.replace("{one}", "{store_id}").replace("{two}", "{store_id}") for path in LISTS}
    assert walked == paged


async def test_a_cursor_means_something_in_its_own_list_only(shop: Shop) -> None:
    """Each cursor leads on where it was given and is refused by every other list: another route, another store, other
    filters."""
    for _ in range(3):
        await shop.place(shop.digital(customer_name="Siti Aminah"))
    cursors = await lists(shop)
    given = {address: cursor for address, cursor in cursors.items() if cursor}
    assert len(given) >= 12
    assert len(set(given.values())) == len(given)
    for address, cursor in given.items():
        own = await shop.get(f"{address}&page_size=1&next_cursor={cursor}")
        assert (len(own["data"]), own["has_previous"]) == (1, True), address
        for other in cursors:
            if other != address:
                answer = await shop.send("GET", f"{other}&next_cursor={cursor}")
                assert (answer.status_code, answer.json()) == (400, refused("next_cursor")), (address, other)
                answer = await shop.send("GET", f"{other}&previous_cursor={own['previous_cursor']}")
                assert (answer.status_code, answer.json()) == (400, refused("previous_cursor")), (address, other)


async def test_what_does_not_change_the_list_does_not_change_its_cursors(shop: Shop) -> None:
    """Another page size, other columns, a store named in another way, an empty filter: the same list, led on."""
    placed = [(await shop.place(shop.digital()))["id"] for _ in range(3)]
    cursor = (await shop.get("/v3/orders?page_size=1"))["next_cursor"]
    following = await shop.get(f"/v3/orders?page_size=2&columns=id&status=&next_cursor={cursor}")
    assert following["data"] == [{"id": placed[1]}, {"id": placed[0]}]
    cursor = (await shop.get(f"/v3/stores/{shop.demo['store_id']}/products?page_size=1"))["next_cursor"]
    products = await shop.get(f"/v3/stores/{shop.demo['store_unique_id']}/products?page_size=2&next_cursor={cursor}")
    assert [product["id"] for product in products["data"]] == [503, 502]


@pytest.mark.parametrize("path", ["/v3/orders", "/v3/locations"])
async def test_another_business_gives_other_cursors(shop: Shop, other_shop: Shop, path: str) -> None:
    """The same position of the same list of another merchant is refused."""
    for each in (shop, other_shop):
        for _ in range(2):
            await each.place(each.digital())
    cursor = (await shop.get(f"{path}?page_size=1"))["next_cursor"]
    answer = await other_shop.send("GET", f"{path}?page_size=1&next_cursor={cursor}")
    assert (answer.status_code, answer.json()) == (400, refused("next_cursor"))


async def test_a_forged_or_cut_cursor_is_refused(quiet_shop: Shop) -> None:
    """No letter can change, none can be missing or added, and no position can be made up."""
    cursor = (await quiet_shop.get("/v3/locations?page_size=1"))["next_cursor"]
    plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    seal = plain[:8]
    forged = [b"after:5", plain[8:], bytes(8) + plain[8:], *(seal + b for b in (b"after:5", b"before:0", b"after:00"))]
    wrong = [base64.urlsafe_b64encode(text).decode().rstrip("=") for text in forged]
    wrong += [cursor[:length] for length in range(1, len(cursor))]
    wrong += [cursor[:at] + ("B" if cursor[at] == "A" else "A") + cursor[at + 1 :] for at in range(len(cursor))]
    wrong += [cursor + "A", cursor + "=", cursor + ".", cursor.swapcase(), cursor[:4] + "!" + cursor[4:], "%00", "é"]
    for text in wrong:
        answer = await quiet_shop.send("GET", f"/v3/locations?next_cursor={text}")
        assert (answer.status_code, answer.json()["error_code"]) == (400, "bad_request"), text
        assert list(answer.json()["errors"]) == ["next_cursor"], text
    answer = await quiet_shop.send("GET", f"/v3/locations?previous_cursor={cursor}")
    assert (answer.status_code, answer.json()) == (400, refused("previous_cursor"))
    assert len((await quiet_shop.get(f"/v3/locations?next_cursor={cursor}&page_size=2"))["data"]) == 2


#: Sent as ``page_size``, and what the answer says; None: how many a page then has.
SIZES: list[tuple[str, str | int]] = [
    ("-1", "must be greater than or equal to 1"),
    ("-99999999999999999999", "must be greater than or equal to 1"),
    ("0", "must be greater than or equal to 1"),
    ("9007199254740992", "must be less than or equal to 9007199254740991"),
    ("9" * 400, "must be less than or equal to 9007199254740991"),
    ("many", "is invalid, expected a whole number"),
    ("1.5", "is invalid, expected a whole number"),
    ("1e1", "is invalid, expected a whole number"),
    ("0x10", "is invalid, expected a whole number"),
    ("true", "is invalid, expected a whole number"),
    ("%D9%A1", "is invalid, expected a whole number"),
    ("1,2", "is invalid, expected a whole number"),
    ("1", 1),
    ("7", 7),
    ("25", 25),
    ("26", 25),
    ("100", 25),
    ("9007199254740991", 25),
]


@pytest.mark.parametrize("path", LISTS)
async def test_page_size_is_read_alike_by_every_list(quiet_shop: Shop, path: str) -> None:
    """Less than one, too large for an id, or no number: 400 with the reason, never the default in silence. More than
    25 counts as 25, as documented: clients send 50 and 100."""
    stores = [store["id"] for store in (await quiet_shop.get("/v3/stores/simplified"))["data"]]
    address = path.format(one=stores[0], two=stores[1])
    for sent, expected in SIZES:
        answer = await quiet_shop.send("GET", f"{address}?page_size={sent}")
        if isinstance(expected, int):
            assert (answer.status_code, answer.json()["page_size"]) == (200, expected), sent
            assert len(answer.json()["data"]) <= expected
        else:
            errors = {"page_size": [expected]}
            body = {"error": f"page_size {expected}", "error_code": "bad_request", "errors": errors}
            assert (answer.status_code, answer.json()) == (400, body), sent


async def test_all_that_is_wrong_with_a_query_is_named_at_once(quiet_shop: Shop) -> None:
    """The size of a page and a filter: both, in one answer."""
    answer = await quiet_shop.send("GET", "/v3/orders?page_size=0&store_id=-1&status=lost")
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"page_size", "store_id", "status"}
    answer = await quiet_shop.send("GET", "/v3/stores/simplified?page_size=0&has_domain=maybe")
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"page_size", "has_domain"})
