"""What the Durianpay door reads and writes, without a server (contract §3, §5, §6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from durianpay_shop import SEED, order_body

from gerai.domain.refusals import BodyUnreadable, InputInvalid
from gerai.doors.dialects.durianpay.asking import basic_user
from gerai.doors.dialects.durianpay.fees import fee_sen, split_fee
from gerai.doors.dialects.durianpay.wire.charge_request import SandboxOptions, read_charge
from gerai.doors.dialects.durianpay.wire.formats import (
    derived_id,
    is_payment_id,
    new_id,
    read_money,
    read_timestamp,
    timestamp,
)
from gerai.doors.dialects.durianpay.wire.order_request import NewOrder, read_order
from gerai.doors.dialects.durianpay.wire.paging import Page, read_expand, read_page


def problems_of(body: Any) -> dict[str, list[str]]:
    """What reading an order complains of."""
    with pytest.raises(InputInvalid) as caught:
        read_order(body)
    return caught.value.fields


@pytest.mark.parametrize(
    ("sent", "sen"),
    [
        ("10000", 1_000_000),
        ("10000.67", 1_000_100),
        ("10000.49", 1_000_000),
        ("10000.5", 1_000_100),
        ("10000.499", 1_000_000),
        ("10000.4999999", 1_000_000),
        ("1,250,000.00", 125_000_000),
        (" 20000 ", 2_000_000),
        (20000, 2_000_000),
        (Decimal("20000.5"), 2_000_100),
        (Decimal("2E+4"), 2_000_000),
        ("0", 0),
    ],
)
def test_amounts_round_half_up_once(sent: str | int | Decimal, sen: int) -> None:
    """Text, comma-grouped text and numbers; half-up to whole rupiah in one step, never via the sen."""
    assert read_money(sent) == sen


@pytest.mark.parametrize(
    "sent",
    ["", "ten", "-1", "+1", "1e3", "1,25,000", "1.250.000", "1_000", "٣", "1" * 19, "1000000000000001", -5,
     Decimal("-0.0"), Decimal("1E+999999"), Decimal("1E-999999"), Decimal("NaN")],
)  # fmt: skip
def test_what_is_no_amount_is_refused(sent: Any) -> None:
    """Signs, exponents in text, wrong grouping, other digits, absurd sizes."""
    with pytest.raises(ValueError, match=r".+"):
        read_money(sent)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2022, 3, 29, 10, tzinfo=UTC), "2022-03-29T10:00:00Z"),
        (datetime(2023, 7, 28, 11, 16, 17, 370_000, tzinfo=UTC), "2023-07-28T11:16:17.37Z"),
        (datetime(2021, 4, 1, 14, 39, 37, 860_426, tzinfo=UTC), "2021-04-01T14:39:37.860426Z"),
        (datetime(2026, 1, 1, 6, tzinfo=timezone(timedelta(hours=7))), "2025-12-31T23:00:00Z"),
        (None, "0001-01-01T00:00:00Z"),
    ],
)
def test_times_are_utc_with_trailing_zeros_trimmed(moment: datetime | None, text: str) -> None:
    """RFC 3339 as Go prints it; the zero time where there is none."""
    assert timestamp(moment) == text


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-03-29T10:00:00.000Z", datetime(2022, 3, 29, 10, tzinfo=UTC)),
        ("2022-03-29T17:00:00+07:00", datetime(2022, 3, 29, 10, tzinfo=UTC)),
        ("2023-09-24T16:48:33.010938526Z", datetime(2023, 9, 24, 16, 48, 33, 10_938, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
    ],
)
def test_expiry_is_the_instant_as_written(text: str, moment: datetime | None) -> None:
    """Whatever its zone; Go's zero time means none."""
    assert read_timestamp(text) == moment


@pytest.mark.parametrize(
    "text", ["2022-03-29", "2022-03-29T10:00:00", "tomorrow", "2022-13-01T00:00:00Z", "9999-12-31T23:59:59-23:59"]
)
def test_other_times_are_refused(text: str) -> None:
    """No zone, no time of day, no such month, beyond the calendar."""
    with pytest.raises(ValueError, match=r".+"):
        read_timestamp(text)


def test_identifiers_have_the_contracts_form() -> None:
    """Prefix, ten letters or digits, four digits; those derived from a seed stay the same."""
    assert is_payment_id(new_id("pay"))
    assert is_payment_id("pay_sample_5b2tSNVDXn5148")
    assert not is_payment_id("pay_123")
    assert not is_payment_id("ord_0dIWbuDJQ84078")
    assert derived_id("mer", "merchant:7") == derived_id("mer", "merchant:7")
    assert derived_id("mer", "merchant:7") != derived_id("mer", "merchant:8")


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


