"""What a create-order request may look like at the Durianpay door (seed, contract §5.1, §21)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from durianpay_shop import SEED, order_body

from gerai.domain.refusals import BodyUnreadable, InputInvalid
from gerai.doors.dialects.durianpay.request import NewOrder, read_order


def problems_of(body: Any) -> dict[str, list[str]]:
    """What reading an order complains of."""
    with pytest.raises(InputInvalid) as caught:
        read_order(body)
    return caught.value.fields


def test_the_seed_is_read_whole() -> None:
    """Every field of the seed's request arrives."""
    order = read_order(SEED)
    assert order.amount_sen == 1_000_100
    assert (order.customer.given_name, order.customer.middle_name, order.customer.sur_name) == ("Jane", "Mary", "Doe")
    assert order.customer.address is not None
    assert order.customer.address["address_line_2"] == "Apartment #786"
    assert [item.name for item in order.items] == ["LED Television"]
    assert (order.items[0].qty, order.items[0].price_sen, order.items[0].total_price_sen) == (1, 1_000_100, 1_000_100)
    assert order.expiry_date == datetime(2022, 3, 29, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("http://cdn.example/a.png", "http://cdn.example/a.png"), ("/img/a.png", "/img/a.png"), (" tv.jpg ", "tv.jpg"),
        ("//cdn.x/a.png", "//cdn.x/a.png"), ("https://x.y/a b.png", "https://x.y/a b.png"), (5, "5"),
        ("data:image/svg+xml,x", "data:image/svg+xml,x"), ("javascript:alert(1)", "javascript:alert(1)"),
        ("data:image/png;base64," + "A" * 9_000, ""), (False, ""), (None, ""), ("", ""), ([], ""),
    ],
)  # fmt: skip
def test_a_logo_adorns(sent: Any, kept: str) -> None:
    """Seed: "logo, Optional, string". Nothing here draws or links it, so no order is refused for it."""
    item = {"name": "TV", "qty": 1, "price": "10000", "logo": sent}
    assert [one.logo for one in read_order(SEED | {"items": [item]}).items] == [kept]


def test_false_is_no_remark() -> None:
    """PHP's functions return it for "there is none": in what only adorns it is absent, elsewhere it is no text."""
    adorning = dict.fromkeys(("logo", "brand", "category", "metadata"), False)
    order = read_order(
        SEED | dict.fromkeys(("description", "email_subject", "email_content"), False)
        | {"items": [{"name": "TV", "qty": 1, "price": "10000"} | adorning]}
    )  # fmt: skip
    [item] = order.items
    assert (item.logo, item.brand, item.category, item.metadata) == ("", "", "", "")
    assert (order.description, order.email_subject, order.email_content) == ("", "", "")
    assert problems_of(SEED | {"order_ref_id": False}) == {"order_ref_id": ["must be a text"]}


@pytest.mark.parametrize("sent", ["9999-12-31T23:59:59Z", "9999-12-31", "9999-12-31T23:59:59.9999999Z"])
def test_an_expiry_that_never_comes(sent: str) -> None:
    """How many write "never": the last second in reach."""
    assert read_order(SEED | {"expiry_date": sent}).expiry_date == datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_keys_match_whatever_their_case() -> None:
    """At every level, as Go's decoder does; metadata keeps its keys as sent."""
    body = {
        "Amount": "10000",
        "CURRENCY": "IDR",
        "Customer": {"Email": "a@b.id", "Address": {"Region": "Jakarta"}},
        "Items": [{"Name": "TV", "Qty": "2", "PRICE": "5000"}],
        "Metadata": {"SettlementGroup": "Branch"},
    }
    order = read_order(body)
    assert order.customer.address is not None
    assert order.customer.address["region"] == "Jakarta"
    assert (order.items[0].name, order.items[0].qty, order.items[0].line_total_sen) == ("TV", 2, 1_000_000)
    assert order.metadata == {"SettlementGroup": "Branch"}


