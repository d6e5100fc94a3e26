"""What the Durianpay door reads and writes, without a server (contract §3, §5, §6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from gerai.domain.fees import fee_table
from gerai.domain.records import PaymentRules
from gerai.domain.refusals import InputInvalid
from gerai.doors.dialects.durianpay.auth import basic_user
from gerai.doors.dialects.durianpay.request import read_order
from gerai.doors.dialects.durianpay.request_charge import SandboxOptions, read_charge
from gerai.doors.dialects.durianpay.request_lists import Page, read_expand, read_page
from gerai.doors.dialects.durianpay.wire.formats import (
    derived_id,
    is_payment_id,
    new_id,
    timestamp,
)
from gerai.merchant_settings import FeeRule

_ONE_TYPE = "must be one of VA, EWALLET, RETAILSTORE, ONLINE_BANKING, QRIS, CARD, BNPL, RETAIL_STORE"
BARE: dict[str, Any] = {"amount": "20000", "currency": "IDR", "customer": {"email": "a@b.id"}}


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
        ("1e3", 100_000),
    ],
)
def test_amounts_round_half_up_once(sent: str | int | Decimal, sen: int) -> None:
    """Text, comma-grouped text and numbers; half-up to whole rupiah in one step, never via the sen."""
    assert read_order({**BARE, "amount": sent}).amount_sen == sen


@pytest.mark.parametrize(
    "sent",
    ["", "ten", "-1", "1,25,000", "1.250.000", "10.000", "1_000", "٣", "1" * 19, "1000000000000001", -5,
     Decimal("-0.0"), Decimal("1E+999999"), Decimal("1E-999999"), Decimal("NaN")],
)  # fmt: skip
def test_what_is_no_amount_is_refused(sent: Any) -> None:
    """Signs, exponents in text, wrong grouping, other digits, absurd sizes."""
    with pytest.raises(InputInvalid) as caught:
        read_order({**BARE, "amount": sent})
    assert list(caught.value.fields) == ["amount"]


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
        ("2022-03-29T17:00:00", datetime(2022, 3, 29, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-23:59", datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_expiry_is_the_instant_as_written(text: str, moment: datetime | None) -> None:
    """Whatever its zone, Jakarta's without one; Go's zero time means none, and
    what no calendar can hold is the last second that one can."""
    assert read_order({**BARE, "expiry_date": text}).expiry_date == moment


@pytest.mark.parametrize("text", ["tomorrow", "2022-13-01T00:00:00Z", "9999-12-32"])
def test_other_times_are_refused(text: str) -> None:
    """No time at all, no such month, no such day."""
    with pytest.raises(InputInvalid) as caught:
        read_order({**BARE, "expiry_date": text})
    assert caught.value.fields == {"expiry_date": ["must be a time or day such as 2022-03-29T10:00:00Z or 2022-03-29"]}


def test_identifiers_have_the_contracts_form() -> None:
    """Prefix, ten letters or digits, four digits; those derived from a seed stay the same."""
    assert is_payment_id(new_id("pay"))
    assert is_payment_id("pay_sample_5b2tSNVDXn5148")
    assert not is_payment_id("pay_123")
    assert not is_payment_id("ord_0dIWbuDJQ84078")
    assert derived_id("mer", "merchant:7") == derived_id("mer", "merchant:7")
    assert derived_id("mer", "merchant:7") != derived_id("mer", "merchant:8")


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
    """force_fail and delay_ms; null, an empty list and an empty map mean none were given."""
    request = {"order_id": "ord_1", "amount": "1"}
    for absent in (None, "", [], {}):
        assert read_charge({"type": "QRIS", "request": request, "sandbox_options": absent}).sandbox is None
    given = {"force_fail": True, "delay_ms": 10000}
    charge = read_charge({"type": "QRIS", "request": request, "sandbox_options": given})
    assert charge.sandbox == SandboxOptions(force_fail=True, delay_ms=10_000)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"type": ["can't be blank"]}),
        ({"type": "CASH"}, {"type": [_ONE_TYPE]}),
        ({"type": {}}, {"type": [_ONE_TYPE]}),
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
        *(
            (
                {"type": "QRIS", "request": empty},
                {"order_id": ["can't be blank"], "amount": ["can't be blank"]},
            )
            for empty in ([], {})
        ),
        (
            {"type": "EWALLET", "request": {"order_id": "o", "amount": "x", "wallet_type": "OVO"}},
            {"mobile": ["can't be blank"], "amount": ["amount invalid"]},
        ),
        (
            {"type": "QRIS", "request": {"order_id": "o", "amount": "1"}, "sandbox_options": {"delay_ms": -1}},
            {"sandbox_options.delay_ms": ["must be at least 0"]},
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
        ("from", "2026-02-30"), ("to", "soon"), ("from", "9" * 12), ("to", "9999-12-32"), ("limit", "9" * 400),
        ("to", "253402300799"),
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
    """Percent of the order plus a fixed part, rounded half-up; a channel's own figure wins; no rule, no fee."""
    rules = {"va": FeeRule(fixed_rupiah=4000), "va:BCA": FeeRule(fixed_rupiah=3500), "qris": FeeRule(percent_bp=150)}
    fees = fee_table(rules, "payer", 1_003_300)
    frozen = PaymentRules(None, fees, "payer")
    assert fees == {"va": 400_000, "va:BCA": 350_000, "qris": 15_000}
    assert [frozen.fee_sen("va", "BNI"), frozen.fee_sen("va", "BCA"), frozen.fee_sen("card", "CARD")] == [
        400_000,
        350_000,
        0,
    ]
    assert fee_table({}, "payer", 1_000_100) == {}


def test_the_merchant_never_bears_more_than_the_order() -> None:
    """included: the fee is cut to the order; excluded: the payer pays all of it."""
    rules = {"va": FeeRule(fixed_rupiah=4000)}
    assert fee_table(rules, "merchant", 100_000) == {"va": 100_000}
    assert fee_table(rules, "payer", 100_000) == {"va": 400_000}