def test_metadata_values_become_text() -> None:
    """Answers promise an object of strings."""
    body = order_body(metadata={"a": 1, "b": None, "c": {"d": [True]}, "e": "x"})
    assert read_order(body).metadata == {"a": "1", "b": "", "c": '{"d":[true]}', "e": "x"}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"amount": None}, {"amount": ["can't be blank"]}),
        ({"amount": "0"}, {"amount": ["amount invalid"]}),
        ({"amount": "0.49"}, {"amount": ["amount invalid"]}),
        ({"amount": True}, {"amount": ["amount invalid"]}),
        ({"amount": ["1"]}, {"amount": ["amount invalid"]}),
        ({"currency": "USD"}, {"currency": ["is invalid"]}),
        ({"customer": []}, {"customer": ["can't be blank"]}),
        ({"customer": "Jane"}, {"customer": ["is invalid"]}),
        ({"customer": {}}, {"customer.id": ["one of id, email, mobile is required"]}),
        ({"customer": {"id": "cus_1"}}, {"customer.id": ["is invalid"]}),
        ({"customer": {"email": "jane"}}, {"customer.email": ["is invalid"]}),
        ({"customer": {"email": "ja£ne@nomail.com"}}, {"customer.email": ["is invalid"]}),
        ({"customer": {"mobile": "abc"}}, {"customer.mobile": ["is invalid"]}),
        ({"customer": {"email": {"a": 1}}}, {"customer.email": ["is invalid"]}),
        ({"payment_option": "later"}, {"payment_option": ["is invalid"]}),
        ({"admin_fee_method": "nobody"}, {"admin_fee_method": ["is invalid"]}),
        ({"expiry_date": "29-03-2022"}, {"expiry_date": ["is invalid"]}),
        ({"expiry_date": 1}, {"expiry_date": ["is invalid"]}),
        ({"metadata": [1]}, {"metadata": ["is invalid"]}),
        ({"items": {"name": "TV"}}, {"items": ["is invalid"]}),
        ({"items": ["TV"]}, {"items[0]": ["is invalid"]}),
        (
            {"items": [{"qty": 1.5}]},
            {"items[0].qty": ["is invalid"], "items[0].name": ["can't be blank"], "items[0].price": ["can't be blank"]},
        ),
        ({"items": [{"name": "TV", "price": "1", "qty": 0}]}, {"items[0].qty": ["is invalid"]}),
        ({"items": [{"name": "TV", "price": "1", "qty": "9" * 5000}]}, {"items[0].qty": ["is invalid"]}),
        (
            {"items": [{"name": "TV", "price": "999999999999999", "qty": 1_000_000}]},
            {"items[0].price": ["price invalid"]},
        ),
        ({"order_ref_id": "x" * 256}, {"order_ref_id": ["is too long (maximum is 255 characters)"]}),
        ({"is_payment_link": "perhaps"}, {"is_payment_link": ["is invalid"]}),
    ],
)
def test_wrong_fields_are_named(changes: dict[str, Any], fields: dict[str, list[str]]) -> None:
    """Each by its path, with what is wrong."""
    body = {**order_body(), **changes}
    assert problems_of({name: value for name, value in body.items() if value is not None}) == fields


def test_a_body_that_is_no_object_is_unreadable() -> None:
    """Arrays, texts and null are no request."""
    for body in ([], "x", 1, None):
        with pytest.raises(BodyUnreadable):
            read_order(body)


def test_charge_types_and_their_fields() -> None:
    """Both spellings of RETAILSTORE, any case of type and code, the Go client's capital keys."""
    charge = read_charge(
        {
            "Type": "retail_store",
            "Request": {"Order_ID": "ord_1", "bank_code": "alfamart", "name": "J", "amount": 20000},
        }
    )
    assert (charge.type, charge.method, charge.channel) == ("RETAILSTORE", "retail", "ALFAMART")
    assert charge.amount_sen == 2_000_000
    assert charge.sandbox is None


def test_charge_sandbox_options() -> None:
    """force_fail and delay_ms; null and an empty list mean none were given."""
    request = {"order_id": "ord_1", "amount": "1"}
    for absent in (None, "", []):
        assert read_charge({"type": "QRIS", "request": request, "sandbox_options": absent}).sandbox is None
    given = {"force_fail": True, "delay_ms": 10000}
    charge = read_charge({"type": "QRIS", "request": request, "sandbox_options": given})
    assert charge.sandbox == SandboxOptions(force_fail=True, delay_ms=10_000)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"type": ["can't be blank"]}),
        ({"type": "CASH"}, {"type": ["is invalid"]}),
        (
            {"type": "VA"},
            {
                "request": ["can't be blank"],
                "order_id": ["can't be blank"],
                "amount": ["can't be blank"],
                "bank_code": ["can't be blank"],
                "name": ["can't be blank"],
            },
        ),
        (
            {"type": "EWALLET", "request": {"order_id": "o", "amount": "x", "wallet_type": "OVO"}},
            {"mobile": ["can't be blank"], "amount": ["amount invalid"]},
        ),
        (
            {"type": "QRIS", "request": {"order_id": "o", "amount": "1"}, "sandbox_options": {"delay_ms": -1}},
            {"sandbox_options.delay_ms": ["is invalid"]},
        ),
    ],
)
def test_wrong_charges_are_named(body: dict[str, Any], fields: dict[str, list[str]]) -> None:
    """Fields of ``request`` carry no prefix, as the contract's errors[].field do."""
    with pytest.raises(InputInvalid) as caught:
        read_charge(body)
    assert caught.value.fields == fields