def test_empty_strings_and_nulls_are_absent() -> None:
    """The Go client sends everything it leaves out as "" or null, a whole address too; PHP sends [] for maps."""
    empty = dict.fromkeys(("receiver_name", "label", "address_line_1", "city", "region", "country"), "")
    body: dict[str, Any] = {
        "amount": "10000", "currency": "IDR", "payment_option": "", "order_ref_id": "", "items": None,
        "metadata": None, "description": "", "admin_fee_method": "", "expiry_date": "0001-01-01T00:00:00Z",
        "is_payment_link": None, "shipping_fee": "",
        "customer": {"id": "", "email": "a@b.id", "mobile": "", "given_name": None, "address": empty},
    }  # fmt: skip
    plain = read_order({"amount": "10000", "currency": "IDR", "customer": {"email": "a@b.id"}})
    assert read_order(body) == plain
    assert read_order(body | {"metadata": [], "items": [], "customer": {"email": "a@b.id", "address": []}}) == plain
    assert (plain.payment_option, plain.admin_fee_method, plain.items, plain.metadata) == (
        "full_payment",
        "included",
        (),
        {},
    )


def test_what_the_plugin_sends() -> None:
    """Comma-grouped amounts, phone beside mobile, a shipping fee apart from the amount."""
    order = read_order(
        {
            "amount": "1,250,000.00",
            "shipping_fee": "15,000.00",
            "currency": "IDR",
            "order_ref_id": 77,
            "customer": {"email": "a@b.id", "phone": "08123456789"},
            "items": [{"name": "TV", "qty": 1, "price": "1,250,000.00"}],
        }
    )
    assert (order.amount_sen, order.shipping_fee_sen, order.total_sen) == (125_000_000, 1_500_000, 126_500_000)
    assert order.customer.mobile == "08123456789"
    assert order.order_ref_id == "77"


@pytest.mark.parametrize("written", [str, Decimal])
def test_amounts_that_floats_computed(written: type[str] | type[Decimal]) -> None:
    """All digits that a float prints are taken and rounded half-up to the rupiah, as text and as a number."""
    order = read_order(
        order_body(
            amount=written("36999.630000000005"),
            shipping_fee=written("14999.849999999999"),
            items=[{"name": "TV", "qty": 1, "price": written("3333.3333333333335")}],
        )
    )
    assert (order.amount_sen, order.shipping_fee_sen, order.items[0].price_sen) == (3_700_000, 1_500_000, 333_300)


def test_both_spellings_of_older_docs() -> None:
    """``quantity`` as text, ``address_line``, ``first_name``; a description that is an object is kept as its text."""
    order = read_order(
        order_body(
            items=[{"name": "TV", "quantity": "3", "price": "10"}],
            customer={"mobile": "0812-3456-789", "first_name": "Jane", "address": {"address_line": "Jl. Satu"}},
            description={"note": "Handle With Care!", "weight": Decimal("1.50")},
        )
    )
    assert order.items[0].qty == 3
    assert order.customer.given_name == "Jane"
    assert order.customer.address is not None
    assert order.customer.address["address_line_1"] == "Jl. Satu"
    assert order.description == '{"note":"Handle With Care!","weight":1.50}'


@pytest.mark.parametrize("empty", [[], {}])
def test_phps_empty_objects(empty: Any) -> None:
    """An empty list is an empty object: both leave every optional object and text-or-object away, and a customer that
    is empty lacks the same, whichever way it was written."""
    item = {"name": "TV", "qty": 1, "price": 20000}
    bare = {"amount": 20000, "currency": "IDR", "customer": {"email": "a@b.id"}, "items": [item]}
    customer = {"email": "a@b.id", "address": empty}
    items = [{**item, "metadata": empty}]
    sent = {**bare, "customer": customer, "items": items, "metadata": empty, "description": empty}
    assert read_order(sent) == read_order(bare)
    assert read_order(bare).description == ""
    assert problems_of({**bare, "customer": empty, "items": [empty]}) == {
        "customer.id": ["one of id, email, mobile is required"],
        **{f"items[0].{name}": ["can't be blank"] for name in ("name", "price", "qty")},
    }


