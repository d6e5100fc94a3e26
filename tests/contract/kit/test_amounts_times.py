"""Amounts and times are read in one place: exact values, stated rounding, Jakarta where no offset is written."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gerai.domain.money import MAX_SEN
from gerai.doors.http.amounts import AmountFault, Rounding, read_amount
from gerai.doors.http.field_values import thousands_form
from gerai.doors.http.times import jakarta_digits, jakarta_rfc3339, jakarta_wall, read_time, rfc3339

AT = datetime(2026, 4, 26, 3, 4, 5, 678_901, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "sen", "rupiah_sen"),
    [
        ("10000", 1_000_000, 1_000_000),
        ("10000.67", 1_000_067, 1_000_100),
        ("10000.49", 1_000_049, 1_000_000),
        ("0.5", 50, 100),
        ("0.125", 13, 0),
        ("12499.875", 1_249_988, 1_250_000),
        ("20000.00", 2_000_000, 2_000_000),
        (Decimal("10.000"), 1_000, 1_000),
        ("1,250,000.00", 125_000_000, 125_000_000),
        (" 20000.00 ", 2_000_000, 2_000_000),
        ("20000.50000000", 2_000_050, 2_000_100),
        (20000, 2_000_000, 2_000_000),
        (0, 0, 0),
        (Decimal("14999.85"), 1_499_985, 1_500_000),
        (Decimal("2E+4"), 2_000_000, 2_000_000),
        (Decimal("-0"), 0, 0),
        (MAX_SEN // 100, MAX_SEN, MAX_SEN),
        (Decimal("0.001"), 0, 0),
        (Decimal("0.005"), 1, 0),
        ("0.12345678", 12, 0),
        ("14999.849999999999", 1_499_985, 1_500_000),
        (Decimal("14999.849999999999"), 1_499_985, 1_500_000),
        (99999 * 0.15, 1_499_985, 1_500_000),
        (0.1 + 0.2, 30, 0),
        (33333 * 0.07, 233_331, 233_300),
        (75000 / 7, 1_071_429, 1_071_400),
        (0.3 - 0.1 - 0.2 + 1e-16, 0, 0),
        ("36999.630000000005", 3_699_963, 3_700_000),
        ("3333.3333333333335", 333_333, 333_300),
        ("0.4999999999999999999999999", 50, 0),
        ("1.0049999999999999999999999999999999999999", 100, 100),
        (1e4, 1_000_000, 1_000_000),
        ("1e4", 1_000_000, 1_000_000),
        ("1.5E5", 15_000_000, 15_000_000),
        ("1.5e+05", 15_000_000, 15_000_000),
        (Decimal("1.5E+5"), 15_000_000, 15_000_000),
        ("5.551115123125783e-17", 0, 0),
    ],
)
def test_amounts(value: Any, sen: int, rupiah_sen: int) -> None:
    """The same amount as text, integer or decimal is the same sen; the contract's rounding is applied once."""
    assert read_amount(value, Rounding.SEN) == sen
    assert read_amount(value, Rounding.RUPIAH) == rupiah_sen


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "not_amount"),
        ("abc", "not_amount"),
        ("1.250.000", "not_amount"),
        ("10.000", "not_amount"),
        (" 10.500 ", "not_amount"),
        ("-10.000", "not_amount"),
        ("1000.000", "not_amount"),
        ("1,250.000", "not_amount"),
        ("1,25", "not_amount"),
        ("Rp5", "not_amount"),
        ("1e", "not_amount"),
        ("e5", "not_amount"),
        ("1e100", "not_amount"),
        ("1,000e3", "not_amount"),
        ("NaN", "not_amount"),
        ("Infinity", "not_amount"),
        (float("nan"), "not_amount"),
        (float("inf"), "not_amount"),
        ("٣", "not_amount"),
        ("9" * 5000, "not_amount"),
        (True, "not_amount"),
        (None, "not_amount"),
        ([], "not_amount"),
        (Decimal("NaN"), "not_amount"),
        (Decimal("Infinity"), "not_amount"),
        (-1, "negative"),
        ("-1", "negative"),
        (Decimal("-0.01"), "negative"),
        (10**40, "too_large"),
        (-(10**40), "negative"),
        (Decimal("1E+999999"), "too_large"),
        (MAX_SEN // 100 + 1, "too_large"),
        (Decimal("1E-999999"), "too_precise"),
        (Decimal("1." + "0" * 41 + "1"), "too_precise"),
        (Decimal("1" * 18 + "." + "0" * 40 + "1"), "too_precise"),
        ("1." + "0" * 41, "not_amount"),
        ("1e99", "too_large"),
        ("1e18", "too_large"),
        (1e300, "too_large"),
        (-0.5, "negative"),
        ("-1e-5", "negative"),
    ],
)
def test_no_amounts(value: Any, reason: str) -> None:
    """Texts that are no number, signs, what is not finite; absurd sizes are refused before they cost anything."""
    with pytest.raises(AmountFault) as refused:
        read_amount(value, Rounding.SEN)
    assert refused.value.reason == reason


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.sampled_from("*+/"))
def test_amounts_as_floats_print_them(left: float, right: float, sign: str) -> None:
    """Whatever a client's float arithmetic prints is read as that decimal and rounded half-up once: as a JSON number,
    as text, and as a float; but for a text that may be thousands with a dot."""
    number = left * right if sign == "*" else left + right if sign == "+" else left / (right + 1)
    # Below that no float comes out of sums of money; such numbers have more digits than are read.
    assume(number == 0 or number > 1e-20)
    exact = Decimal(repr(number))
    sen = int((exact * 100).to_integral_value(ROUND_HALF_UP))
    rupiah_sen = int(exact.to_integral_value(ROUND_HALF_UP)) * 100
    for written in (number, repr(number), exact, format(exact, "f") if number > 0.001 else exact):
        if isinstance(written, str) and thousands_form(written):
            continue
        assert read_amount(written, Rounding.SEN) == sen
        assert read_amount(written, Rounding.RUPIAH) == rupiah_sen


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-04-26", datetime(2026, 4, 25, 17, tzinfo=UTC)),
        ("2026-04-26T07:00:00", datetime(2026, 4, 26, tzinfo=UTC)),
        ("2026-04-26 07:00", datetime(2026, 4, 26, tzinfo=UTC)),
        ("2026-04-26T00:00:00Z", datetime(2026, 4, 26, tzinfo=UTC)),
        ("2026-04-26t00:00:00z", datetime(2026, 4, 26, tzinfo=UTC)),
        ("2026-04-26T07:00:00+07:00", datetime(2026, 4, 26, tzinfo=UTC)),
        ("2026-04-26T07:00:00 07:00", datetime(2026, 4, 26, tzinfo=UTC)),
        ("2026-04-26T07:00:00+0700", datetime(2026, 4, 26, tzinfo=UTC)),
        ("2026-04-26T03:04:05.678901Z", AT),
        ("2026-04-26T03:04:05.678901999Z", AT),
        ("2026-04-26T03:04:05,5Z", datetime(2026, 4, 26, 3, 4, 5, 500_000, tzinfo=UTC)),
    ],
)
def test_times(text: str, at: datetime) -> None:
    """ISO 8601 and RFC 3339; no offset is Jakarta; a plus that a query turned into a blank is a plus."""
    assert read_time(text) == at


