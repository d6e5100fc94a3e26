"""Amounts and times are read in one place: exact values, stated rounding, Jakarta where no offset is written."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from gerai.domain.money import MAX_SEN
from gerai.doors.http.amounts import AmountFault, Rounding, read_amount
from gerai.doors.http.times import jakarta_digits, jakarta_rfc3339, jakarta_wall, read_time, rfc3339

AT = datetime(2026, 4, 26, 3, 4, 5, 678_901, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "sen", "rupiah_sen"),
    [
        ("10000", 1_000_000, 1_000_000),
        ("10000.67", 1_000_067, 1_000_100),
        ("10000.49", 1_000_049, 1_000_000),
        ("0.5", 50, 100),
        ("1,250,000.00", 125_000_000, 125_000_000),
        (" 20000.00 ", 2_000_000, 2_000_000),
        ("20000.50000000", 2_000_050, 2_000_100),
        (20000, 2_000_000, 2_000_000),
        (0, 0, 0),
        (Decimal("14999.85"), 1_499_985, 1_500_000),
        (Decimal("2E+4"), 2_000_000, 2_000_000),
        (Decimal("-0"), 0, 0),
        (MAX_SEN // 100, MAX_SEN, MAX_SEN),
    ],
)
def test_amounts(value: Any, sen: int, rupiah_sen: int) -> None:
    """The same amount as text, integer or decimal is the same sen; the contract's rounding is applied once."""
    assert read_amount(value, Rounding.EXACT_SEN) == sen
    assert read_amount(value, Rounding.RUPIAH) == rupiah_sen
    if sen % 100:
        with pytest.raises(AmountFault, match="too_precise"):
            read_amount(value, Rounding.EXACT_RUPIAH)
    else:
        assert read_amount(value, Rounding.EXACT_RUPIAH) == sen


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "not_amount"),
        ("abc", "not_amount"),
        ("1.250.000", "not_amount"),
        ("1,25", "not_amount"),
        ("Rp5", "not_amount"),
        ("1e5", "not_amount"),
        ("٣", "not_amount"),
        ("9" * 5000, "not_amount"),
        (1.5, "not_amount"),
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
        (Decimal("0.001"), "too_precise"),
        (Decimal("1E-999999"), "too_precise"),
        ("0.12345678", "too_precise"),
    ],
)
def test_no_amounts(value: Any, reason: str) -> None:
    """Floats have lost digits already; absurd sizes are refused before they cost anything."""
    with pytest.raises(AmountFault) as refused:
        read_amount(value, Rounding.EXACT_SEN)
    assert refused.value.reason == reason


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