def test_metadata_values_become_text() -> None:
    """Answers promise an object of strings."""
    body = order_body(metadata={"zz": 1, "b": None, "c": {"d": [True]}, "e": "x", "big": 1262024148939440249_000_000})
    assert list(read_order(body).metadata.items()) == [
        ("zz", "1"), ("b", ""), ("c", '{"d":[true]}'), ("e", "x"), ("big", "1262024148939440249000000"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"amount": None}, {"amount": ["can't be blank"]}),
        ({"amount": "0"}, {"amount": ["must be at least 1"]}),
        ({"amount": "0.49"}, {"amount": ["must be at least 1"]}),
        ({"amount": True}, {"amount": ["amount invalid"]}),
        ({"amount": ["1"]}, {"amount": ["amount invalid"]}),
        ({"amount": "9" * 18}, {"amount": ["must be at most 1000000000000000"]}),
        ({"amount": "1e15", "shipping_fee": 1}, {"amount": ["must be at most 1000000000000000 with the shipping fee"]}),
        ({"shipping_fee": "free"}, {"shipping_fee": ['must be an amount in rupiah such as 10000 or "10000.00"']}),
        ({"shipping_fee": -1}, {"shipping_fee": ["must be at least 0"]}),
        ({"currency": "USD"}, {"currency": ["must be one of IDR"]}),
        ({"customer": []}, {"customer.id": ["one of id, email, mobile is required"]}),
        ({"customer": None}, {"customer": ["can't be blank"]}),
        ({"customer": "Jane"}, {"customer": ["must be an object"]}),
        ({"customer": {}}, {"customer.id": ["one of id, email, mobile is required"]}),
        ({"customer": {"id": "cus_1"}}, {"customer.id": ["must be the id of a customer, such as cus_ViPeX4iBYp2233"]}),
        (
            {"customer": {"email": "jane"}},
            {"customer.email": ["must be an e-mail address such as jane_doe@example.com"]},
        ),
        (
            {"customer": {"email": "ja£ne@nomail.com"}},
            {"customer.email": ["must be an e-mail address such as jane_doe@example.com"]},
        ),
        ({"customer": {"mobile": "abc"}}, {"customer.mobile": ["must be a telephone number such as 08123456789"]}),
        ({"customer": {"email": {"a": 1}}}, {"customer.email": ["must be a text"]}),
        ({"payment_option": "later"}, {"payment_option": ["must be one of full_payment, installment"]}),
        ({"admin_fee_method": "nobody"}, {"admin_fee_method": ["must be one of included, excluded"]}),
        (
            {"expiry_date": "29-03-2022"},
            {"expiry_date": ["must be a time or day such as 2022-03-29T10:00:00Z or 2022-03-29"]},
        ),
        ({"expiry_date": 1}, {"expiry_date": ["must be a time or day such as 2022-03-29T10:00:00Z or 2022-03-29"]}),
        ({"metadata": [1]}, {"metadata": ["must be an object"]}),
        ({"description": ["x"]}, {"description": ["must be a text"]}),
        ({"email_content": {}}, {"email_content": ["must be a text"]}),
        ({"items": {"name": "TV"}}, {"items": ["must be a list"]}),
        ({"items": ["TV"]}, {"items[0]": ["must be an object"]}),
        (
            {"items": [{"qty": 1.5}]},
            {
                "items[0].qty": ["must be a whole number"],
                "items[0].name": ["can't be blank"],
                "items[0].price": ["can't be blank"],
            },
        ),
        ({"items": [{"name": "TV", "price": "1", "qty": 0}]}, {"items[0].qty": ["must be at least 1"]}),
        ({"items": [{"name": "TV", "price": "1", "qty": "9" * 5000}]}, {"items[0].qty": ["must be at most 1000000"]}),
        (
            {"items": [{"name": "TV", "price": "999999999999999", "qty": 1_000_000}]},
            {"items[0].price": ["must be at most 1000000000000000 times qty"]},
        ),
        ({"order_ref_id": "x" * 256}, {"order_ref_id": ["is too long (maximum is 255 characters)"]}),
        ({"is_payment_link": "perhaps"}, {"is_payment_link": ["must be true or false"]}),
    ],
)
def test_wrong_fields_are_named(changes: dict[str, Any], fields: dict[str, list[str]]) -> None:
    """Each by its path, with what was expected; ``amount invalid`` is the contract's own text (§4)."""
    body = {**order_body(), **changes}
    assert problems_of({name: value for name, value in body.items() if value is not None}) == fields