def test_paging_defaults_and_dates() -> None:
    """Empty means absent, limit 0 the default; days are days in Jakarta, the last one included; Unix seconds work."""
    assert read_page([("from", ""), ("to", ""), ("skip", "0"), ("limit", "0")]) == Page(0, 25, None, None)
    page = read_page([("from", "2026-01-01"), ("to", "2026-01-31"), ("skip", "5"), ("limit", "10"), ("x", "y")])
    assert page == Page(5, 10, datetime(2025, 12, 31, 17, tzinfo=UTC), datetime(2026, 1, 31, 17, tzinfo=UTC))
    assert read_page([("from", "1767225600")]).since == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("skip", "-1"), ("skip", "x"), ("limit", "1.5"), ("limit", "1001"), ("skip", "100001"), ("limit", "٣"),
        ("from", "2026-02-30"), ("to", "soon"), ("from", "9" * 12), ("to", "9999-12-31"), ("limit", "9" * 400),
    ],
)  # fmt: skip
def test_wrong_paging_is_named(name: str, value: str) -> None:
    """Non-numeric, negative, beyond the calendar."""
    with pytest.raises(InputInvalid) as caught:
        read_page([(name, value)])
    assert (caught.value.where, list(caught.value.fields)) == ("query", [name])


def test_expand_in_every_client_form() -> None:
    """Repeated, with indexes (PHP), with commas."""
    assert read_expand([("expand", "customer"), ("expand", "payments")]) == {"customer", "payments"}
    assert read_expand([("expand[0]", "customer"), ("expand[1]", "payments")]) == {"customer", "payments"}
    assert read_expand([("expand", "customer,order"), ("other", "payments")]) == {"customer", "order"}


@pytest.mark.parametrize(
    ("header", "user"),
    [
        ("Basic ZHBfdGVzdF94Og==", "dp_test_x"),
        ("basic  ZHBfdGVzdF94Og==", "dp_test_x"),
        ("ZHBfdGVzdF94Og==", "dp_test_x"),
        ("Basic ZHBfdGVzdF94OnB3", ""),
        ("Basic ZHBfdGVzdF94", ""),
        ("Bearer dp_test_x", ""),
        ("Basic \xff", ""),
        ("Basic", ""),
        ("", ""),
    ],
)
def test_basic_credentials(header: str, user: str) -> None:
    """The key as user, the password blank; the seed's form without the word Basic too."""
    assert basic_user(header) == user


def test_fees_by_method_and_channel() -> None:
    """Percent of the amount plus a fixed part, rounded half-up; a channel's own rule wins; no rule, no fee."""
    table = {
        "payment_fees": {"va": {"fixed_rupiah": 4000}, "va.BCA": {"fixed_rupiah": 3500}, "qris": {"percent_bp": 150}}
    }
    assert fee_sen(table, "va", "BNI", 1_000_100) == 400_000
    assert fee_sen(table, "va", "BCA", 1_000_100) == 350_000
    assert fee_sen(table, "qris", "QRIS", 50_000_000) == 750_000
    assert fee_sen(table, "qris", "QRIS", 10_000) == 200
    assert fee_sen(table, "card", "CARD", 1_000_100) == 0
    assert fee_sen({}, "va", "BCA", 1_000_100) == 0


def test_who_bears_the_fee() -> None:
    """excluded: the payer, on top. included: the merchant, never more than the amount."""
    assert split_fee(400_000, "excluded", 1_000_100) == (400_000, 0)
    assert split_fee(400_000, "included", 1_000_100) == (0, 400_000)
    assert split_fee(400_000, "included", 100_000) == (0, 100_000)


def test_a_new_order_is_small_without_options() -> None:
    """Defaults of everything optional."""
    order = read_order({"amount": 20000, "currency": "idr", "customer": {"mobile": 85722173217}})
    assert order == NewOrder(amount_sen=2_000_000, customer=order.customer)
    assert order.customer.mobile == "85722173217"