def test_ends_of_periods() -> None:
    """Written inclusively: the first moment after them."""
    assert read_time("2026-04-26", past_the_end=True) == datetime(2026, 4, 26, 17, tzinfo=UTC)
    assert read_time("2026-04-26T00:00:00Z", past_the_end=True) == datetime(2026, 4, 26, 0, 0, 0, 1000, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "now", "2026", "2026-13-01", "2026-02-30", "2026-04-26T25:00", "26-04-2026", "0001-01-01", "9999-12-31",
     "0999-12-31T23:59:59Z", "2026-W17", "20260426", "2026-04-26T07:00:00+99:00", "2026-04-26Z", "٢٠٢٦-04-26",
     "2026-04-26T07:00:00+07:00x", "1" * 5000],
)  # fmt: skip
def test_no_times(text: str) -> None:
    """Impossible dates, other orders, and years at the ends of what computers hold."""
    with pytest.raises(ValueError, match=r"."):
        read_time(text)


def test_writing_times() -> None:
    """One instant in each form."""
    assert rfc3339(AT) == "2026-04-26T03:04:05Z"
    assert rfc3339(AT, 3) == "2026-04-26T03:04:05.678Z"
    assert rfc3339(AT, 6) == "2026-04-26T03:04:05.678901Z"
    assert jakarta_rfc3339(AT) == "2026-04-26T10:04:05+07:00"
    assert jakarta_wall(AT) == "2026-04-26 10:04:05"
    assert jakarta_digits(AT) == "20260426100405"