@pytest.mark.parametrize(
    "sent",
    ["(0812) 3456 7890", "\u202a0812-3456-7890\u202c", "+62081234567890", "6281234567890", 81234567890, "021-5551234"],
)
def test_a_number_as_people_copy_it(sent: str | int) -> None:
    """Brackets, dashes, marks of direction, a zero too many, a landline: read, and echoed without what nobody sees."""
    order = read_order({"amount": 20000, "currency": "IDR", "customer": {"mobile": sent}})
    assert order.customer.mobile == str(sent).strip("\u202a\u202c")


def test_the_habits_of_old_clients() -> None:
    """PHP's empty maps are lists, JavaScript's numbers are texts and the reverse, Go sends unset times."""
    php: dict[str, Any] = {"metadata": [], "items": [], "customer": {"email": "a@b.id", "address": []}}
    js: dict[str, Any] = {"is_payment_link": "true", "order_ref_id": 7, "shipping_fee": 5000}
    item = {"name": "TV", "qty": "2", "price": 10000}
    order = read_order(
        {"amount": 20000, "currency": "IDR", **php, **js, "items": [item], "expiry_date": "0001-01-01T00:00:00Z"}
    )
    assert (order.metadata, order.customer.address, order.expiry_date) == ({}, None, None)
    assert (order.is_payment_link, order.order_ref_id, order.shipping_fee_sen) == (True, "7", 500_000)
    assert (order.items[0].qty, order.items[0].price_sen) == (2, 1_000_000)


def test_a_body_that_is_no_object_is_unreadable() -> None:
    """Arrays, texts and null are no request; ``[]`` is PHP's empty object, in which everything is missing."""
    assert problems_of([]) == {name: ["can't be blank"] for name in ("currency", "customer", "amount")}
    for body in (["x"], "x", 1, None):
        with pytest.raises(BodyUnreadable):
            read_order(body)


def test_a_new_order_is_small_without_options() -> None:
    """Defaults of everything optional."""
    order = read_order({"amount": 20000, "currency": "idr", "customer": {"mobile": 85722173217}})
    assert order == NewOrder(amount_sen=2_000_000, customer=order.customer)
    assert order.customer.mobile == "85722173217"


@pytest.mark.parametrize("number", [Decimal("62812345678.0"), Decimal("6.2812345678E+10"), 62812345678])
def test_numbers_of_which_only_the_digits_count(number: Any) -> None:
    """A telephone or postal code may have gone through a float; a reference that did would be another, and is refused:
    ``5.50`` and ``1e2`` are not kept in other digits."""
    address = {"receiver_phone": number, "postal_code": Decimal("40115.0")}
    customer = read_order(SEED | {"customer": {"mobile": number, "address": address}}).customer
    assert customer.address is not None
    assert (customer.mobile, customer.address["receiver_phone"]) == ("62812345678", "62812345678")
    assert customer.address["postal_code"] == "40115"
    for reference in (Decimal("5.50"), Decimal("1E+2"), Decimal("12.0")):
        assert problems_of(SEED | {"order_ref_id": reference}) == {"order_ref_id": ["must be a text or a whole number"]}
    assert read_order(SEED | {"order_ref_id": 20260426}).order_ref_id == "20260426"
